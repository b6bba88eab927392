/**
 * From a text to rows of the input matrix, as fastText goes: tokens stand between ASCII white space; each known token
 * gives its own row and those of its character n-grams, an unknown one those of its n-grams alone; sequences of
 * neighbouring words give a bucket each. A supervised line ends with the token `</s>`.
 *
 * All of it works on the text's UTF-8 bytes, so no strings are made of tokens.
 */
import type { FastTextContent, FastTextDictionary, FastTextSettings } from '../../files/fasttext/index.js';
import { bucketOf, forEachSequence, hashBytes } from './hash.js';
import { WordTable } from './word-table.js';

export const END_OF_LINE = '</s>';
export const LABEL_PREFIX = '__label__';

const encoder = new TextEncoder();
const END_BYTES = encoder.encode(END_OF_LINE);
const PREFIX_BYTES = encoder.encode(LABEL_PREFIX);
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;

/** A character n-gram of a word and its row. */
export interface Subword {
  readonly text: string;
  readonly row: number;
}

export class TextReader {
  private readonly settings: FastTextSettings;
  private readonly dictionary: FastTextDictionary;
  private readonly table: WordTable;
  private readonly hasPieces: boolean;
  private readonly endHasPieces: boolean;
  /** Rows of known words with their character n-grams, computed when first needed. */
  private readonly known: (readonly number[])[] = [];
  private bytes = new Uint8Array(4096);
  /** Hashes of the words of the text that is being read. */
  private hashes: number[] = [];

  constructor({ dictionary, version }: FastTextContent, settings: FastTextSettings) {
    this.settings = settings;
    this.dictionary = dictionary;
    this.table = new WordTable(dictionary.names);
    // For the files of 2016 `</s>` was a word like any other.
    this.endHasPieces = version === 0;
    this.hasPieces = settings.maxn > 0 && settings.bucket > 0;
  }

  /** The rows that a supervised model averages. Labels in the text are passed over. */
  rowsOf(text: string): number[] {
    const rows: number[] = [];
    this.hashes = [];
    const { bytes, length } = this.encode(text);
    let ended = false;
    for (let begin = 0, i = 0; i <= length && !ended; i++) {
      if (i < length && !isSpace(bytes[i]!)) continue;
      if (i > begin) ended = this.addToken(bytes, begin, i, rows);
      begin = i + 1;
    }
    if (!ended) this.addToken(END_BYTES, 0, END_BYTES.length, rows);
    const { wordNgrams, bucket } = this.settings;
    if (wordNgrams > 1 && bucket > 0) {
      forEachSequence(this.hashes, wordNgrams, bucket, (found) => {
        const row = this.rowOfBucket(found);
        if (row >= 0) rows.push(row);
      });
    }
    return rows;
  }

  /** Whether a word is in the dictionary, and no label. */
  knows(word: string): boolean {
    const bytes = encoder.encode(word);
    const id = this.table.find(bytes, 0, bytes.length, hashBytes(bytes));
    return id >= 0 && id < this.dictionary.wordCount;
  }

  /** The rows that make up a word's vector. */
  rowsOfWord(word: string): readonly number[] {
    const bytes = encoder.encode(word);
    const id = this.table.find(bytes, 0, bytes.length, hashBytes(bytes));
    if (id >= 0) return this.rowsOfEntry(id);
    return this.pieceRows(bytes, []);
  }

  /** The same for an entry of the dictionary. */
  rowsOfEntry(id: number): readonly number[] {
    if (!this.hasPieces) return [id];
    this.known[id] ??= this.pieceRows(this.dictionary.names.at(id), [id]);
    return this.known[id];
  }

  /** The character n-grams of a word that have a row. */
  subwords(word: string): Subword[] {
    const bytes = encoder.encode(word);
    if (!this.givesPieces(bytes)) return [];
    const found: Subword[] = [];
    const marked = withMarks(bytes);
    const decoder = new TextDecoder();
    this.forEachPiece(marked, (row, begin, end) => {
      found.push({ text: decoder.decode(marked.subarray(begin, end)), row });
    });
    return found;
  }

  /** Adds the rows of a token, and says whether the text ends with it. */
  private addToken(bytes: Uint8Array, begin: number, end: number, rows: number[]): boolean {
    const hash = hashBytes(bytes, begin, end);
    const id = this.table.find(bytes, begin, end, hash);
    const isLabel = id < 0 ? hasLabelPrefix(bytes, begin, end) : id >= this.dictionary.wordCount;
    if (isLabel) return false;
    this.hashes.push(hash);
    if (id >= 0 && !this.hasPieces) rows.push(id);
    else if (id >= 0) for (const row of this.rowsOfEntry(id)) rows.push(row);
    else this.pieceRows(bytes.subarray(begin, end), rows);
    return isEndOfLine(bytes, begin, end);
  }

  private pieceRows(word: Uint8Array, rows: number[]): number[] {
    if (this.givesPieces(word)) {
      this.forEachPiece(withMarks(word), (row) => rows.push(row));
    }
    return rows;
  }

  private givesPieces(word: Uint8Array): boolean {
    return this.hasPieces && (this.endHasPieces || !isEndOfLine(word, 0, word.length));
  }

  /** Pieces of minn … maxn characters of `<word>`; a mark alone is none. */
  private forEachPiece(marked: Uint8Array, take: (row: number, begin: number, end: number) => void): void {
    const { minn, maxn, bucket } = this.settings;
    for (let begin = 0; begin < marked.length; begin = nextCharacter(marked, begin)) {
      let end = begin;
      for (let length = 1; length <= maxn && end < marked.length; length++) {
        end = nextCharacter(marked, end);
        const markAlone = length === 1 && (begin === 0 || end === marked.length);
        if (length < minn || markAlone) continue;
        const row = this.rowOfBucket(bucketOf(hashBytes(marked, begin, end), bucket));
        if (row >= 0) take(row, begin, end);
      }
    }
  }

  /** −1 for a bucket that pruning has dropped. */
  private rowOfBucket(bucket: number): number {
    const { wordCount, kept } = this.dictionary;
    if (kept === undefined) return wordCount + bucket;
    const row = kept.get(bucket);
    return row === undefined ? -1 : wordCount + row;
  }

  private encode(text: string): { bytes: Uint8Array; length: number } {
    // A UTF-16 unit takes at most three bytes.
    if (this.bytes.length < 3 * text.length) this.bytes = new Uint8Array(6 * text.length);
    return { bytes: this.bytes, length: encoder.encodeInto(text, this.bytes).written };
  }
}

/** What stands between white space, which for fastText is ASCII's alone and the byte 0. */
export function splitWords(text: string): string[] {
  return text.split(/[ \t\n\v\f\r\0]+/).filter((word) => word !== '');
}

/** Space, \t, \n, \v, \f, \r and 0. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0;
}

function isEndOfLine(bytes: Uint8Array, begin: number, end: number): boolean {
  return end - begin === END_BYTES.length && startsWith(bytes, begin, END_BYTES);
}

function hasLabelPrefix(bytes: Uint8Array, begin: number, end: number): boolean {
  return end - begin >= PREFIX_BYTES.length && startsWith(bytes, begin, PREFIX_BYTES);
}

function startsWith(bytes: Uint8Array, begin: number, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i++) if (bytes[begin + i] !== start[i]) return false;
  return true;
}

function withMarks(word: Uint8Array): Uint8Array {
  const marked = new Uint8Array(word.length + 2);
  marked[0] = LESS_THAN;
  marked.set(word, 1);
  marked[marked.length - 1] = GREATER_THAN;
  return marked;
}

/** Where the next UTF-8 character begins. */
function nextCharacter(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  while (next < bytes.length && (bytes[next]! & 0xc0) === 0x80) next++;
  return next;
}
