/** ARPA files ↔ tries. Ids of a vocabulary that begins with `<unk>` and `</s>`; `<s>` has the id V. */
import { FormatError, ValueError } from '../../base/errors.js';
import { type ArpaLevel, type ArpaModel, type ArpaNgram, formatArpa, LOG_ZERO } from '../../files/arpa.js';
import { UNKNOWN_TOKEN, Vocabulary } from '../../text/index.js';
import { NgramTrie, type TrieLevel } from './trie.js';

const SENTENCE_START = '<s>';
const SENTENCE_END = '</s>';
/** Spellings of the unknown word: ours, which is that of most tools, and another that occurs. */
const UNKNOWN_SPELLINGS = [UNKNOWN_TOKEN, '<UNK>'];

/**
 * A trie and its vocabulary from the content of an ARPA file. N-grams whose beginning is not an n-gram of its own, as
 * pruned models have them, get one that says nothing new: the probability that backing off gives, and the backoff 1.
 *
 * Without `<unk>` in the file, unknown words have the probability 0.
 *
 * @param file the name to give in messages
 * @throws FormatError when there is no `</s>`, or an n-gram is given twice
 */
export function trieFromArpa(
  { tokens, levels }: ArpaModel,
  file?: string,
): { trie: NgramTrie; vocabulary: Vocabulary } {
  const unknown = UNKNOWN_SPELLINGS.find((spelling) => tokens.includes(spelling)) ?? UNKNOWN_TOKEN;
  if (!tokens.includes(SENTENCE_END)) {
    const message = `there is no ${SENTENCE_END} among the 1-grams: this model cannot end a sentence`;
    throw new FormatError(message, { file });
  }
  const ordinary = tokens.filter((token) => ![unknown, SENTENCE_START, SENTENCE_END].includes(token));
  const vocabulary = Vocabulary.fromJSON({
    tokens: [UNKNOWN_TOKEN, SENTENCE_END, ...ordinary],
    counts: new Array<number>(ordinary.length + 2).fill(0),
    specialCount: 2,
    unknownToken: UNKNOWN_TOKEN,
  });
  const ids = Int32Array.from(tokens, (token) => {
    if (token === SENTENCE_START) return vocabulary.size;
    return token === unknown ? vocabulary.unknownId! : vocabulary.idOf(token)!;
  });
  const pending = levels.map((level, i) => new PendingNgrams(level, i + 1, ids));
  const built = [singleWords(levels[0]!, ids, vocabulary.size)];
  for (let length = 2; length <= levels.length; length++) {
    built.push(nextLevel(built, pending.slice(length - 1), vocabulary, file));
  }
  built[levels.length - 1] = { ...built[levels.length - 1]!, backoffs: undefined };
  return { trie: new NgramTrie(vocabulary.size, built), vocabulary };
}

/** The lines of an ARPA file. @throws ValueError for a token that the format cannot hold */
export function arpaFromTrie(trie: NgramTrie, vocabulary: Vocabulary): Generator<string> {
  const tokens = [...vocabulary.entries(), SENTENCE_START];
  const unwritable = tokens.find((token) => token === '' || /\s/.test(token));
  if (unwritable !== undefined) {
    throw new ValueError(
      `the token ${JSON.stringify(unwritable)} holds white space, which ends a word in ARPA files: ` +
        'this model cannot be written as one',
    );
  }
  if (tokens.indexOf(SENTENCE_START) !== trie.vocabularySize) {
    throw new ValueError(
      `the text that the model was trained on has the word ${SENTENCE_START}, which means the beginning of a sentence ` +
        'in ARPA files: this model cannot be written as one',
    );
  }
  return formatArpa(
    trie.levels.map(({ probabilities, backoffs }, depth) => ({
      size: probabilities.length,
      ngrams: (function* (): Generator<ArpaNgram> {
        for (const { ngram, words } of trie.ngrams(depth + 1)) {
          yield {
            words: Array.from(words, (id) => tokens[id]!),
            logProbability: Math.log10(probabilities[ngram]!),
            logBackoff: backoffs === undefined ? undefined : Math.log10(backoffs[ngram]!),
          };
        }
      })(),
    })),
  );
}

/** A level of the trie before it is known where its continuations begin. */
type BuiltLevel = { -readonly [Name in keyof TrieLevel]: TrieLevel[Name] };

function singleWords(level: ArpaLevel, ids: Int32Array, vocabularySize: number): BuiltLevel {
  const probabilities = new Float32Array(vocabularySize + 1);
  const backoffs = new Float32Array(vocabularySize + 1).fill(1);
  for (const [i, id] of ids.entries()) {
    probabilities[id] = power(level.logProbabilities[i]!);
    backoffs[id] = power(level.logBackoffs[i]!);
  }
  // What starts a sentence is never predicted, whatever the file says.
  probabilities[vocabularySize] = 0;
  return { words: new Int32Array(0), probabilities, backoffs, begins: undefined };
}

/** N-grams of one length on their way into the trie: each knows where its first words stand there already. */
class PendingNgrams {
  readonly level: ArpaLevel;
  readonly length: number;
  readonly size: number;
  /** By n-gram: the place of its first words, of as many as the trie is deep. */
  readonly places: Int32Array;
  private readonly ids: Int32Array;

  constructor(level: ArpaLevel, length: number, ids: Int32Array) {
    this.level = level;
    this.length = length;
    this.size = level.logProbabilities.length;
    this.ids = ids;
    this.places = Int32Array.from({ length: this.size }, (_, ngram) => this.word(ngram, 0));
  }

  /** The id of a word of an n-gram. */
  word(ngram: number, at: number): number {
    return this.ids[this.level.words[ngram * this.length + at]!]!;
  }
}

/**
 * The next level of the trie: the n-grams of that length, and the beginnings of longer ones where they are missing.
 * All are pairs of a context's place and a word; two stable counting sorts bring them in order, and equal ones together.
 *
 * @param pending the n-grams of this length, then those of each longer one
 */
function nextLevel(
  built: BuiltLevel[],
  pending: readonly PendingNgrams[],
  vocabulary: Vocabulary,
  file: string | undefined,
): BuiltLevel {
  const depth = built.length;
  const total = pending.reduce((sum, { size }) => sum + size, 0);
  const contexts = new Int32Array(total);
  const lastWords = new Int32Array(total);
  let at = 0;
  for (const ngrams of pending) {
    contexts.set(ngrams.places, at);
    for (let ngram = 0; ngram < ngrams.size; ngram++) lastWords[at++] = ngrams.word(ngram, depth);
  }
  const contextCount = built[depth - 1]!.probabilities.length;
  const byWord = countingSort(Int32Array.from(lastWords.keys()), lastWords, vocabulary.size + 1);
  const sorted = countingSort(byWord, contexts, contextCount);

  // By pair: its place on the new level. By place: the n-gram of the file, or a pair that began a longer one.
  const places = new Int32Array(total);
  const sources: number[] = [];
  const [own] = pending as [PendingNgrams];
  let previous = -1;
  for (const pair of sorted) {
    const isNew =
      previous < 0 || contexts[pair] !== contexts[previous] || lastWords[pair] !== lastWords[previous];
    if (isNew) sources.push(pair);
    else if (pair < own.size) throw givenTwice(own, pair, vocabulary, file);
    places[pair] = sources.length - 1;
    previous = pair;
  }

  const level: BuiltLevel = {
    words: Int32Array.from(sources, (pair) => lastWords[pair]!),
    probabilities: new Float32Array(sources.length),
    backoffs: new Float32Array(sources.length).fill(1),
    begins: undefined,
  };
  const shorter = new NgramTrie(vocabulary.size, built);
  const begins = new Int32Array(contextCount + 1);
  for (const [place, pair] of sources.entries()) {
    begins[contexts[pair]! + 1]!++;
    if (pair < own.size) {
      level.probabilities[place] = power(own.level.logProbabilities[pair]!);
      level.backoffs![place] = power(own.level.logBackoffs[pair]!);
    } else {
      const beginning = beginningOf(pair, pending, depth);
      const state = shorter.start();
      for (const id of beginning) shorter.advance(state, id);
      const backoff = built[depth - 1]!.backoffs![contexts[pair]!]!;
      level.probabilities[place] = backoff * shorter.probability(state, lastWords[pair]!);
    }
  }
  for (let context = 0; context < contextCount; context++) begins[context + 1]! += begins[context]!;
  built[depth - 1]!.begins = begins;
  at = 0;
  for (const ngrams of pending) {
    ngrams.places.set(places.subarray(at, at + ngrams.size));
    at += ngrams.size;
  }
  return level;
}

/** Sorts things by their keys, keeping the order of those with equal ones. */
function countingSort(things: Int32Array, keys: Int32Array, keyCount: number): Int32Array {
  const next = new Int32Array(keyCount + 1);
  for (const thing of things) next[keys[thing]! + 1]!++;
  for (let key = 0; key < keyCount; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(things.length);
  for (const thing of things) sorted[next[keys[thing]!]!++] = thing;
  return sorted;
}

/** The first `count` words of the n-gram that a pair comes from. */
function beginningOf(pair: number, pending: readonly PendingNgrams[], count: number): number[] {
  let ngram = pair;
  for (const ngrams of pending) {
    if (ngram < ngrams.size) return Array.from({ length: count }, (_, at) => ngrams.word(ngram, at));
    ngram -= ngrams.size;
  }
  return [];
}

function givenTwice(
  ngrams: PendingNgrams,
  ngram: number,
  vocabulary: Vocabulary,
  file: string | undefined,
): FormatError {
  const words = Array.from({ length: ngrams.length }, (_, at) => ngrams.word(ngram, at)).map((id) =>
    id === vocabulary.size ? SENTENCE_START : vocabulary.tokenOf(id),
  );
  return new FormatError(`the ${ngrams.length}-gram '${words.join(' ')}' is given twice`, { file });
}

/** 10ˣ, and 0 for what stands for it. */
function power(logarithm: number): number {
  return logarithm <= LOG_ZERO ? 0 : 10 ** logarithm;
}
