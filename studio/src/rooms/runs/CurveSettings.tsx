/** How the curves are drawn. */
import { NumberField, Panel, Segments, Select, Toggle } from '../../components/index.js';
import { measure, measures, state } from './state.js';
import { t } from './text.js';

export function CurveSettings() {
  return (
    <Panel title={t().curves}>
      <Segments
        label={t().x}
        signal={state.x}
        options={[
          ['step', t().step],
          ['epoch', t().epoch],
          ['time', t().time],
        ]}
      />
      <NumberField label={t().smoothing} hint={t().smoothingHint} signal={state.smooth} min={0} max={0.99} />
      <Toggle label={t().logarithmic} signal={state.log} />
      {measure.value !== undefined && measures.value.length > 1 && (
        <Select
          label={t().measure}
          value={measure.value}
          onChange={(value) => {
            state.measure.value = value;
          }}
          options={measures.value.map((name) => [name, name] as const)}
        />
      )}
    </Panel>
  );
}
