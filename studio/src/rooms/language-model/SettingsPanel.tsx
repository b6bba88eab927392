/** What a run is told. */
import { Button, NumberField, Panel, Select, Toggle } from '../../components/index.js';
import { resetState } from '../../state/room-state.js';
import { Fold } from '../../text-models/Fold.js';
import { holder } from './model.js';
import { activations, schema, state, tokenizers } from './state.js';
import { t } from './text.js';

const names = [
  ...(['order', 'dim', 'hidden', 'f', 'epochs', 'rate', 'dropout', 'batch'] as const),
  ...(['tokens', 'minimum', 'tied', 'freeze', 'pretrained', 'seed'] as const),
];

export function SettingsPanel() {
  const tokenNames = { words: t().words, characters: t().charactersToken, whitespace: t().whitespace };
  const isDefault = names.every((name) => state[name].value === schema[name].initial);
  return (
    <Panel
      title={t().settings}
      aside={
        <Button kind="quiet" disabled={isDefault} onClick={() => resetState(state, schema, names)}>
          {t().defaults}
        </Button>
      }
    >
      <Fold title={t().fold}>
        <NumberField
          {...{ label: t().order, hint: t().orderHint, min: 2, max: 16, step: 1 }}
          signal={state.order}
        />
        <NumberField
          {...{ label: t().dim, min: 2, max: 512, step: 1, disabled: state.pretrained.value }}
          signal={state.dim}
        />
        <NumberField
          {...{ label: t().hidden, hint: t().hiddenHint, min: 0, max: 1024, step: 1 }}
          signal={state.hidden}
        />
        <NumberField label={t().epochs} signal={state.epochs} min={1} max={100} step={1} />
        <NumberField label={t().rate} signal={state.rate} min={1e-5} max={1} logarithmic />
        <Toggle label={t().freeze} signal={state.freeze} />
        {state.freeze.value && <p class="muted small">{t().freezeHint}</p>}
        <Toggle
          label={t().pretrained}
          signal={state.pretrained}
          disabled={holder.model.value === undefined && !state.pretrained.value}
        />
        <details>
          <summary>{t().more}</summary>
          <div class="stack more">
            <Select
              label={t().activation}
              signal={state.f}
              options={activations.map((name) => [name, name])}
            />
            <Select
              label={t().tokens}
              signal={state.tokens}
              options={tokenizers.map((name) => [name, tokenNames[name]])}
            />
            <NumberField label={t().minimum} signal={state.minimum} min={1} max={100} step={1} />
            <NumberField label={t().dropout} signal={state.dropout} min={0} max={0.9} step={0.05} />
            <NumberField label={t().batch} signal={state.batch} min={1} max={4096} step={1} />
            <Toggle label={t().tied} signal={state.tied} />
            <NumberField label={t().seed} signal={state.seed} min={0} max={9999} step={1} plain />
          </div>
        </details>
      </Fold>
    </Panel>
  );
}
