import { FeedforwardNetwork, type FeedforwardRow, VERSION } from 'lexigrad';
import { wasmEngine } from 'lexigrad/engine';
import type { Activation } from 'lexigrad/nn';
import { serve } from '../../worker/serve.js';
import { readRuns } from './read.js';
import type { RunTasks } from './tasks.js';

const ROWS = 240;
const EXAMPLE_RUNS = [
  { hidden: [8], learningRate: 0.03, activation: 'tanh' },
  { hidden: [8], learningRate: 0.003, activation: 'tanh' },
  { hidden: [8], learningRate: 0.3, activation: 'relu' },
  { hidden: [16, 8], learningRate: 0.03, activation: 'relu' },
] as const;
const EXAMPLE_TRIALS = 24;
/** Progress is for eyes: more often than this nobody sees it. */
const TELL_EVERY_MS = 150;

/** Networks of a few units have nothing to share out. */
const ENGINE = wasmEngine({ threads: 1 });

serve<RunTasks>({
  read: ({ name, bytes }) => readRuns(name, bytes),

  example: async (_, { progress, signal, breathe }) => {
    for (const [i, settings] of EXAMPLE_RUNS.entries()) {
      if (signal.aborted) return;
      await trainLogged(`example-${i + 1}`, settings, progress);
      await breathe();
    }
    await search(progress, signal, breathe);
  },
});

type Told = (value: RunTasks['example']['progress']) => void;

/** Trains one network, and tells its log as `lexigrad train --log` would write it. */
async function trainLogged(
  name: string,
  settings: {
    readonly hidden: readonly number[];
    readonly learningRate: number;
    readonly activation: Activation;
  },
  tell: Told,
): Promise<void> {
  const lines: unknown[] = [
    { kind: 'run', name, task: 'network', data: 'two rings', lexigrad: VERSION, settings },
  ];
  const text = () => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  let told = 0;
  let seconds = 0;
  const model = await FeedforwardNetwork.train(rings(), {
    ...networkOptions(settings),
    epochs: 60,
    onEvent: (event) => {
      if (event.kind === 'checkpoint') return;
      if (event.kind === 'step') ({ seconds } = event);
      lines.push({ ...event, seconds });
      if (performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      tell({ name: `${name}.jsonl`, text: text() });
    },
  });
  const { record } = model;
  lines.push({ kind: 'end', stopped: record.stopped, seconds, settings: record.settings });
  tell({ name: `${name}.jsonl`, text: text() });
}

/** A random search of small networks. */
async function search(tell: Told, signal: AbortSignal, breathe: () => Promise<void>): Promise<void> {
  const uniform = uniforms();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)]!;
  let text = '';
  for (let trial = 1; trial <= EXAMPLE_TRIALS && !signal.aborted; trial++) {
    const settings = {
      hidden: [pick([2, 4, 8, 16])],
      activation: pick(['tanh', 'relu', 'sigmoid'] as const),
      learningRate: Number((0.001 * 300 ** uniform()).toPrecision(3)),
      batchSize: pick([8, 16, 32]),
    };
    const started = performance.now();
    const model = await FeedforwardNetwork.train(rings(), { ...networkOptions(settings), epochs: 12 });
    const losses = (model.record.history ?? []).map(({ validation }) => validation?.loss ?? Number.NaN);
    const seconds = (performance.now() - started) / 1000;
    const score = Math.min(...losses.filter(Number.isFinite));
    text += `${JSON.stringify({ trial, settings, score, measure: 'validation loss', seconds })}\n`;
    tell({ name: 'example-search.jsonl', text });
    await breathe();
  }
}

function networkOptions<S extends { readonly learningRate: number }>({ learningRate, ...settings }: S) {
  const optimizer = { kind: 'adam', learningRate } as const;
  return { ...settings, optimizer, holdOut: 0.25, seed: 1, engine: ENGINE };
}

/** Points of two rings, one in the other, with some that lie between. */
function rings(): FeedforwardRow[] {
  const uniform = uniforms();
  return Array.from({ length: ROWS }, (_, i) => {
    const label = i % 2 === 0 ? 'inner' : 'outer';
    const radius = (label === 'inner' ? 0.7 : 1.4) + 0.9 * (uniform() - 0.5);
    const angle = 2 * Math.PI * uniform();
    return { features: [radius * Math.cos(angle), radius * Math.sin(angle)], label };
  });
}

/** Numbers from 0 to below 1, always the same (Marsaglia 2003, “Xorshift RNGs”). */
function uniforms(): () => number {
  let state = 0x9e3779b9 | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
