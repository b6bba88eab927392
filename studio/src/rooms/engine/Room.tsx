/** What computes here, and whether it computes the same with any number of threads. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import {
  Button,
  DataTable,
  Facts,
  Message,
  messageOf,
  NumberField,
  Panel,
  Progress,
} from '../../components/index.js';
import { param, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';
import { fixed, short } from '../../text/format.js';
import { type Job, WorkerClient, WorkerEndedError, WorkerState } from '../../worker/index.js';
import type { EngineFacts, EngineTasks, TrainingResult } from './tasks.js';
import { t } from './text.js';

const state = roomState('engine', { threads: param(whole(1, 64), 2), epochs: param(whole(1, 500), 30) });

const client = new WorkerClient<EngineTasks>(
  () => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
);
const facts = signal<EngineFacts | undefined>(undefined);
const progress = signal<(EngineTasks['train']['progress'] & { readonly threads: number }) | undefined>(
  undefined,
);
const results = signal<readonly TrainingResult[]>([]);
const failure = signal<string | undefined>(undefined);
let job: Job<TrainingResult> | undefined;
let stopped = false;

async function describe(): Promise<void> {
  try {
    facts.value = await client.run('describe', undefined).result;
  } catch (error) {
    report(error);
  }
}

async function train(): Promise<void> {
  failure.value = undefined;
  results.value = [];
  stopped = false;
  const counts = state.threads.value === 1 ? [1] : [1, state.threads.value];
  try {
    for (const threads of counts) {
      if (stopped) break;
      progress.value = { threads, step: 0, totalSteps: 0, loss: Number.NaN };
      job = client.run(
        'train',
        { threads, epochs: state.epochs.value },
        {
          onProgress: (value) => {
            progress.value = { threads, ...value };
          },
        },
      );
      results.value = [...results.value, await job.result];
    }
  } catch (error) {
    report(error);
  } finally {
    progress.value = undefined;
  }
}

/** The end of a worker is told by `WorkerState`. */
function report(error: unknown): void {
  if (!(error instanceof WorkerEndedError)) failure.value = messageOf(error);
}

function stop(): void {
  stopped = true;
  job?.cancel();
}

export default function Engine() {
  useEffect(() => void describe(), []);
  return (
    <div class="beside">
      <Panel title={t().here}>
        {facts.value === undefined ? <p class="muted">{t().looking}</p> : <FactsOf {...facts.value} />}
      </Panel>
      <Panel title={t().training}>
        <p class="muted small">{t().trainingAbout}</p>
        <NumberField label={t().threads} signal={state.threads} min={1} max={64} step={1} />
        <NumberField label={t().epochs} signal={state.epochs} min={1} max={500} step={1} />
        <div class="row">
          <Button kind="primary" disabled={progress.value !== undefined} onClick={train}>
            {t().run}
          </Button>
          <Button disabled={progress.value === undefined} onClick={stop}>
            {t().stop}
          </Button>
        </div>
        <Running />
        <WorkerState client={client} onRestart={describe} />
        {failure.value !== undefined && <Message kind="error">{failure.value}</Message>}
        <Results />
      </Panel>
    </div>
  );
}

function FactsOf({ isolated, cores, engine }: EngineFacts) {
  return (
    <Facts
      of={[
        [t().engine, engine],
        [t().cores, cores],
        [t().isolated, isolated ? t().yes : t().no],
      ]}
    />
  );
}

function Running() {
  if (progress.value === undefined) return null;
  const { threads, step, totalSteps, loss } = progress.value;
  return (
    <Progress value={totalSteps === 0 ? undefined : step / totalSteps}>
      {totalSteps === 0 ? t().starting : t().running(threads, step, totalSteps, short(loss))}
    </Progress>
  );
}

function Results() {
  const rows = results.value;
  if (rows.length === 0) return null;
  return (
    <>
      <DataTable
        title={t().results}
        fileName="lexigrad-threads"
        rows={rows}
        columns={[
          { title: t().threads, value: ({ threads }) => threads, number: true },
          { title: t().helpers, value: ({ helpers }) => helpers, number: true },
          { title: t().steps, value: ({ steps }) => steps, number: true },
          {
            title: t().perStep,
            value: ({ seconds, steps }) => (1000 * seconds) / steps,
            show: ({ seconds, steps }) => fixed((1000 * seconds) / steps),
            number: true,
          },
          { title: t().loss, value: ({ loss }) => loss, show: ({ loss }) => short(loss), number: true },
          {
            title: t().gigaflops,
            value: ({ gigaflops }) => gigaflops,
            show: ({ gigaflops }) => fixed(gigaflops, 1),
            number: true,
          },
          {
            title: t().hash,
            value: ({ hash }) => hash,
            show: ({ hash }) => <code>{hash.slice(0, 12)}</code>,
          },
        ]}
      />
      {rows.length === 2 && <Comparison rows={rows} />}
    </>
  );
}

function Comparison({ rows: [one, more] }: { readonly rows: readonly TrainingResult[] }) {
  if (one!.steps !== more!.steps) return <Message>{t().interrupted}</Message>;
  return one!.hash === more!.hash ? (
    <Message kind="success">{t().same}</Message>
  ) : (
    <Message kind="error">{t().different}</Message>
  );
}
