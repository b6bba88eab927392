/** From flags to the options of the models. What no flag says is left to the models' own defaults. */
import { readFile } from 'node:fs/promises';
import { DataError } from '../../base/errors.js';
import { readProblem } from '../../files/node/open.js';
import type { WordVectors } from '../../files/word-vectors.js';
import type { FeatureSpec } from '../../models/classifier/hand-built.js';
import type { ClassifierOptions } from '../../models/classifier/options.js';
import type { LanguageModelOptions } from '../../models/language-model/options.js';
import { AVERAGE_EVERY } from '../../models/language-model/presets.js';
import type { OptimizerOptions } from '../../optim/index.js';
import type { TrainFlags } from './flags.js';

/** What all models share. */
export function trainingOptions(flags: TrainFlags) {
  const { epochs, batchSize, schedule, clip, patience, holdOut, seed, dropout, hidden, activation } = flags;
  return given({
    ...{ epochs, batchSize, schedule, clip, patience, holdOut, seed, dropout, hidden, activation },
    optimizer: optimizerOf(flags),
  });
}

export function classifierOptions(
  flags: TrainFlags,
  files: { features?: readonly FeatureSpec[]; pretrained?: WordVectors },
): ClassifierOptions {
  const { tokenizer, dimension, freezeEmbeddings, pooling, wordNgrams, subwords, characterNgrams } = flags;
  const { wordDropout, classWeights, head, selectBy, schedule } = flags;
  return given({
    ...trainingOptions(flags),
    ...{ dimension, freezeEmbeddings, pooling, wordNgrams, characterNgrams },
    subwords: subwords === 'none' ? null : subwords,
    ...{ wordDropout, classWeights, head, selectBy, ...files },
    tokenizer: tokenizer && { kind: tokenizer },
    ...{ buckets: flags.buckets, hogwild: flags.hogwild },
    minimumCount: flags.minCount,
    embeddings: flags.embeddings === false ? false : undefined,
    // A plateau watches what decides; unlike a loss, accuracy and F1 should rise.
    schedule:
      schedule?.kind === 'plateau' && selectBy !== undefined && selectBy !== 'loss'
        ? { goal: 'higher', ...schedule }
        : schedule,
  });
}

export function languageModelOptions(
  flags: TrainFlags,
  files: { pretrained?: WordVectors },
): LanguageModelOptions {
  const { tokenizer, dimension, freezeEmbeddings, order, context, tied, direct, average } = flags;
  const { preset, farWords, decays, blocks, normalization, embeddingDropout, wordDropout } = flags;
  const { outputLayer, samples, cutoffs, classes, selfNormalization } = flags;
  return given({
    ...trainingOptions(flags),
    ...{ preset, dimension, freezeEmbeddings, order, context, ...files },
    ...{ farWords, decays, blocks, normalization, embeddingDropout, wordDropout },
    ...{ output: outputLayer, samples, cutoffs, classes, selfNormalization },
    learnedKernels: flags.fixedKernels ? false : undefined,
    average: average === undefined ? undefined : { decay: average, every: AVERAGE_EVERY },
    tokenizer: tokenizer && { kind: tokenizer },
    minimumCount: flags.minCount,
    maximumVocabulary: flags.maxVocabulary,
    tied: tied === false ? false : undefined,
    directConnections: direct,
  });
}

/** Only what was said. A rule with other habits than AdamW brings its own rate and decay. */
function optimizerOf({ optimizer, learningRate, weightDecay }: TrainFlags): OptimizerOptions | undefined {
  const kind = optimizer?.kind;
  const habits =
    kind === 'sgd' || kind === 'adagrad'
      ? { learningRate: 0.1, weightDecay: 0 }
      : kind === 'adam' || kind === 'rmsprop'
        ? { weightDecay: 0 }
        : {};
  const options = given({ ...habits, ...optimizer, ...given({ learningRate, weightDecay }) });
  return Object.keys(options).length === 0 ? undefined : options;
}

/** Without what is undefined, so that defaults below are not hidden by it. */
function given<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

/**
 * Reads a declarative list of hand-built features.
 *
 * @throws DataError when the file is not such a list
 */
export async function readFeatures(path: string): Promise<FeatureSpec[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw readProblem(cause, path);
  }
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`this is not JSON (${(cause as Error).message})`, { file: path });
  }
  if (!Array.isArray(list) || list.length === 0) {
    const example = '[{"kind": "length", "of": "words"}, {"kind": "regex", "pattern": "!"}]';
    throw new DataError(`this must be a JSON list of features, as in ${example}`, { file: path });
  }
  list.forEach((item, i) => {
    if (!isFeature(item)) {
      const kinds =
        'lexicon (words), regex (pattern), length (of: words or characters) or log (of: a feature)';
      throw new DataError(`feature ${i + 1} is none of ${kinds}`, { file: path });
    }
  });
  return list as FeatureSpec[];
}

function isFeature(item: unknown): boolean {
  const { kind, words, pattern, of } = (item ?? {}) as Record<string, unknown>;
  if (kind === 'lexicon') return Array.isArray(words) && words.every((word) => typeof word === 'string');
  if (kind === 'regex') return typeof pattern === 'string';
  if (kind === 'length') return of === 'words' || of === 'characters';
  return kind === 'log' && isFeature(of);
}
