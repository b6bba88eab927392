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
  const counts = new Float64Array(features * labels).fill(1);
  const totals = new Float64Array(labels).fill(features);
  const lastSeen = new Int32Array(features).fill(-1);
  for (let text = 0; text < texts.count; text++) {
    for (let i = texts.starts[text]!; i < texts.starts[text + 1]!; i++) {
      const feature = texts.ids[i]!;
      if (lastSeen[feature] === text) continue;
      lastSeen[feature] = text;
      for (const label of labelsOfText(targets, text)) {
        counts[feature * labels + label]! += targets.weights[text]!;
        totals[label]! += targets.weights[text]!;
      }
    }
  }
  const ratios = new Float32Array(features * labels);
  for (let feature = 0; feature < features; feature++) {
    let mean = 0;
    for (let label = 0; label < labels; label++)
      mean += Math.log(counts[feature * labels + label]! / totals[label]!) / labels;
    for (let label = 0; label < labels; label++) {
      ratios[feature * labels + label] = Math.log(counts[feature * labels + label]! / totals[label]!) - mean;
    }
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

function* labelsOfText({ width, values }: EncodedTargets, text: number): Iterable<number> {
  if (width === 1) yield values[text]!;
  else for (let label = 0; label < width; label++) if (values[text * width + label] === 1) yield label;
}
