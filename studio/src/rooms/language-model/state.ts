/** What can be set in this room; all of it is in the address, but for texts and models. */
import type { LanguageModelOptions } from 'lexigrad';
import { choice, flag, number, param, text, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';

export const samples = ['stories', 'messages'] as const;
export type SampleName = (typeof samples)[number];
export const tokenizers = ['words', 'characters', 'whitespace'] as const;
export const activations = ['tanh', 'relu', 'gelu', 'silu'] as const;
export const methods = ['occlusion', 'gradient', 'integrated'] as const;
export const generators = ['network', 'counts'] as const;

/** Of texts that are typed; longer ones make no address. */
export const LONGEST_TEXT = 2000;

export const schema = {
  /** What is open where nothing else has been. */
  sample: param(choice(samples), 'stories'),

  // ——— training: small enough to be watched ———
  order: param(whole(2, 16), 5),
  dim: param(whole(2, 512), 48),
  /** Units of one hidden layer; 0: none. */
  hidden: param(whole(0, 1024), 96),
  f: param(choice(activations), 'gelu'),
  epochs: param(whole(1, 100), 6),
  rate: param(number({ min: 1e-5, max: 1, digits: 3 }), 0.002),
  dropout: param(number({ min: 0, max: 0.9, digits: 2 }), 0.1),
  batch: param(whole(1, 4096), 128),
  tokens: param(choice(tokenizers), 'words'),
  minimum: param(whole(1, 100), 2),
  tied: param(flag, true),
  freeze: param(flag, false),
  /** Start E from the embeddings of the model that is open. */
  pretrained: param(flag, false),
  seed: param(whole(0, 9999), 1),

  // ——— asking ———
  q: param(text(LONGEST_TEXT), 'the dog gets '),
  /** The word whose probability is explained; '' for the likeliest. */
  word: param(text(100), ''),
  method: param(choice(methods), 'occlusion'),
  temperature: param(number({ min: 0, max: 3, digits: 2 }), 0.8),
  /** 0: all. */
  topK: param(whole(0, 1000), 0),
  topP: param(number({ min: 0.01, max: 1, digits: 2 }), 1),
  gseed: param(whole(0, 9999), 1),
  length: param(whole(1, 500), 60),
  by: param(choice(generators), 'network'),
  /** The text whose surprisal is shown. */
  s: param(text(LONGEST_TEXT), 'the horse gets fed in our yard\nthe doctor eats the garden'),
};

export const state = roomState('language-model', schema);

/** Epochs of patience, so that a run ends by itself when it no longer gets better. */
const PATIENCE = 2;

/** What the library is told, but for embeddings to start from. */
export function trainingOptions(): LanguageModelOptions {
  const { order, dim, hidden, f, epochs, rate, dropout, batch, tokens, minimum, tied, freeze, seed } = state;
  return {
    order: order.value,
    ...(!state.pretrained.value && { dimension: dim.value }),
    hidden: hidden.value === 0 ? [] : [hidden.value],
    activation: f.value,
    epochs: epochs.value,
    optimizer: { learningRate: rate.value },
    dropout: dropout.value,
    batchSize: batch.value,
    ...(tokens.value !== 'words' && { tokenizer: { kind: tokens.value } }),
    ...(minimum.value !== schema.minimum.initial && { minimumCount: minimum.value }),
    ...(!tied.value && { tied: false }),
    ...(freeze.value && { freezeEmbeddings: true }),
    patience: PATIENCE,
    seed: seed.value,
  };
}
