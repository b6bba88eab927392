/** What can be set in this room; all of it is in the address, but for data and models. */
import type { ClassifierOptions } from 'lexigrad';
import { choice, flag, list, number, param, text, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';

export const subwordChoices = ['auto', 'none', '2-4', '3-5', '3-6'] as const;
export const poolings = ['mean', 'sum', 'max', 'mean+max'] as const;
export const methods = ['occlusion', 'gradient', 'integrated'] as const;

export const schema = {
  // ——— data: columns by name; '' where they are found by looking ———
  textColumn: param(text(200), ''),
  labelColumn: param(text(200), ''),

  // ——— training; the defaults are the library's ———
  epochs: param(whole(1, 500), 40),
  rate: param(number({ min: 1e-5, max: 1, digits: 3 }), 0.004),
  /** 0: as many as the library finds right. */
  dim: param(whole(0, 512), 0),
  ngrams: param(whole(1, 5), 2),
  sub: param(choice(subwordChoices), 'auto'),
  /** Units of one hidden layer; 0: none. */
  hidden: param(whole(0, 512), 0),
  pool: param(choice(poolings), 'mean'),
  dropout: param(number({ min: 0, max: 0.9, digits: 2 }), 0),
  wordDropout: param(number({ min: 0, max: 0.9, digits: 2 }), 0.5),
  batch: param(whole(1, 1024), 32),
  holdOut: param(number({ min: 0, max: 0.5, digits: 2 }), 0.1),
  patience: param(whole(1, 100), 4),
  balanced: param(flag, false),
  seed: param(whole(0, 9999), 1),

  // ——— the text that is tried ———
  q: param(text(2000), 'my screen cracked and I want my money back'),
  /** The label that is explained; '' for the likeliest. */
  label: param(text(200), ''),
  method: param(choice(methods), 'occlusion'),
  /** Words that are struck out, by number from 0. */
  struck: param(list(whole(0, 2000)), []),
  /** The cell of the confusion matrix that is open: truth and prediction; none. */
  cell: param(list(whole(0, 10_000), { longest: 2 }), []),
};

export const state = roomState('classifier', schema);

/** What the library is told; what stands at its default is left out, so that it can decide. */
export function trainingOptions(): ClassifierOptions {
  const { dim, sub, hidden, pool, balanced } = state;
  const changed = <Name extends keyof typeof schema>(name: Name) =>
    state[name].value !== schema[name].initial;
  return {
    ...(changed('epochs') && { epochs: state.epochs.value }),
    ...(changed('rate') && { optimizer: { learningRate: state.rate.value } }),
    ...(dim.value > 0 && { dimension: dim.value }),
    ...(changed('ngrams') && { wordNgrams: state.ngrams.value }),
    ...(sub.value !== 'auto' && { subwords: subwordRange(sub.value) }),
    ...(hidden.value > 0 && { hidden: [hidden.value] }),
    ...(changed('pool') && { pooling: pool.value }),
    ...(changed('dropout') && { dropout: state.dropout.value }),
    ...(changed('wordDropout') && { wordDropout: state.wordDropout.value }),
    ...(changed('batch') && { batchSize: state.batch.value }),
    ...(changed('holdOut') && { holdOut: state.holdOut.value }),
    ...(changed('patience') && { patience: state.patience.value }),
    ...(balanced.value && { classWeights: 'balanced' as const }),
    ...(changed('seed') && { seed: state.seed.value }),
  };
}

function subwordRange(name: (typeof subwordChoices)[number]): [number, number] | null {
  const [shortest, longest] = name.split('-').map(Number);
  return longest === undefined ? null : [shortest!, longest];
}

/** What a run with these options holds out of its data; undefined: nothing. */
export function heldOutBy({
  holdOut = schema.holdOut.initial,
  seed = schema.seed.initial,
}: ClassifierOptions) {
  return holdOut === 0 ? undefined : { share: holdOut, seed };
}
