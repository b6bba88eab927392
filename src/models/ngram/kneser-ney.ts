/**
 * Interpolated modified Kneser–Ney smoothing (Chen & Goodman 1999, "An empirical study of smoothing techniques for
 * language modeling", section 3):
 *
 *   p(w | c) = (count(c w) − D(count(c w))) / Σ_v count(c v)  +  γ(c) · p(w | c′)
 *
 * where c′ is c without its first word, γ(c) is what the discounts D took away from the words after c, and the last
 * p, of the empty context, is mixed with 1/V. Counts of shorter n-grams are continuation counts (see counts.ts):
 * "Francisco" is frequent, but follows one word only, so it is a poor guess after a context never seen.
 *
 * For a word that never follows c the formula is γ(c) · p(w | c′), so the model has the form of a trie with
 * backoffs, and the sum is made once for each n-gram, when the model is built.
 */
import type { CountedLevel } from './counts.js';
import { type Discounts, discountOf, findDiscounts } from './discounts.js';
import { NgramTrie, type TrieLevel } from './trie.js';

export interface KneserNey {
  readonly trie: NgramTrie;
  /** By order, 1 … N */
  readonly discounts: readonly Discounts[];
}

/** A level of the trie while it is built. */
interface BuiltLevel {
  readonly words: Int32Array;
  readonly probabilities: Float32Array;
  readonly backoffs: Float32Array;
  begins: Int32Array | undefined;
  /** By number in the counts: the place in the trie. */
  readonly places: Int32Array;
}

/**
 * @param counted by length − 1, from `NgramCounts`
 * @param vocabularySize V: ids from 0 to V − 1 are predicted
 * @param idCount V, or V + 1 where a start of sentence has the id V
 */
export function smoothKneserNey(
  counted: readonly CountedLevel[],
  vocabularySize: number,
  idCount: number,
): KneserNey {
  const discounts = counted.map(({ counts, size }) => findDiscounts(counts.subarray(0, size)));
  const built: BuiltLevel[] = [];
  for (const [depth, level] of counted.entries()) {
    const smoothed =
      depth === 0
        ? singleWords(level, discounts[0]!, vocabularySize, idCount)
        : longerNgrams(counted, built, depth, discounts[depth]!);
    built.push(smoothed);
  }
  const levels = built.map(
    ({ words, probabilities, backoffs, begins }): TrieLevel => ({
      words,
      probabilities,
      backoffs: begins === undefined ? undefined : backoffs,
      begins,
    }),
  );
  return { trie: new NgramTrie(vocabularySize, levels), discounts };
}

/** Every id has its place, whether it was seen or not. */
function singleWords(
  { first, counts, size }: CountedLevel,
  discounts: Discounts,
  vocabularySize: number,
  idCount: number,
): BuiltLevel {
  let total = 0;
  let discounted = 0;
  for (let i = 0; i < size; i++) {
    total += counts[i]!;
    discounted += discountOf(counts[i]!, discounts);
  }
  const rest = discounted / total / vocabularySize;
  const probabilities = new Float32Array(idCount).fill(rest, 0, vocabularySize);
  for (let i = 0; i < size; i++) {
    probabilities[first[i]!] = (counts[i]! - discountOf(counts[i]!, discounts)) / total + rest;
  }
  return {
    words: new Int32Array(0),
    probabilities,
    backoffs: new Float32Array(idCount).fill(1),
    begins: undefined,
    places: first,
  };
}

/** The level of n-grams of `depth + 1` words. Also tells the level below where continuations begin, and its γ. */
function longerNgrams(
  counted: readonly CountedLevel[],
  built: readonly BuiltLevel[],
  depth: number,
  discounts: Discounts,
): BuiltLevel {
  const { counts, rest, size } = counted[depth]!;
  const below = built[depth - 1]!;
  const contexts = contextsOf(counted, built, depth);
  const contextCount = below.probabilities.length;
  const totals = new Float64Array(contextCount);
  const gammas = new Float64Array(contextCount);
  const begins = new Int32Array(contextCount + 1);
  for (let i = 0; i < size; i++) {
    totals[contexts[i]!]! += counts[i]!;
    gammas[contexts[i]!]! += discountOf(counts[i]!, discounts);
    begins[contexts[i]! + 1]!++;
  }
  for (let context = 0; context < contextCount; context++) {
    begins[context + 1]! += begins[context]!;
    if (totals[context]! > 0) below.backoffs[context] = gammas[context]! / totals[context]!;
  }
  below.begins = begins;

  const words = new Int32Array(size);
  const probabilities = new Float32Array(size);
  const places = new Int32Array(size);
  const next = begins.slice(0, contextCount);
  const lastWords = lastWordsOf(counted, depth);
  for (let i = 0; i < size; i++) {
    const context = contexts[i]!;
    // N-grams come sorted by their last words, so within a context they stay so.
    const place = next[context]!++;
    places[i] = place;
    words[place] = lastWords[i]!;
    const own = (counts[i]! - discountOf(counts[i]!, discounts)) / totals[context]!;
    const shorter = below.probabilities[below.places[rest[i]!]!]!;
    probabilities[place] = own + (gammas[context]! / totals[context]!) * shorter;
  }
  return { words, probabilities, backoffs: new Float32Array(size).fill(1), begins: undefined, places };
}

/** By n-gram: the place of its context in the trie. */
function contextsOf(
  counted: readonly CountedLevel[],
  built: readonly BuiltLevel[],
  depth: number,
): Int32Array {
  const contexts = new Int32Array(counted[depth]!.size);
  // An unfinished trie is enough to look contexts up in: they are shorter.
  const trie = new NgramTrie(0, built);
  for (let i = 0; i < contexts.length; i++) {
    let place = 0;
    let ngram = i;
    for (let length = 0; length < depth; length++) {
      const { first, rest } = counted[depth - length]!;
      place = trie.find(length, place, first[ngram]!);
      ngram = rest[ngram]!;
    }
    contexts[i] = place;
  }
  return contexts;
}

/** By n-gram: its last word, which is that of the n-gram without its first. */
function lastWordsOf(counted: readonly CountedLevel[], depth: number): Int32Array {
  let words = counted[0]!.first;
  for (let level = 1; level <= depth; level++) {
    const { rest, size } = counted[level]!;
    const shorter = words;
    words = Int32Array.from({ length: size }, (_, i) => shorter[rest[i]!]!);
  }
  return words;
}
