/** The runs that are open: opened, filtered, drawn or not. */
import { Button, FileDrop, Message, Panel, TextField } from '../../components/index.js';
import { count, percent } from '../../text/format.js';
import { GivenFiles } from '../../text-models/GivenFiles.js';
import { WorkerState } from '../../worker/index.js';
import {
  client,
  exampleFailure,
  exampleRuns,
  forgetFiles,
  openRuns,
  runExample,
  stopExample,
  watched,
  watchFailure,
} from './files.js';
import { hasFiles, listed, type NumberedRun, problems, runCount, state } from './state.js';
import { strokeOf } from './strokes.js';
import type { Run } from './tasks.js';
import { t } from './text.js';

export function FilesPanel() {
  return (
    <Panel
      title={t().runs}
      aside={
        hasFiles.value && (
          <Button kind="quiet" onClick={forgetFiles}>
            {t().forget}
          </Button>
        )
      }
    >
      {runCount.value > 0 && <RunList />}
      <FileDrop
        label={t().drop}
        accept=".jsonl,.ndjson,.json,.log,.lexigrad"
        paste={false}
        multiple
        largestMegabytes={200}
        onFile={openRuns}
      />
      {watched.value > 0 && <p class="muted small">{t().watched(count(watched.value))}</p>}
      <GivenFiles wanted={/\.lexigrad$/i} onFile={openRuns} />
      <div class="row">
        {exampleRuns.value ? (
          <Button onClick={stopExample}>{t().stop}</Button>
        ) : (
          <Button kind={hasFiles.value ? 'quiet' : 'primary'} title={t().exampleTitle} onClick={runExample}>
            {t().example}
          </Button>
        )}
      </div>
      {problems.value.map((problem) => (
        <Message key={problem} kind="warning">
          {problem}
        </Message>
      ))}
      {watchFailure.value !== undefined && <Message kind="warning">{watchFailure.value}</Message>}
      {exampleFailure.value !== undefined && <Message kind="error">{exampleFailure.value}</Message>}
      <WorkerState client={client} />
    </Panel>
  );
}

function RunList() {
  return (
    <>
      <TextField label={t().filter} hint={t().filterHint} signal={state.filter} />
      {listed.value.length === 0 && <p class="muted small">{t().noneLeft}</p>}
      <ul class="list">
        {listed.value.map((run) => (
          <li key={run.id}>
            <label class="toggle">
              <input
                type="checkbox"
                aria-label={t().show(run.name)}
                checked={!state.hidden.value.includes(run.name)}
                onChange={({ currentTarget }) => draw(run.name, currentTarget.checked)}
              />
              <Line run={run} />
              <span class="name" title={run.name}>
                {run.name}
              </span>
            </label>
            <span class="muted small">{stateOf(run)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** As the run's line looks in the charts. */
export function Line({ run }: { readonly run: NumberedRun }) {
  const { color, dash } = strokeOf(run.number);
  return (
    <svg class="line" viewBox="0 0 28 8" aria-hidden="true">
      <line x1="1" x2="27" y1="4" y2="4" stroke={color} stroke-width="3" stroke-dasharray={dash} />
    </svg>
  );
}

function draw(name: string, drawn: boolean): void {
  const others = state.hidden.value.filter((each) => each !== name);
  state.hidden.value = drawn ? others : [...others, name];
}

/** Whether it goes on, and how far it is. */
export function stateOf({ stopped, losses, totalSteps }: Run): string {
  if (stopped === 'finished') return t().finished;
  if (stopped === 'early stopping') return t().early;
  if (stopped === 'interrupted') return t().interrupted;
  if (stopped !== undefined) return stopped;
  const step = losses.at(-1)?.step;
  return t().running(
    step === undefined || totalSteps === undefined ? '' : ` · ${percent(step / totalSteps, 0)}`,
  );
}
