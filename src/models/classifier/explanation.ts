/**
 * Why a text got its label: what each word and each feature did for or against it, by three measures.
 *
 *   occlusion   how much the label's logit falls when the word (or feature) is left out
 *   gradient    gradient × input: ∂z/∂e · e, the first-order share of the logit
 *   integrated  integrated gradients (Sundararajan, Taly & Yan 2017): e · ∫₀¹ ∂z/∂e at αe dα, along the straight way
 *               from no embedding at all. They are complete: their sum is the logit minus the logit where the way starts
 *
 * In a network without hidden layers the last two are the same.
 */
import { ValueError } from '../../base/errors.js';
import { backward } from '../../graph/backward.js';
import { input, type Node } from '../../graph/node.js';
import { multiply } from '../../graph/ops/arithmetic.js';
import { sum } from '../../graph/ops/structure.js';
import type { Program } from '../../program/index.js';
import { logitCount, logitWeights } from '../heads.js';
import type { TextClassifier } from './classifier.js';
import type { EncodedTexts } from './encoded.js';
import { CHARACTER_MARK, type Feature, isSingleWord, NGRAM_JOINT, SUBWORD_MARK } from './features.js';

/** The three measures by name. */
export const explanationMethods = ['occlusion', 'gradient', 'integrated'] as const;
export type ExplanationMethod = (typeof explanationMethods)[number];

/** What something contributed to the label's logit, by each measure. */
export type Contribution = Readonly<Record<ExplanationMethod, number>>;

/** A word of the text. Gradients are summed over the features that the word is part of, each shared among its words. */
export interface WordContribution extends Contribution {
  readonly token: string;
  /** Its place in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** What kind of n-gram a feature is: a word, neighbouring words, a piece of a word, or a run of characters. */
export type NgramKind = 'word' | 'words' | 'piece' | 'characters';

/** A feature that the model knows, at one place of the text. */
export interface NgramContribution extends Contribution {
  /** As people write it: `charged twice`, or of a piece `<charg` with `<` and `>` for the ends of the word. */
  readonly ngram: string;
  readonly kind: NgramKind;
  /** The place of the words that it comes from, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** A hand-built feature. It cannot be left out, so there is no occlusion. */
export interface HandBuiltContribution {
  readonly name: string;
  /** As it is in the text, before scaling. */
  readonly value: number;
  readonly gradient: number;
  readonly integrated: number;
}

export interface Explanation {
  readonly text: string;
  /** The label that is explained. */
  readonly label: string;
  /** Its probability. */
  readonly score: number;
  /** Its logit, and what the logit is for a text without words. */
  readonly logit: number;
  readonly baseline: number;
  /** The logit without any embedding and with hand-built features at their means: where integrated gradients start. */
  readonly origin: number;
  readonly words: readonly WordContribution[];
  /** Every known feature in the order of the text, all kinds together. */
  readonly ngrams: readonly NgramContribution[];
  /** Hand-built features. */
  readonly features: readonly HandBuiltContribution[];
}

/** Midpoints of the way at first; doubled until the sum is right to a thousandth, or up to the second number. */
const [FEWEST_STEPS, MOST_STEPS] = [32, 1024];
const CLOSE_ENOUGH = 1e-3;

/** Explains the labels of one classifier. */
export class Explainer {
  private readonly classifier: TextClassifier;
  /** Computes logit and gradient × input for the embeddings (and hand-built features) times `scale`. */
  private readonly program: Program;

  constructor(classifier: TextClassifier) {
    this.classifier = classifier;
    const { network, config, labels, workspace } = classifier;
    const choice = input('choice', [logitCount(config.head, labels.length)]);
    const scale = input('scale', []);
    const rows = network.rows && multiply(network.rows, scale);
    const dense = network.dense && multiply(network.dense, scale);
    const logit = sum(multiply(network.readout(rows, dense), choice));
    const wanted = [rows, dense].filter((node) => node !== undefined);
    const gradients = backward(logit, wanted);
    const products = wanted.map((node, i) => multiply(node, gradients[i]!));
    const outputs: Record<string, Node> = { logit };
    if (rows !== undefined) outputs.items = sum(products[0]!, 1);
    if (dense !== undefined) outputs.dense = products.at(-1)!;
    this.program = workspace.compile({ outputs });
  }

  /**
   * Time grows with the square of the text's length, because each word and feature is left out once.
   *
   * @throws ValueError for a label that the model does not have
   */
  explain(text: string, label: string): Explanation {
    const { classifier } = this;
    const { labels, config, handBuilt } = classifier;
    const index = labels.indexOf(label);
    if (index < 0) throw new ValueError(`there is no label '${label}'; the labels are ${labels.join(', ')}`);
    const { tokens, features: all } = classifier.extractor.explainable(text);
    const features = all.filter(
      (feature) => classifier.index.rowOfText(feature.text, isSingleWord(feature.text)) >= 0,
    );

    const weights = logitWeights(config.head, labels.length, index);
    const logitsOf = (texts: EncodedTexts) => {
      const outputs = classifier.logitsOf(texts);
      return Array.from({ length: texts.count }, (_, i) =>
        weights.reduce((total, weight, j) => total + weight * outputs[i * weights.length + j]!, 0),
      );
    };
    const encoded = classifier.encode([text]);
    const without = tokens.map((span) => text.slice(0, span.start) + text.slice(span.end));
    const [logit, baseline, ...leftOut] = logitsOf(classifier.encode([text, '', ...without]));
    const featureLeftOut = logitsOf(withoutEach(encoded));
    const gradient = this.gradients(encoded, weights, 1);
    const { origin, items, dense } = this.integrated(encoded, weights, gradient);

    const gradientOfWords = shareAmongWords(features, gradient.items, tokens.length);
    const integratedOfWords = shareAmongWords(features, items, tokens.length);
    const values = handBuilt.size === 0 ? [] : handBuilt.values(text);
    return {
      text,
      label,
      score: classifier.probabilitiesOf(encoded)[index]!,
      logit: logit!,
      baseline: baseline!,
      origin,
      words: tokens.map((span, i) => ({
        ...span,
        occlusion: logit! - leftOut[i]!,
        gradient: gradientOfWords[i]!,
        integrated: integratedOfWords[i]!,
      })),
      ngrams: features.map((feature, i) => ({
        ...describeNgram(feature.text),
        start: tokens[feature.begin]!.start,
        end: tokens[feature.end - 1]!.end,
        occlusion: logit! - featureLeftOut[i]!,
        gradient: gradient.items[i]!,
        integrated: items[i]!,
      })),
      features: handBuilt.names.map((name, i) => ({
        name,
        value: values[i]!,
        gradient: gradient.dense[i]!,
        integrated: dense[i]!,
      })),
    };
  }

  /** ∂z/∂e · e for each embedding and hand-built feature, all of them times `scale`; and z itself. */
  private gradients(text: EncodedTexts, weights: readonly number[], scale: number): Gradients {
    const { rows, dense } = this.classifier.network;
    this.program.run({ ...this.classifier.feedsOf(text, Int32Array.of(0)), choice: weights, scale });
    return {
      logit: this.program.scalar('logit'),
      items: rows === undefined ? [] : [...this.program.read('items')],
      dense: dense === undefined ? [] : [...this.program.read('dense')],
    };
  }

  /** Integrated gradients by the midpoint rule. @param gradient at the end of the way, where the text is */
  private integrated(text: EncodedTexts, weights: readonly number[], gradient: Gradients) {
    const origin = this.gradients(text, weights, 0).logit;
    // Without hidden layers the gradient is the same all along the way.
    if (this.classifier.config.hidden.length === 0) return { ...gradient, origin };
    const whole = gradient.logit - origin;
    for (let steps = FEWEST_STEPS; ; steps *= 2) {
      const items = gradient.items.map(() => 0);
      const dense = gradient.dense.map(() => 0);
      for (let step = 0; step < steps; step++) {
        const scale = (step + 0.5) / steps;
        const there = this.gradients(text, weights, scale);
        // There it is gradient × scaled input; the way itself has the whole length of the input.
        there.items.forEach((product, i) => {
          items[i]! += product / scale / steps;
        });
        there.dense.forEach((product, i) => {
          dense[i]! += product / scale / steps;
        });
      }
      const total = [...items, ...dense].reduce((sum, part) => sum + part, 0);
      const isClose = Math.abs(total - whole) <= CLOSE_ENOUGH * Math.max(1, Math.abs(whole));
      if (isClose || steps >= MOST_STEPS) return { items, dense, origin };
    }
  }
}

interface Gradients {
  readonly logit: number;
  readonly items: readonly number[];
  readonly dense: readonly number[];
}

/** The text as often as it has features, each time without one of them. */
function withoutEach({ ids, dense, denseWidth }: EncodedTexts): EncodedTexts {
  const count = ids.length;
  const kept = Math.max(0, count - 1);
  const all = new Int32Array(count * kept);
  const repeated = new Float32Array(count * denseWidth);
  for (let i = 0; i < count; i++) {
    all.set(ids.subarray(0, i), i * kept);
    all.set(ids.subarray(i + 1), i * kept + i);
    repeated.set(dense, i * denseWidth);
  }
  const starts = Int32Array.from({ length: count + 1 }, (_, i) => i * kept);
  return { count, ids: all, starts, dense: repeated, denseWidth };
}

/** A feature of several words counts for each of them alike. */
function shareAmongWords(features: readonly Feature[], values: readonly number[], words: number): number[] {
  const shares = Array.from({ length: words }, () => 0);
  features.forEach(({ begin, end }, i) => {
    for (let word = begin; word < end; word++) shares[word]! += values[i]! / (end - begin);
  });
  return shares;
}

/** A feature as people write it, and what it is. */
export function describeNgram(feature: string): { ngram: string; kind: NgramKind } {
  if (feature.startsWith(SUBWORD_MARK)) return { ngram: feature.slice(SUBWORD_MARK.length), kind: 'piece' };
  if (feature.startsWith(CHARACTER_MARK))
    return { ngram: feature.slice(CHARACTER_MARK.length), kind: 'characters' };
  const several = feature !== NGRAM_JOINT && feature.includes(NGRAM_JOINT);
  return { ngram: feature, kind: several ? 'words' : 'word' };
}
