/** Interrupted anywhere and resumed, a run ends as if nothing had happened: the same weights to the bit, the same history. */
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import { wasmEngine } from '../../src/engine/wasm/index.js';
import { type Checkpoint, Trainer, type TrainerOptions, type TrainingResult } from '../../src/train/index.js';
import { AsyncToySource, makeToy, ToySource } from './toy.js';

type Options = Partial<TrainerOptions> & { readonly dropout?: number; readonly validates?: boolean };

interface Outcome {
  readonly result: TrainingResult;
  readonly weights: readonly number[];
  readonly checkpoint?: Checkpoint;
}

/** A run in a workspace of its own, as a new process would make it. */
async function run({ dropout, validates = true, ...options }: Options, stopAfter?: number): Promise<Outcome> {
  const toy = makeToy({ dropout, engine: wasmEngine() });
  const { workspace, loss, parameters } = toy;
  const interruption = new AbortController();
  let batches = 0;
  let checkpoint: Checkpoint | undefined;
  const source = options.source ?? new ToySource();
  const result = await new Trainer({
    workspace,
    loss,
    parameters,
    epochs: 5,
    optimizer: { kind: 'adam', learningRate: 0.05 },
    validation: validates ? { by: 'loss', goal: 'lower', measure: () => toy.measure() } : undefined,
    ...options,
    source: {
      batchesPerEpoch: source.batchesPerEpoch,
      async *batches(epoch, from) {
        for await (const batch of source.batches(epoch, from)) {
          if (++batches === stopAfter) interruption.abort();
          yield batch;
        }
      },
    },
    signal: interruption.signal,
    saveCheckpoint: (saved) => {
      checkpoint = structuredClone(saved);
    },
  }).run();
  return { result, weights: toy.weights(), checkpoint };
}

async function expectSeamless(options: Options, stops: readonly number[]): Promise<void> {
  const whole = await run(options);
  for (const stop of stops) {
    const first = await run(options, stop);
    expect(first.result.stopped, `stop after ${stop} batches`).toBe('interrupted');
    const second = await run({ ...options, resume: first.checkpoint });
    expect(second.result, `stop after ${stop} batches`).toEqual(whole.result);
    expect(second.weights, `stop after ${stop} batches`).toEqual(whole.weights);
  }
}

/** There are 6 batches in an epoch: the first, within one, the last of one, the first of the next, the very last. */
const STOPS = [1, 4, 6, 7, 29, 30];

describe('a resumed run is the uninterrupted one', () => {
  it('with Adam', () => expectSeamless({}, STOPS));
  it('with dropout', () => expectSeamless({ dropout: 0.4 }, STOPS));
  it('with averaged weights', () => expectSeamless({ average: { decay: 0.9, every: 2 } }, STOPS));
  it('with momentum and a schedule', () =>
    expectSeamless(
      {
        optimizer: { kind: 'sgd', learningRate: 0.3, momentum: 0.9 },
        schedule: { kind: 'cosine', warmup: 4 },
      },
      STOPS,
    ));
  it('with a plateau, watched every two steps', () => {
    // Any measure that rises and falls will do, as long as it depends on the weights alone.
    const schedule = { kind: 'plateau', patience: 1, tolerance: 0.2 } as const;
    return expectSeamless({ schedule, optimizer: { kind: 'rmsprop', learningRate: 0.1 } }, STOPS);
  });
  it('with accumulated gradients, also between two steps', () =>
    expectSeamless(
      { source: new ToySource({ batchSize: 4 }), accumulate: 3, clip: 0.5 },
      [1, 2, 3, 5, 11, 12, 50],
    ));
  it('with early stopping', () =>
    expectSeamless({ patience: 1, optimizer: { kind: 'adam', learningRate: 0.5 } }, [1, 5, 6]));
  it('without validation', () => expectSeamless({ validates: false, average: { decay: 0.95 } }, STOPS));
  it('with batches that come one by one', () => expectSeamless({ source: new AsyncToySource() }, [3, 12]));

  it('when it is interrupted again and again', async () => {
    const options: Options = { dropout: 0.2, average: { decay: 0.9 }, schedule: { kind: 'linear' } };
    const whole = await run(options);
    let part = await run(options, 4);
    for (let i = 0; i < 6; i++) part = await run({ ...options, resume: part.checkpoint }, 4);
    expect(part.result.stopped).toBe('interrupted');
    const last = await run({ ...options, resume: part.checkpoint });
    expect(last.result).toEqual(whole.result);
    expect(last.weights).toEqual(whole.weights);
  });
});

describe('checkpoints', () => {
  it('are saved after each epoch and every so many steps', async () => {
    const steps: number[] = [];
    const onEvent: TrainerOptions['onEvent'] = (event) =>
      event.kind === 'checkpoint' && steps.push(event.step);
    await run({ epochs: 2, checkpointEverySteps: 4, onEvent });
    expect(steps).toEqual([4, 6, 8, 12, 12]);
    steps.length = 0;
    await run({
      source: new ToySource({ batchSize: 4 }),
      accumulate: 3,
      epochs: 1,
      checkpointEverySteps: 2,
      onEvent,
    });
    expect(steps).toEqual([2, 4, 4]);
  });

  it('of a finished run add nothing when resumed', async () => {
    const whole = await run({});
    const again = await run({ resume: whole.checkpoint });
    expect(again.result).toEqual(whole.result);
    expect(again.weights).toEqual(whole.weights);
  });

  it('of a run with other options are refused, saying what is missing', async () => {
    const { checkpoint } = await run({ optimizer: { kind: 'sgd' } }, 3);
    await expect(run({ resume: checkpoint })).rejects.toThrow(ValueError);
    await expect(run({ resume: checkpoint })).rejects.toThrow(/no 'optimizer\/.*other options/);
  });
});
