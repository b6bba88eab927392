/**
 * What a prediction sees of the words before it: the nearest words' embeddings side by side, and the farther words'
 * embeddings summed under K kernels.
 *
 *   near     e(t−n) … e(t−1), concatenated                                          n · d numbers
 *   far      Σⱼ κ[k, j] e(t−n−F+j) for each kernel k, over the F words before those    K · d numbers
 *
 * A kernel is one weight for each position, the same for all d numbers of an embedding (Sun & Iyyer 2021). It starts as
 * a decay, κ[k, j] ∝ αₖ^(F−1−j) with sum 1, and is learned; left as it is, it is the fixed-size ordinally-forgetting
 * encoding (FOFE, Zhang et al. 2015), cut off after F words.
 *
 * Training draws positions at random, so each looks its F + n embeddings up for itself. Neighbouring positions could
 * share them, but the lookups and their gradients are a twentieth of a step of a network worth having.
 */
import { constant, type Node, type ParameterNode, parameter } from '../../graph/node.js';
import { multiply } from '../../graph/ops/arithmetic.js';
import { matmul } from '../../graph/ops/matrix.js';
import { dropout } from '../../graph/ops/normalization.js';
import { gather } from '../../graph/ops/rows.js';
import { broadcastTo, concat, reshape, slice } from '../../graph/ops/structure.js';
import type { LanguageModelConfig } from './options.js';

/** How many words a prediction sees: near and far. */
export function contextLength({ order, farWords }: Pick<LanguageModelConfig, 'order' | 'farWords'>): number {
  return order - 1 + farWords;
}

/** How many numbers `contextFeatures` gives for each position. */
export function featureWidth({ order, farWords, decays, dimension }: LanguageModelConfig): number {
  return (order - 1 + (farWords > 0 ? decays.length : 0)) * dimension;
}

/** κ [K, F] as it starts, the farthest word first: row k holds αₖ^(F−1) … αₖ, 1, divided by their sum. */
export function decayKernels(decays: readonly number[], farWords: number): ParameterNode {
  const values = decays.flatMap((decay) => {
    const weights = Array.from({ length: farWords }, (_, j) => decay ** (farWords - 1 - j));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
  return parameter('far/kernels', [decays.length, farWords], values);
}

/** E, and κ where far words are seen. */
export interface ContextParameters {
  readonly table: ParameterNode;
  readonly kernels: ParameterNode | undefined;
}

/** The features of positions: ids ['batch', near + far], the oldest first → ['batch', featureWidth]. */
export function contextFeatures(
  ids: Node,
  { table, kernels }: ContextParameters,
  config: LanguageModelConfig,
): Node {
  const { farWords, dimension, wordDropout } = config;
  const length = contextLength(config);
  const batch = ids.shape[0]!;
  const near = dropWords(gather(table, slice(ids, 1, farWords, length)), wordDropout, 'near');
  const nearFeatures = reshape(near, [batch, (length - farWords) * dimension]);
  if (kernels === undefined) return nearFeatures;
  const far = dropWords(gather(table, slice(ids, 1, 0, farWords)), wordDropout, 'far');
  const sums = matmul(kernels, far);
  return concat([
    nearFeatures,
    reshape(sums, [batch, featureWidth(config) - (length - farWords) * dimension]),
  ]);
}

/** Drops whole words while training: all numbers of an embedding, or none. */
function dropWords(embeddings: Node, rate: number, name: string): Node {
  if (rate === 0) return embeddings;
  const ones = broadcastTo(constant(1), [...embeddings.shape.slice(0, -1), 1]);
  return multiply(embeddings, dropout(ones, rate, `${name}-dropout`));
}
