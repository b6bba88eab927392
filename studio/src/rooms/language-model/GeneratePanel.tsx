/** Text that goes on from the sentence that was begun. */
import { Button, Message, NumberField, Panel, Segments } from '../../components/index.js';
import {
  counted,
  generate,
  generated,
  generating,
  generationFailure,
  holder,
  stopGenerating,
} from './model.js';
import { generators, state } from './state.js';
import { t } from './text.js';

export function GeneratePanel() {
  if (holder.model.value === undefined) return null;
  const names = { network: t().byNetwork, counts: t().byCounts };
  return (
    <Panel title={t().generate}>
      <div class="columns" style={{ '--column': '12rem' }}>
        <NumberField label={t().temperature} signal={state.temperature} min={0} max={3} step={0.1} />
        <NumberField
          {...{ label: t().topK, hint: t().topKHint, min: 0, max: 1000, step: 1 }}
          signal={state.topK}
        />
        <NumberField label={t().topP} signal={state.topP} min={0.01} max={1} step={0.01} />
        <NumberField label={t().length} signal={state.length} min={1} max={500} step={1} />
        <NumberField label={t().seed} signal={state.gseed} min={0} max={9999} step={1} />
      </div>
      <div class="row">
        {generating.value ? (
          <Button kind="primary" onClick={stopGenerating}>
            {t().stop}
          </Button>
        ) : (
          <Button kind="primary" onClick={() => generate()}>
            {t().go}
          </Button>
        )}
        {counted.value && (
          <Segments
            label={t().by}
            signal={state.by}
            options={generators.map((name) => [name, names[name]])}
          />
        )}
        <span class="muted small">{t().promptIs}</span>
      </div>
      {generationFailure.value !== undefined && <Message kind="error">{generationFailure.value}</Message>}
      {generated.value !== undefined && (
        <output class="generated" aria-label={t().generated} aria-busy={generating.value}>
          {generated.value}
        </output>
      )}
    </Panel>
  );
}
