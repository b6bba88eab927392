/**
 * A start for the embeddings that already knows something: how much more often a feature occurs with one label than
 * with the others, as multinomial naive Bayes on presence of features counts it (Wang & Manning 2012 use the same
 * log-count ratios as feature values). Training goes on from there.
 */
import { Random } from '../../base/random.js';
import type { EncodedTargets, EncodedTexts } from './encoded.js';

/**
 * Log-count ratios r [features, labels]: ln P(feature | label) with add-one smoothing, minus its mean over the labels.
 * Each feature counts once a text.
 */
export function logCountRatios(
  texts: EncodedTexts,
  targets: EncodedTargets,
  features: number,
  labels: number,
): Float32Array {
  const totals = new Float64Array(labels).fill(features);
  // A row for each feature: its counts, and the text that it was last seen in, so that both are in the cache at once.
  const width = labels + 1;
  const counts = new Float32Array(features * width).fill(1);
  const lastSeen = new Int32Array(counts.buffer);
  for (let at = labels; at < lastSeen.length; at += width) lastSeen[at] = -1;
  for (let text = 0; text < texts.count; text++) {
    const weight = targets.weights[text]!;
    const own = labelsOfText(targets, text);
    const end = texts.starts[text + 1]!;
    for (let i = texts.starts[text]!; i < end; i++) {
      const row = texts.ids[i]! * width;
      if (lastSeen[row + labels] === text) continue;
      lastSeen[row + labels] = text;
      for (let j = 0; j < own.length; j++) {
        counts[row + own[j]!]! += weight;
        totals[own[j]!]! += weight;
      }
    }
  }
  const ratios = new Float32Array(features * labels);
  const logTotals = totals.map(Math.log);
  const logs = new Float64Array(labels);
  for (let feature = 0; feature < features; feature++) {
    let mean = 0;
    for (let label = 0; label < labels; label++) {
      logs[label] = logOf(counts[feature * width + label]!) - logTotals[label]!;
      mean += logs[label]! / labels;
    }
    for (let label = 0; label < labels; label++) ratios[feature * labels + label] = logs[label]! - mean;
  }
  return ratios;
}

/**
 * A direction of embedding space for each label [labels, dimension]: the axes while there are enough, else random unit
 * vectors. Embeddings start as Σ r(label) direction(label), and the output layer reads along the same directions.
 */
export function labelDirections(labels: number, dimension: number, seed: number): Float32Array {
  const directions = new Float32Array(labels * dimension);
  if (labels <= dimension) {
    for (let label = 0; label < labels; label++) directions[label * dimension + label] = 1;
    return directions;
  }
  const random = new Random(seed, 'label directions');
  for (let label = 0; label < labels; label++) {
    for (let d = 0; d < dimension; d++)
      directions[label * dimension + d] = random.normal() / Math.sqrt(dimension);
  }
  return directions;
}

function labelsOfText({ width, values }: EncodedTargets, text: number): number[] {
  if (width === 1) return [values[text]!];
  const labels: number[] = [];
  for (let label = 0; label < width; label++) if (values[text * width + label] === 1) labels.push(label);
  return labels;
}

/** Most features are rare, and most counts small whole numbers. */
const SMALL_LOGS = Float64Array.from({ length: 256 }, (_, count) => Math.log(count));

function logOf(count: number): number {
  const isSmall = count < SMALL_LOGS.length && Number.isInteger(count);
  return isSmall ? SMALL_LOGS[count]! : Math.log(count);
}
