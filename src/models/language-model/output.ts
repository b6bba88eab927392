/** The output layer that a configuration asks for, and what training feeds it. */
import { ValueError } from '../../base/errors.js';
import type { ParameterNode } from '../../graph/node.js';
import { Linear } from '../../nn/index.js';
import {
  adaptiveCutoffs,
  ClusteredOutput,
  classCutoffs,
  evenClusters,
  narrowingClusters,
  type OutputLayer,
  SampledOutput,
  SoftmaxOutput,
} from '../../nn/output/index.js';
import type { Vocabulary } from '../../text/index.js';
import type { Batch, BatchSource } from '../../train/batches.js';
import { contextLength } from './context.js';
import type { CorpusSource } from './corpus.js';
import { isClustered, isSampled, type LanguageModelConfig, type LanguageModelOptions } from './options.js';

/** Words drawn for a batch by default. */
export const DEFAULT_SAMPLES = 1000;
/** Classes of a class-factored output by default: fewer than √V, because each costs a dozen small kernels a step. */
export const DEFAULT_CLASSES = 16;
/** `<unk>` and `</s>` come first, whatever their frequency. */
const SPECIAL_WORDS = 2;

export interface OutputSizes {
  /** V */
  readonly words: number;
  /** Width of the last layer. */
  readonly inputs: number;
  /** Width of the features that direct connections start from. */
  readonly features: number;
}

export interface CreatedOutput {
  readonly layer: OutputLayer;
  /** Its parameters and those of its weights, without E. */
  readonly parameters: readonly ParameterNode[];
}

/** @param table E, whose rows are the vectors of words where the output is tied */
export function createOutput(
  config: LanguageModelConfig,
  { words, inputs, features }: OutputSizes,
  table: ParameterNode,
  seed: number,
): CreatedOutput {
  const { output, tied, directConnections, cutoffs, samples, selfNormalization } = config;
  if (isClustered(output)) {
    const clusters =
      output === 'adaptive'
        ? narrowingClusters(cutoffs, words, inputs)
        : evenClusters(cutoffs, words, inputs);
    const shared = tied ? table : undefined;
    const layer = new ClusteredOutput('output', { size: words, inputs, clusters, table: shared, seed });
    return { layer, parameters: layer.parameters };
  }
  const own = tied ? [] : [new Linear('output', inputs, words, { seed, bias: false }).weight];
  const direct = directConnections
    ? [new Linear('direct', features, words, { seed, bias: false, initializer: { kind: 'zeros' } }).weight]
    : [];
  const weights = [tied ? table : own[0]!, ...direct];
  const layer = isSampled(output)
    ? new SampledOutput('output', weights, { loss: output, samples, always: SPECIAL_WORDS })
    : new SoftmaxOutput('output', weights, selfNormalization);
  return { layer, parameters: [...layer.parameters, ...own, ...direct] };
}

/**
 * The configuration with the clusters that the vocabulary asks for, where none are given.
 *
 * @throws ValueError where the given ones do not fit the vocabulary
 */
export function withClusters(
  config: LanguageModelConfig,
  vocabulary: Vocabulary,
  { classes = DEFAULT_CLASSES }: Pick<LanguageModelOptions, 'classes'>,
): LanguageModelConfig {
  const { output, cutoffs } = config;
  const { size } = vocabulary;
  if (!isClustered(output)) return config;
  if (cutoffs.length > 0) {
    if (cutoffs.at(-1)! < size) return config;
    throw new ValueError(
      `the last cluster would begin at word ${cutoffs.at(-1)}, but the vocabulary has only ${size}: ` +
        'give smaller cutoffs, or leave them out',
    );
  }
  if (output === 'adaptive') return { ...config, cutoffs: adaptiveCutoffs(size, SPECIAL_WORDS) };
  const counts = Array.from({ length: size }, (_, id) => vocabulary.countOf(id));
  return { ...config, cutoffs: classCutoffs(counts, Math.min(classes, size)) };
}

/** Batches of a corpus, with what the output layer wants in place of the targets. */
export class OutputSource implements BatchSource {
  private readonly source: CorpusSource;
  private readonly feed: ReturnType<OutputLayer['feeder']>;

  constructor(source: CorpusSource, layer: OutputLayer, vocabulary: Vocabulary, seed: number) {
    const counts = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.countOf(id));
    this.source = source;
    this.feed = layer.feeder(counts, seed);
  }

  get batchesPerEpoch(): number {
    return this.source.batchesPerEpoch;
  }

  *batches(epoch: number, from: number): Generator<Batch> {
    let batch = from;
    for (const { feeds, size } of this.source.batches(epoch, from)) {
      const { context, target } = feeds as { context: Int32Array; target: Int32Array };
      yield { feeds: { context, ...this.feed(target, `${epoch}/${batch++}`) }, size };
    }
  }
}

/** What a step is fed for a typical batch, its targets as frequent as in the text: for describing the step. */
export function typicalFeeds(
  layer: OutputLayer,
  config: LanguageModelConfig,
  vocabulary: Vocabulary,
  batch: number,
): Batch['feeds'] {
  const targets = new Int32Array(batch);
  let mass = 0;
  let place = 0;
  for (let id = 0; id < vocabulary.size && place < batch; id++) {
    mass += vocabulary.countOf(id) / vocabulary.totalCount;
    while (place < batch && place + 0.5 < mass * batch) targets[place++] = id;
  }
  const counts = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.countOf(id));
  return { context: new Int32Array(batch * contextLength(config)), ...layer.feeder(counts, 1)(targets, '0') };
}
