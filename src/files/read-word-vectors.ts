/**
 * Word vectors from and to the formats they are passed around in:
 *
 *   GloVe text        `word v1 … vd` on each line
 *   word2vec text     the same after a first line `words dimension`; fastText's `.vec` is this
 *   word2vec binary   a line `words dimension`, then for each word its UTF-8 bytes, a space, dimension float32
 *                     (little-endian), and from some writers a line end
 *
 * Files in the wild have flaws, and one bad line should not cost the other million: flaws are reported and passed over.
 */
import { FormatError, ValueError } from '../base/errors.js';
import { Vocabulary } from '../text/vocabulary.js';
import { type ByteChunks, ByteReader, peek } from './bytes.js';
import { decodeLines } from './lines.js';
import { type VectorProblem, WordVectors } from './word-vectors.js';

export interface WordVectorOptions {
  /** Only these words are kept. A Vocabulary also gives the counts. */
  readonly vocabulary?: ReadonlySet<string> | Vocabulary;
  /** Stop after this many vectors have been kept. */
  readonly maximum?: number;
  /** Called for every problem, as it is met. */
  readonly onProblem?: (problem: VectorProblem) => void;
  /** The name to give in messages. */
  readonly file?: string;
}

const SAMPLE_BYTES = 64 * 1024;
const LARGEST_DIMENSION = 65_536;
const LONGEST_WORD = 4096;
const MOST_PROBLEMS = 1000;
const LF = 0x0a;
const SPACE = 0x20;

/**
 * Reads word vectors from a stream of bytes (unpacked already); the format is found out.
 *
 * @throws FormatError when the bytes are no word vectors, or hold none at all.
 */
export async function parseWordVectors(
  chunks: ByteChunks,
  options: WordVectorOptions = {},
): Promise<WordVectors> {
  const { file } = options;
  const { head, all } = await peek(chunks, SAMPLE_BYTES);
  if (head[0] === 0xba && head[1] === 0x16 && head[2] === 0x4f && head[3] === 0x2f) {
    const message =
      'this is a fastText model (.bin), not a file of vectors: read it with FastTextModel.load, which has wordVectors()';
    throw new FormatError(message, { file });
  }
  const lines = sampleLines(head);
  const declared = headerOf(lines[0]);
  const table = new VectorTable(options);
  if (declared !== undefined && !isVectorText(lines[1], declared.dimension) && hasControls(head)) {
    await readBinary(new ByteReader(all), table, declared.dimension, declared.words);
  } else if (declared === undefined && hasControls(head)) {
    throw new FormatError(
      'this is a binary file, but not word2vec vectors: it does not begin with their number',
      { file },
    );
  } else {
    await readTextual(all, table, declared, dimensionOf(lines));
  }
  return table.finish(declared?.words);
}

/** The lines of a `.vec` file, line ends included: `words dimension`, then `word v1 … vd`. */
export function* formatWordVectors(vectors: WordVectors): Generator<string> {
  yield `${vectors.size} ${vectors.dimension}\n`;
  for (const word of vectors.words) {
    if (word === '' || /[\r\n]/.test(word)) {
      throw new ValueError(
        `the word ${JSON.stringify(word)} cannot stand in a .vec file: it is empty or has a line end`,
      );
    }
    yield `${word} ${Array.from(vectors.vectorOf(word)!, shortestFloat).join(' ')}\n`;
  }
}

/** The shortest decimal number that reads as the same float32. */
function shortestFloat(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

/** Collects vectors as they are read. Grows with what is there, never by what a header promises. */
class VectorTable {
  readonly file: string | undefined;
  private readonly options: WordVectorOptions;
  private readonly vocabulary: ReadonlySet<string> | Vocabulary | undefined;
  private readonly words: string[] = [];
  private readonly seen = new Set<string>();
  private readonly problems: VectorProblem[] = [];
  private vectors = new Float32Array(0);
  private dimension = 0;
  private read = 0;
  private lastLine = 1;

  constructor(options: WordVectorOptions) {
    this.options = options;
    this.vocabulary = options.vocabulary;
    this.file = options.file;
  }

  get full(): boolean {
    return this.words.length >= (this.options.maximum ?? Number.POSITIVE_INFINITY);
  }

  problem(line: number, what: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ line, what });
    this.options.onProblem?.({ line, what });
  }

  /** Whether the vector of this word is wanted; reports a word that comes a second time. */
  wants(word: string, line: number): boolean {
    this.read++;
    this.lastLine = line;
    if (this.vocabulary !== undefined && !this.vocabulary.has(word)) return false;
    if (!this.seen.has(word)) return true;
    this.problem(line, `'${word}' comes a second time: the first vector is kept`);
    return false;
  }

  add(word: string, vector: Float32Array): void {
    const start = this.words.length * vector.length;
    if (start + vector.length > this.vectors.length) {
      const grown = new Float32Array(Math.max(1024 * vector.length, 2 * this.vectors.length));
      grown.set(this.vectors);
      this.vectors = grown;
    }
    this.vectors.set(vector, start);
    this.dimension = vector.length;
    this.words.push(word);
    this.seen.add(word);
  }

  finish(declared: number | undefined): WordVectors {
    const { words, dimension, vocabulary, problems } = this;
    if (!this.full && declared !== undefined && declared !== this.read) {
      this.problem(1, `the first line promises ${declared} vectors, but ${this.read} can be read`);
    }
    if (this.read === 0) {
      throw new FormatError(
        'there are no word vectors in this file: each line must be a word and its numbers',
        {
          file: this.file,
          line: this.lastLine,
        },
      );
    }
    const counts =
      vocabulary instanceof Vocabulary
        ? words.map((word) => vocabulary.countOf(vocabulary.idOf(word)!))
        : undefined;
    return new WordVectors({
      words,
      dimension,
      vectors: this.vectors.slice(0, words.length * dimension),
      counts,
      problems,
    });
  }
}

async function readTextual(
  chunks: ByteChunks,
  table: VectorTable,
  declared: VectorHeader | undefined,
  guessedDimension: number,
): Promise<void> {
  const dimension = declared?.dimension ?? guessedDimension;
  const vector = new Float32Array(dimension);
  for await (const { text, line, damaged } of decodeLines(chunks, { file: table.file, invalid: 'mark' })) {
    if (table.full) return;
    if ((line === 1 && declared !== undefined) || text === '') continue;
    if (damaged) {
      table.problem(line, 'the word is not UTF-8: the line is left out');
      continue;
    }
    const fields = splitFromRight(text, dimension);
    if (fields === undefined) {
      table.problem(line, `the line has not a word and ${dimension} numbers: it is left out`);
      continue;
    }
    fields.numbers.forEach((number, i) => {
      vector[i] = parseNumber(number);
    });
    if (!vector.every(Number.isFinite))
      table.problem(line, 'a value is not a finite number: the line is left out');
    else if (table.wants(fields.word, line)) table.add(fields.word, vector);
  }
}

async function readBinary(
  reader: ByteReader,
  table: VectorTable,
  dimension: number,
  count: number,
): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  await reader.takeUntil(LF, LONGEST_WORD);
  for (let index = 1; index <= count && !table.full && (await reader.skip(LF)); index++) {
    const wordBytes = (await reader.takeUntil(SPACE, LONGEST_WORD))?.slice();
    const bytes = wordBytes && (await reader.take(4 * dimension));
    if (wordBytes === undefined || bytes === undefined) {
      table.problem(index, 'the file ends, or loses its form, within this vector');
      break;
    }
    let word: string;
    try {
      word = decoder.decode(wordBytes);
    } catch {
      table.problem(index, 'the word is not UTF-8: it is left out');
      continue;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const vector = Float32Array.from({ length: dimension }, (_, i) => view.getFloat32(4 * i, true));
    if (!vector.every(Number.isFinite))
      table.problem(index, 'a value is not a finite number: the word is left out');
    else if (table.wants(word, index)) table.add(word, vector);
  }
  await reader.close();
}

interface VectorHeader {
  readonly words: number;
  readonly dimension: number;
}

function headerOf(line: string | undefined): VectorHeader | undefined {
  const match = /^\s*(\d{1,15}) (\d{1,9})\s*$/.exec(line ?? '');
  if (match === null) return undefined;
  const header = { words: Number(match[1]), dimension: Number(match[2]) };
  return header.dimension >= 1 && header.dimension <= LARGEST_DIMENSION ? header : undefined;
}

/** The last `dimension` fields of a line, and all before them as the word, which may have spaces in it. */
function splitFromRight(line: string, dimension: number): { word: string; numbers: string[] } | undefined {
  const fields = line.trimEnd().split(/[ \t]/);
  const split = fields.length - dimension;
  if (split < 1) return undefined;
  const word = fields.slice(0, split).join(' ');
  return word === '' ? undefined : { word, numbers: fields.slice(split) };
}

function parseNumber(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}

function isVectorText(line: string | undefined, dimension: number): boolean {
  const fields = line === undefined ? undefined : splitFromRight(line, dimension);
  return fields?.numbers.every((number) => Number.isFinite(parseNumber(number))) ?? false;
}

/** The dimension of a file without a header: how many numbers most of the first lines end in. */
function dimensionOf(lines: readonly string[]): number {
  const votes = new Map<number, number>();
  for (const line of lines) {
    const fields = line.trimEnd().split(/[ \t]/);
    const numbers = fields.length - 1 - fields.findLastIndex((field) => !Number.isFinite(parseNumber(field)));
    const dimension = Math.min(numbers, fields.length - 1);
    if (dimension > 0) votes.set(dimension, (votes.get(dimension) ?? 0) + 1);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 1;
}

/** The whole lines in the first bytes of a file, for looking at. */
function sampleLines(head: Uint8Array): string[] {
  const text = new TextDecoder().decode(head.subarray(0, SAMPLE_BYTES));
  const lines = text.split('\n');
  return lines.length > 2 ? lines.slice(0, -1) : lines;
}

/** Control characters do not occur in text, and are all over binary numbers. */
function hasControls(head: Uint8Array): boolean {
  return head.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20));
}
