/**
 * The words that speak most for each label, as the model has learned them: no data is needed.
 *
 * A text of one feature alone is given to the network. How much higher a label's logit is than for an empty text, above
 * the mean of all labels, is the feature's weight for it. Rare features have large weights by chance, so they are ranked
 * by weight · count / (count + 10): as if each had been seen ten times more without any effect.
 */
import type { TextClassifier } from '../models/classifier/classifier.js';
import type { EncodedTexts } from '../models/classifier/encoded.js';
import { describeNgram, type NgramKind } from '../models/classifier/explanation.js';

export interface LabelWord {
  readonly ngram: string;
  readonly kind: NgramKind;
  /** How much it raises the label's logit, above what it does for the labels on average. */
  readonly weight: number;
  /** How often it was seen in training. */
  readonly count: number;
}

export interface LabelWords {
  readonly label: string;
  /** Those chosen, by falling weight. */
  readonly words: readonly LabelWord[];
}

/** Imagined occurrences without effect. */
const PRIOR_COUNT = 10;

/** So many times as many are kept at first, for some will differ in signs alone. */
const SPARE = 4;

/** Features are asked about in slices of so many outputs, so that many labels do not take much memory. */
const OUTPUTS_AT_ONCE = 1_000_000;

/** @param most words of each label (default 10); pieces of words are left out, for they say little by themselves */
export function labelWords(classifier: TextClassifier, most = 10): LabelWords[] {
  const { vocabulary, labels, config, handBuilt } = classifier;
  if (!config.embeddings) return labels.map((label) => ({ label, words: [] }));
  const ids = [...vocabulary.entries().keys()].filter(
    (id) =>
      describeNgram(vocabulary.tokenOf(id)).kind !== 'piece' && /[\p{L}\p{N}]/u.test(vocabulary.tokenOf(id)),
  );
  const dense = handBuilt.size === 0 ? [] : handBuilt.standardized('');
  const nothing = contrasts(classifier, classifier.encode(['']));
  const strongest = labels.map(() => new Strongest(SPARE * most));
  const slice = Math.ceil(OUTPUTS_AT_ONCE / labels.length);
  for (let begin = 0; begin < ids.length; begin += slice) {
    const part = ids.slice(begin, begin + slice);
    const values = contrasts(classifier, oneFeatureEach(part, dense));
    part.forEach((id, i) => {
      const count = vocabulary.countOf(id);
      strongest.forEach((list, label) => {
        const weight = values[i * labels.length + label]! - nothing[label]!;
        list.offer(id, (weight * count) / (count + PRIOR_COUNT), weight);
      });
    });
  }
  return labels.map((label, i) => {
    const words = strongest[i]!.entries.map(({ id, weight }) => ({
      ...describeNgram(vocabulary.tokenOf(id)),
      weight,
      count: vocabulary.countOf(id),
    }));
    return {
      label,
      words: differentLetters(words)
        .slice(0, most)
        .sort((a, b) => b.weight - a.weight),
    };
  });
}

/** The first of those that differ in spaces and signs alone, such as a word and the run of its characters. */
function differentLetters(words: readonly LabelWord[]): LabelWord[] {
  const firsts = new Map<string, LabelWord>();
  for (const word of words) {
    const letters = word.ngram.replace(/[^\p{L}\p{N}]+/gu, '');
    if (!firsts.has(letters)) firsts.set(letters, word);
  }
  return [...firsts.values()];
}

/** For each feature a text that consists of it alone. */
function oneFeatureEach(ids: readonly number[], dense: readonly number[]): EncodedTexts {
  return {
    count: ids.length,
    ids: Int32Array.from(ids),
    starts: Int32Array.from({ length: ids.length + 1 }, (_, i) => i),
    dense: Float32Array.from({ length: ids.length * dense.length }, (_, i) => dense[i % dense.length]!),
    denseWidth: dense.length,
  };
}

/** Logits minus their mean over the labels, [texts × labels]; those of a multi-label model stand for themselves. */
function contrasts(classifier: TextClassifier, texts: EncodedTexts): Float64Array {
  const { labels, config } = classifier;
  const logits = classifier.logitsOf(texts);
  if (config.head === 'multilabel') return logits;
  // The one logit of a binary head speaks for the second label and as much against the first.
  if (config.head === 'binary')
    return Float64Array.from(
      { length: 2 * logits.length },
      (_, i) => (logits[i >> 1]! * (i % 2 === 0 ? -1 : 1)) / 2,
    );
  return logits.map((logit, i) => {
    const begin = i - (i % labels.length);
    let sum = 0;
    for (let j = begin; j < begin + labels.length; j++) sum += logits[j]!;
    return logit - sum / labels.length;
  });
}

/** Keeps the few with the highest rank, above 0. */
class Strongest {
  readonly entries: { readonly id: number; readonly rank: number; readonly weight: number }[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  offer(id: number, rank: number, weight: number): void {
    const { entries, most } = this;
    if (!(rank > (entries.length < most ? 0 : entries.at(-1)!.rank))) return;
    const at = entries.findIndex((entry) => entry.rank < rank);
    entries.splice(at < 0 ? entries.length : at, 0, { id, rank, weight });
    if (entries.length > most) entries.pop();
  }
}
