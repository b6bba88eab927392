/**
 * ARPA files: the text format in which n-gram models are exchanged (SRILM, KenLM, CMU).
 *
 *   \data\
 *   ngram 1=5
 *   ngram 2=7
 *
 *   \1-grams:
 *   log10 p ⟨tab⟩ word ⟨tab⟩ log10 backoff
 *   …
 *   \end\
 *
 * Probabilities are logarithms to the base 10; −99 or less stands for none. A missing backoff is 0, that is 1. What
 * stands before `\data\` is a comment.
 */
import { FormatError } from '../base/errors.js';
import type { Line } from './lines.js';

/** N-grams of one length. */
export interface ArpaLevel {
  /** Indexes into `tokens`: `length` of them an n-gram. */
  readonly words: Int32Array;
  /** By n-gram: log₁₀ p. */
  readonly logProbabilities: Float32Array;
  /** By n-gram: log₁₀ of the backoff; all 0 on the last level. */
  readonly logBackoffs: Float32Array;
}

/** What an ARPA file holds. */
export interface ArpaModel {
  /** The words, in the order of the single words of the file. */
  readonly tokens: readonly string[];
  /** By length − 1 */
  readonly levels: readonly ArpaLevel[];
}

/** N-grams that a model of this order cannot have been meant to have. */
const HIGHEST_ORDER = 32;
/** So many lines are believed before they have been seen; more room is taken as they come. */
const TRUSTED_COUNT = 1 << 16;
/** From here down a logarithm stands for a probability of 0. */
export const LOG_ZERO = -99;

/**
 * Reads an ARPA file line by line.
 *
 * @param file the name to give in messages
 * @throws FormatError with the line for whatever is not as the format wants it: counts that are wrong, words that were
 *   not announced, n-grams given twice in a row, probabilities above 1, numbers that are none.
 */
export async function parseArpa(
  lines: AsyncIterable<Line> | Iterable<Line>,
  file?: string,
): Promise<ArpaModel> {
  const parser = new ArpaParser(file);
  for await (const line of lines) {
    if (parser.take(line)) break;
  }
  return parser.finish();
}

class ArpaParser {
  private readonly file: string | undefined;
  private state: 'before' | 'counts' | 'between' | 'ngrams' | 'done' = 'before';
  private line = 0;
  private readonly counts: number[] = [];
  private readonly tokens: string[] = [];
  private readonly ids = new Map<string, number>();
  private readonly levels: GrowingLevel[] = [];

  constructor(file: string | undefined) {
    this.file = file;
  }

  /** Takes the next line. True when the model is complete. */
  take({ text, line }: Line): boolean {
    this.line = line;
    const trimmed = text.trim();
    if (this.state === 'before') {
      if (trimmed === '\\data\\') this.state = 'counts';
    } else if (trimmed !== '') {
      if (trimmed.startsWith('\\') && !/\s/.test(trimmed)) this.header(trimmed);
      else if (this.state === 'counts') this.count(trimmed);
      else if (this.state === 'ngrams') this.ngram(trimmed);
      else throw this.error(`'${shown(trimmed)}' stands where \\1-grams: should begin`);
    }
    return this.state === 'done';
  }

  finish(): ArpaModel {
    if (this.state === 'before')
      throw new FormatError('this is not an ARPA file: there is no line \\data\\', { file: this.file });
    if (this.state !== 'done') throw this.error('the file ends before \\end\\: it is cut off');
    return { tokens: this.tokens, levels: this.levels.map((level) => level.finish()) };
  }

  private header(text: string): void {
    if (this.counts.length === 0) throw this.error(`${shown(text)} comes before any line 'ngram 1=…'`);
    const current = this.levels.at(-1);
    if (current !== undefined && current.size !== this.counts[this.levels.length - 1]) {
      const announced = this.counts[this.levels.length - 1]!;
      throw this.error(
        `there are ${current.size} ${this.levels.length}-grams, but ${announced} were announced`,
      );
    }
    const isComplete = this.levels.length === this.counts.length;
    if (text === '\\end\\' && isComplete) {
      this.state = 'done';
      return;
    }
    const expected = isComplete ? '\\end\\' : `\\${this.levels.length + 1}-grams:`;
    if (text !== expected) throw this.error(`'${shown(text)}' stands where ${expected} should`);
    this.levels.push(new GrowingLevel(this.levels.length + 1, this.counts[this.levels.length]!));
    this.state = 'ngrams';
  }

  private count(text: string): void {
    const [, order, count] = /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(text) ?? [];
    if (order === undefined) throw this.error(`'${shown(text)}' is not like 'ngram 1=1000'`);
    if (Number(order) !== this.counts.length + 1)
      throw this.error(`'${shown(text)}' stands where ngram ${this.counts.length + 1}=… should`);
    if (Number(order) > HIGHEST_ORDER)
      throw this.error(`n-grams longer than ${HIGHEST_ORDER} words are not read`);
    if (!(Number(count) < 2 ** 31)) throw this.error(`${count} n-grams are more than can be held`);
    this.counts.push(Number(count));
  }

  private ngram(text: string): void {
    const level = this.levels.at(-1)!;
    const { order } = level;
    if (level.size === this.counts[order - 1])
      throw this.error(`there are more than the ${level.size} ${order}-grams that were announced`);
    const fields = text.split(/\s+/);
    const backoffAllowed = order < this.counts.length;
    if (fields.length !== order + 1 && !(backoffAllowed && fields.length === order + 2)) {
      const wanted = `a logarithm, ${order === 1 ? '1 word' : `${order} words`}${backoffAllowed ? ' and perhaps a backoff' : ''}`;
      throw this.error(`there should be ${wanted} on this line, not ${fields.length} fields`);
    }
    const logProbability = this.number(fields[0]!, 'log₁₀ p');
    if (logProbability > 0) throw this.error(`log₁₀ p is ${fields[0]}, but no probability is above 1`);
    const logBackoff = fields.length === order + 2 ? this.number(fields[order + 1]!, 'the backoff') : 0;
    if (order === 1) this.addToken(fields[1]!);
    const words = fields.slice(1, order + 1).map((word) => this.idOf(word));
    level.push(words, logProbability, logBackoff);
  }

  private addToken(token: string): void {
    if (this.ids.has(token)) throw this.error(`the word '${shown(token)}' is given twice`);
    this.ids.set(token, this.tokens.length);
    this.tokens.push(token);
  }

  private idOf(word: string): number {
    const id = this.ids.get(word);
    if (id === undefined) throw this.error(`the word '${shown(word)}' is not among the 1-grams`);
    return id;
  }

  private number(text: string, what: string): number {
    const value = Number(text);
    if (text !== '' && Number.isFinite(value) && /^[-+.\deE]+$/.test(text)) return value;
    if (/^-inf(inity)?$/i.test(text)) return LOG_ZERO;
    throw this.error(`${what} is '${shown(text)}', which is not a number`);
  }

  private error(message: string): FormatError {
    return new FormatError(message, { file: this.file, line: this.line });
  }
}

/** A level as it is read. Announced counts are not believed beyond what a small file may hold. */
class GrowingLevel {
  readonly order: number;
  size = 0;
  private words: Int32Array;
  private logProbabilities: Float32Array;
  private logBackoffs: Float32Array;

  constructor(order: number, announced: number) {
    const room = Math.min(announced, TRUSTED_COUNT);
    this.order = order;
    this.words = new Int32Array(room * order);
    this.logProbabilities = new Float32Array(room);
    this.logBackoffs = new Float32Array(room);
  }

  push(words: readonly number[], logProbability: number, logBackoff: number): void {
    if (this.size === this.logProbabilities.length) this.resize(Math.max(16, 2 * this.size));
    this.words.set(words, this.size * this.order);
    this.logProbabilities[this.size] = logProbability;
    this.logBackoffs[this.size++] = logBackoff;
  }

  finish(): ArpaLevel {
    this.resize(this.size);
    const { words, logProbabilities, logBackoffs } = this;
    return { words, logProbabilities, logBackoffs };
  }

  private resize(size: number): void {
    const resized = <Values extends Int32Array | Float32Array>(from: Values, to: Values): Values => {
      to.set(from.subarray(0, to.length));
      return to;
    };
    this.words = resized(this.words, new Int32Array(size * this.order));
    this.logProbabilities = resized(this.logProbabilities, new Float32Array(size));
    this.logBackoffs = resized(this.logBackoffs, new Float32Array(size));
  }
}

/** An n-gram to be written: words, log₁₀ p, and log₁₀ of the backoff where it has one. */
export interface ArpaNgram {
  readonly words: readonly string[];
  readonly logProbability: number;
  readonly logBackoff?: number;
}

/**
 * The text of an ARPA file, line by line with line ends.
 *
 * @param levels by length − 1: how many n-grams there are, and the n-grams
 */
export function* formatArpa(
  levels: readonly { readonly size: number; readonly ngrams: Iterable<ArpaNgram> }[],
): Generator<string> {
  yield '\\data\\\n';
  for (const [i, { size }] of levels.entries()) yield `ngram ${i + 1}=${size}\n`;
  for (const [i, { ngrams }] of levels.entries()) {
    yield `\n\\${i + 1}-grams:\n`;
    for (const { words, logProbability, logBackoff } of ngrams) {
      const backoff = logBackoff === undefined ? '' : `\t${number(logBackoff)}`;
      yield `${number(logProbability)}\t${words.join(' ')}${backoff}\n`;
    }
  }
  yield '\n\\end\\\n';
}

/** Seven decimals, which is what float32 holds of such numbers. */
function number(value: number): string {
  return value <= LOG_ZERO ? String(LOG_ZERO) : value.toFixed(7);
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
