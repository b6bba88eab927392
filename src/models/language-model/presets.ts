/** Sizes of language models that hang together, named by what they cost. */
import { ValueError } from '../../base/errors.js';
import type { LanguageModelOptions } from './options.js';

export type PresetName = 'small' | 'base' | 'best';

export interface Preset {
  /** What the options are that the preset stands for; given ones win over them. */
  readonly options: LanguageModelOptions;
  /**
   * What it costs at a vocabulary of 10,000: parameters, multiply-adds of a prediction, and the time of one core (2 GHz,
   * with BLAS at 34 GFLOP/s) for the 930,000 tokens of the Penn Treebank.
   */
  readonly cost: string;
}

/** Averaging takes in the weights every so many steps: often enough, and next to nothing to pay. */
export const AVERAGE_EVERY = 10;

/** What the larger presets have in common. */
const DEEP = {
  context: 'running',
  order: 5,
  activation: 'gelu',
  blocks: 1,
  normalization: 'before',
  embeddingDropout: 0.2,
  optimizer: { weightDecay: 0.03 },
  average: { decay: 0.998, every: AVERAGE_EVERY },
} as const satisfies LanguageModelOptions;

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  small: {
    options: {
      order: 5,
      dimension: 64,
      hidden: [128],
      activation: 'gelu',
      dropout: 0.1,
      epochs: 4,
    },
    cost: '0.7 M parameters and multiply-adds a word, 12 min',
  },
  base: {
    options: {
      ...DEEP,
      farWords: 32,
      dimension: 160,
      hidden: [384],
      dropout: 0.25,
      epochs: 6,
    },
    cost: '2.4 M parameters and multiply-adds a word, 50 min',
  },
  best: {
    options: {
      ...DEEP,
      farWords: 48,
      decays: [0.5, 0.8, 0.93, 0.98],
      dimension: 200,
      hidden: [512],
      dropout: 0.3,
      epochs: 8,
    },
    cost: '3.5 M parameters and multiply-adds a word, 90 min',
  },
};

export const presetNames = Object.keys(PRESETS) as PresetName[];

/**
 * The options with those of their preset under them.
 * @throws ValueError when there is no such preset
 */
export function withPreset(options: LanguageModelOptions): LanguageModelOptions {
  if (options.preset === undefined) return options;
  const preset = Object.hasOwn(PRESETS, options.preset) ? PRESETS[options.preset] : undefined;
  if (preset === undefined) {
    throw new ValueError(`there is no preset '${options.preset}'; choose one of ${presetNames.join(', ')}`);
  }
  const { decays, ...usual } = preset.options;
  const optimizer = { ...usual.optimizer, ...options.optimizer };
  const merged = { ...usual, ...options, optimizer };
  // Whoever says that there shall be no far words need not speak of their decays.
  return decays === undefined || !merged.farWords ? merged : { decays, ...merged };
}
