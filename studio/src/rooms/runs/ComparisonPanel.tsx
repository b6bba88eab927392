/** Runs in numbers, and where their settings differ. */
import { type Column, DataTable, Panel } from '../../components/index.js';
import { count, fixed, short } from '../../text/format.js';
import { bestOf } from './compare.js';
import { Line, stateOf } from './FilesPanel.js';
import { differences, drawn, measure, type NumberedRun } from './state.js';
import { t } from './text.js';

export function ComparisonPanel() {
  return (
    <Panel title={t().comparison}>
      <DataTable title={t().runs} fileName="lexigrad-runs" rows={drawn.value} columns={runColumns()} />
      {drawn.value.length > 1 && differences.value.length === 0 && (
        <p class="muted small">{t().noDifferences}</p>
      )}
      {differences.value.length > 0 && (
        <DataTable
          title={t().differences}
          fileName="lexigrad-run-settings"
          rows={differences.value}
          columns={[
            { title: t().setting, value: (name) => name },
            ...drawn.value.map(
              (run): Column<string> => ({
                title: run.name,
                value: (name) => run.settings[name],
                show: (name) => shown(run.settings[name]),
                number: differences.value.every((each) => typeof run.settings[each] !== 'string'),
              }),
            ),
          ]}
        />
      )}
    </Panel>
  );
}

function runColumns(): Column<NumberedRun>[] {
  const name = measure.value;
  const numbers: Column<NumberedRun>[] =
    name === undefined
      ? []
      : [
          {
            title: t().best(name),
            value: (run) => bestOf(run, name)?.value,
            show: (run) => shown(bestOf(run, name)?.value),
            number: true,
          },
          {
            title: t().atEpoch,
            value: (run) => bestOf(run, name)?.epoch,
            show: (run) => shown(bestOf(run, name)?.epoch),
            number: true,
          },
        ];
  const lastLoss = ({ losses, epochs }: NumberedRun) => epochs.at(-1)?.trainLoss ?? losses.at(-1)?.loss;
  const steps = ({ losses, epochs }: NumberedRun) => losses.at(-1)?.step ?? epochs.at(-1)?.step;
  return [
    {
      title: t().run,
      value: (run) => run.name,
      show: (run) => (
        <span class="run-name">
          <Line run={run} /> {run.name}
        </span>
      ),
    },
    { title: t().data, value: ({ data }) => data },
    ...numbers,
    { title: t().lastLoss, value: lastLoss, show: (run) => shown(lastLoss(run)), number: true },
    { title: t().steps, value: steps, show: (run) => count(steps(run) ?? 0), number: true },
    {
      title: t().seconds,
      value: ({ seconds }) => seconds,
      show: ({ seconds }) => (seconds === undefined ? t().none : fixed(seconds, 1)),
      number: true,
    },
    { title: t().ended, value: (run) => stateOf(run) },
  ];
}

function shown(value: unknown): string {
  if (value === undefined) return t().none;
  return typeof value === 'number' ? short(value, 4) : String(value);
}
