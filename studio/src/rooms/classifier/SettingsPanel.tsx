/** What a run is told. The defaults are the library's. */
import { Button, NumberField, Panel, Select, Toggle } from '../../components/index.js';
import { resetState } from '../../state/room-state.js';
import { Fold } from '../../text-models/Fold.js';
import { poolings, schema, state, subwordChoices } from './state.js';
import { t } from './text.js';

const names = [
  ...(['epochs', 'rate', 'dim', 'ngrams', 'sub', 'hidden', 'pool', 'dropout'] as const),
  ...(['wordDropout', 'batch', 'holdOut', 'patience', 'balanced', 'seed'] as const),
];

export function SettingsPanel() {
  const subwordNames = { auto: t().subAuto, none: t().subNone } as Readonly<Record<string, string>>;
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
        <NumberField label={t().epochs} signal={state.epochs} min={1} max={500} step={1} />
        <NumberField label={t().rate} signal={state.rate} min={1e-5} max={1} logarithmic />
        <NumberField
          {...{ label: t().dim, hint: t().dimHint, min: 0, max: 512, step: 1 }}
          signal={state.dim}
        />
        <NumberField label={t().ngrams} signal={state.ngrams} min={1} max={5} step={1} />
        <Select
          label={t().sub}
          signal={state.sub}
          options={subwordChoices.map((name) => [name, subwordNames[name] ?? t().subRange(name)])}
        />
        <NumberField
          {...{ label: t().hidden, hint: t().hiddenHint, min: 0, max: 512, step: 1 }}
          signal={state.hidden}
        />
        <NumberField label={t().seed} signal={state.seed} min={0} max={9999} step={1} plain />
        <details>
          <summary>{t().more}</summary>
          <div class="stack more">
            <Select label={t().pool} signal={state.pool} options={poolings.map((name) => [name, name])} />
            <NumberField label={t().wordDropout} signal={state.wordDropout} min={0} max={0.9} step={0.05} />
            <NumberField label={t().dropout} signal={state.dropout} min={0} max={0.9} step={0.05} />
            <NumberField label={t().batch} signal={state.batch} min={1} max={1024} step={1} />
            <NumberField label={t().holdOut} signal={state.holdOut} min={0} max={0.5} step={0.05} />
            <NumberField label={t().patience} signal={state.patience} min={1} max={100} step={1} />
            <Toggle label={t().balanced} signal={state.balanced} />
          </div>
        </details>
      </Fold>
    </Panel>
  );
}
