/**
 * N-grams with their probabilities, packed: a trie in sorted typed arrays.
 *
 * The n-grams of each length stand in the order of their words, so those with a common context stand together, and
 * an n-gram is found among them by bisection. What is stored is what the ARPA format says (Kneser–Ney models of any
 * kind, Katz, and others):
 *
 *   p(w | c) = the stored probability of c w, where there is one;
 *              else backoff(c) · p(w | c without its first word), where an unknown c has the backoff 1.
 *
 * Bytes an n-gram: 12 for a single word, 8 for a longest n-gram, 16 in between.
 */

/** N-grams of one length. */
export interface TrieLevel {
  /** By n-gram: its last word, in rising order within a context. Empty for single words: word i is at place i. */
  readonly words: Int32Array;
  /** By n-gram: p(last word | words before) */
  readonly probabilities: Float32Array;
  /** By n-gram: what p after it is multiplied by for words that have no n-gram. Not on the last level. */
  readonly backoffs: Float32Array | undefined;
  /** By n-gram: where its continuations begin on the next level, and one more for the end. Not on the last level. */
  readonly begins: Int32Array | undefined;
}

/**
 * A place in a text: by length, the n-gram of so many last words, −1 where it is not in the trie. `[0]`, of no words,
 * is always 0.
 */
export type TrieState = Int32Array;

const NO_NGRAM = -1;

export class NgramTrie {
  readonly order: number;
  /** How many words can be predicted: V. There may be one more id, V itself, for the start of a sentence. */
  readonly vocabularySize: number;
  readonly levels: readonly TrieLevel[];

  constructor(vocabularySize: number, levels: readonly TrieLevel[]) {
    this.order = levels.length;
    this.vocabularySize = vocabularySize;
    this.levels = levels;
  }

  /** How many n-grams there are in all. */
  get size(): number {
    return this.levels.reduce((sum, { probabilities }) => sum + probabilities.length, 0);
  }

  /** The memory that the arrays take. */
  get byteLength(): number {
    const arrays = this.levels.flatMap((level) => Object.values(level) as (Int32Array | undefined)[]);
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** The state of knowing nothing. */
  start(): TrieState {
    const state = new Int32Array(this.order).fill(NO_NGRAM);
    state[0] = 0;
    return state;
  }

  /**
   * p(id | what the state knows), and moves the state on by the id.
   *
   * Both ask for the same n-grams: the one that has the probability, and those that are the next contexts.
   */
  step(state: TrieState, id: number): number {
    let probability = 0;
    let factor = 1;
    let isFound = false;
    for (let length = this.order - 1; length >= 0; length--) {
      const context = state[length]!;
      const ngram = context < 0 ? NO_NGRAM : this.find(length, context, id);
      if (length + 1 < this.order) state[length + 1] = ngram;
      if (isFound || context < 0) continue;
      if (ngram >= 0) {
        isFound = true;
        probability = factor * this.levels[length]!.probabilities[ngram]!;
      } else {
        factor *= this.levels[length - 1]!.backoffs![context]!;
      }
    }
    return probability;
  }

  /** p(id | what the state knows); the state stays. */
  probability(state: TrieState, id: number): number {
    let factor = 1;
    for (let length = this.order - 1; length > 0; length--) {
      const context = state[length]!;
      if (context < 0) continue;
      const ngram = this.find(length, context, id);
      if (ngram >= 0) return factor * this.levels[length]!.probabilities[ngram]!;
      factor *= this.levels[length - 1]!.backoffs![context]!;
    }
    return factor * this.levels[0]!.probabilities[id]!;
  }

  /** Moves the state on by an id. */
  advance(state: TrieState, id: number): void {
    for (let length = this.order - 1; length > 0; length--) {
      const shorter = state[length - 1]!;
      state[length] = shorter < 0 ? NO_NGRAM : this.find(length - 1, shorter, id);
    }
  }

  /**
   * p(· | what the state knows) of all V words. Costs one pass over the vocabulary and the words that follow the
   * contexts: most words follow none, so they differ by one common factor.
   */
  distribution(state: TrieState, result: Float64Array = new Float64Array(this.vocabularySize)): Float64Array {
    // By length: what the longer contexts leave to the n-grams of this one.
    const factors = new Float64Array(this.order);
    let factor = 1;
    for (let length = this.order - 1; length > 0; length--) {
      factors[length] = factor;
      if (state[length]! >= 0) factor *= this.levels[length - 1]!.backoffs![state[length]!]!;
    }
    const unigrams = this.levels[0]!.probabilities;
    for (let id = 0; id < result.length; id++) result[id] = factor * unigrams[id]!;
    for (let length = 1; length < this.order; length++) {
      const context = state[length]!;
      if (context < 0) continue;
      const { begins } = this.levels[length - 1]!;
      const { words, probabilities } = this.levels[length]!;
      for (let i = begins![context]!; i < begins![context + 1]!; i++) {
        if (words[i]! < result.length) result[words[i]!] = factors[length]! * probabilities[i]!;
      }
    }
    return result;
  }

  /** All n-grams of a length, in order, each with its words. The array of words is overwritten by the next. */
  *ngrams(length: number): Generator<{ readonly ngram: number; readonly words: Int32Array }> {
    const words = new Int32Array(length);
    /** By depth: the place of the beginning of the present n-gram. */
    const places = new Int32Array(length);
    const count = this.levels[length - 1]!.probabilities.length;
    for (let ngram = 0; ngram < count; ngram++) {
      places[length - 1] = ngram;
      for (let depth = length - 1; depth > 0; depth--) {
        words[depth] = this.levels[depth]!.words[places[depth]!]!;
        const { begins } = this.levels[depth - 1]!;
        while (begins![places[depth - 1]! + 1]! <= places[depth]!) places[depth - 1]!++;
      }
      words[0] = places[0]!;
      yield { ngram, words };
    }
  }

  /** The place of a word among the continuations of a context of `length` words, −1 where it is not. */
  find(length: number, context: number, id: number): number {
    if (length === 0) return id;
    const { words } = this.levels[length]!;
    const { begins } = this.levels[length - 1]!;
    let low = begins![context]!;
    let high = begins![context + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low < begins![context + 1]! && words[low] === id ? low : NO_NGRAM;
  }
}
