import { FeedforwardNetwork, type FeedforwardRow } from 'lexigrad';
import { measureProducts, wasmEngine } from 'lexigrad/engine';
import { serve } from '../../worker/serve.js';
import type { EngineTasks } from './tasks.js';

const ROWS = 1024;
const FEATURES = 32;
/** Large enough that threads have something to share. */
const NETWORK = { hidden: [256, 256], activation: 'relu', batchSize: 256, holdOut: 0 } as const;
/** Progress is for eyes: more often than this nobody sees it. */
const TELL_EVERY_MS = 50;

serve<EngineTasks>({
  describe: () => ({
    isolated: globalThis.crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
    engine: wasmEngine().description,
    threads: wasmEngine().threads,
  }),

  train: async ({ threads, epochs }, { progress, signal }) => {
    const engine = wasmEngine({ threads });
    const started = performance.now();
    let told = 0;
    let last = { step: 0, totalSteps: 0, loss: Number.NaN };
    const model = await FeedforwardNetwork.train(rows(), {
      ...NETWORK,
      epochs,
      engine,
      signal,
      onEvent: (event) => {
        if (event.kind !== 'step') return;
        last = { step: event.step, totalSteps: event.totalSteps, loss: event.loss };
        if (performance.now() - told < TELL_EVERY_MS) return;
        told = performance.now();
        progress(last);
      },
    });
    const seconds = (performance.now() - started) / 1000;
    const gigaflops = measureProducts(engine);
    const { machine } = model.workspace;
    const helpers = 'helpers' in machine ? (machine.helpers as number) : 0;
    const { step: steps, loss } = last;
    return { threads: engine.threads, helpers, steps, seconds, loss, hash: model.hash, gigaflops };
  },
});

/** Made-up data, the same in every browser: waves whose sum decides the label. */
function rows(): FeedforwardRow[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const features = Array.from(
      { length: FEATURES },
      (_, i) => ((row * 37 + i * 101 + row * i * 13) % 199) / 99 - 1,
    );
    const sum = features.reduce((total, value, i) => total + (i % 2 === 0 ? value : -value * value), 0);
    return { features, label: sum > -5 ? 'above' : 'below' };
  });
}
