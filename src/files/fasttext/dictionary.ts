/** The dictionary of a fastText model: words, then labels, with their counts, and what pruning has left of the buckets. */
import { concatenate } from '../bytes.js';
import type { ByteSource } from './source.js';

/** Longest word in bytes; fastText has no limit, but damaged files need one. */
const LONGEST_WORD = 1 << 16;
/** An empty word: its 0, a count and a type. */
const SMALLEST_ENTRY = 10;
const PRUNE_PAIR = 8;
const WORD = 0;
const LABEL = 1;

export interface FastTextDictionary {
  /** The words, then the labels, each as its bytes: usually UTF-8, but fastText takes whatever stands between spaces. */
  readonly names: PackedNames;
  readonly wordCount: number;
  readonly labelCount: number;
  /** How often each entry was seen. */
  readonly counts: Float64Array;
  /** Tokens of the training text. */
  readonly tokenCount: number;
  /** Bucket → row, counted from the first row after the words; undefined: not pruned, each bucket has its own row. */
  readonly kept: ReadonlyMap<number, number> | undefined;
}

/** Byte strings one after the other in one array. */
export class PackedNames {
  private readonly bytes: Uint8Array;
  /** Where each one ends. */
  private readonly ends: Float64Array;

  constructor(bytes: Uint8Array, ends: Float64Array) {
    this.bytes = bytes;
    this.ends = ends;
  }

  static of(names: readonly Uint8Array[]): PackedNames {
    let end = 0;
    return new PackedNames(
      concatenate(names),
      Float64Array.from(names, (name) => {
        end += name.length;
        return end;
      }),
    );
  }

  get size(): number {
    return this.ends.length;
  }

  at(index: number): Uint8Array {
    return this.bytes.subarray(this.begin(index), this.ends[index]!);
  }

  /** Whether a name is bytes[begin … end−1]. */
  equals(index: number, bytes: Uint8Array, begin: number, end: number): boolean {
    const first = this.begin(index);
    if (this.ends[index]! - first !== end - begin) return false;
    for (let i = begin; i < end; i++) if (this.bytes[first + i - begin] !== bytes[i]) return false;
    return true;
  }

  private begin(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }
}

/** Grows as names are added. */
class NamePacker {
  private bytes = new Uint8Array(1 << 16);
  private used = 0;

  /** @returns where the name ends */
  add(name: Uint8Array): number {
    while (this.used + name.length > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(name, this.used);
    this.used += name.length;
    return this.used;
  }

  finish(ends: Float64Array): PackedNames {
    return new PackedNames(this.bytes.slice(0, this.used), ends);
  }
}

/** @param withPruning false in the files of 2016, which do not have these fields */
export async function readDictionary(source: ByteSource, withPruning: boolean): Promise<FastTextDictionary> {
  const head = await source.take(withPruning ? 28 : 20, 'the head of the dictionary');
  const [size, wordCount, labelCount] = [0, 4, 8].map((at) => head.getInt32(at, true)) as [
    number,
    number,
    number,
  ];
  const tokenCount = wholeNumber(head.getBigInt64(12, true));
  const keptCount = withPruning ? wholeNumber(head.getBigInt64(20, true)) : -1;
  if (wordCount < 0 || labelCount < 0 || size !== wordCount + labelCount || !(tokenCount >= 0)) {
    throw source.problem(
      `the dictionary says ${size} entries, ${wordCount} words, ${labelCount} labels and ${tokenCount} tokens, ` +
        'which do not agree: the file is damaged',
    );
  }
  if (!(keptCount >= -1))
    throw source.problem(`the dictionary says ${keptCount} kept buckets: the file is damaged`);
  source.require(size * SMALLEST_ENTRY, `a dictionary of ${size.toLocaleString('en')} entries`);

  const packer = new NamePacker();
  const ends = new Float64Array(size);
  const counts = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    ends[i] = packer.add(await source.takeUntilZero(LONGEST_WORD, `entry ${i + 1} of the dictionary`));
    const rest = await source.take(9, `entry ${i + 1} of the dictionary`);
    counts[i] = wholeNumber(rest.getBigInt64(0, true));
    const type = rest.getInt8(8);
    if (!(counts[i]! >= 0) || type !== (i < wordCount ? WORD : LABEL)) {
      throw source.problem(
        `entry ${i + 1} of the dictionary has the type ${type} and the count ${counts[i]}: the file is damaged`,
      );
    }
  }
  const kept = keptCount < 0 ? undefined : await readKept(source, keptCount);
  return { names: packer.finish(ends), wordCount, labelCount, counts, tokenCount, kept };
}

async function readKept(source: ByteSource, count: number): Promise<Map<number, number>> {
  source.require(count * PRUNE_PAIR, `a list of ${count.toLocaleString('en')} kept buckets`);
  const kept = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const pair = await source.take(PRUNE_PAIR, 'the list of kept buckets');
    kept.set(pair.getInt32(0, true), pair.getInt32(4, true));
  }
  return kept;
}

/** NaN where a number is too large to be counted with. */
function wholeNumber(value: bigint): number {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : Number.NaN;
}

/** The dictionary as bytes, in pieces of moderate size. */
export function* writeDictionary(
  dictionary: FastTextDictionary,
  withPruning: boolean,
): Generator<Uint8Array> {
  const { names, wordCount, labelCount, counts, tokenCount, kept } = dictionary;
  const head = new DataView(new ArrayBuffer(withPruning ? 28 : 20));
  [names.size, wordCount, labelCount].forEach((value, i) => {
    head.setInt32(4 * i, value, true);
  });
  head.setBigInt64(12, BigInt(tokenCount), true);
  if (withPruning) head.setBigInt64(20, BigInt(kept?.size ?? -1), true);
  yield new Uint8Array(head.buffer);

  for (let begin = 0; begin < names.size; begin += ENTRIES_PER_PIECE) {
    const end = Math.min(names.size, begin + ENTRIES_PER_PIECE);
    yield concatenate(
      Array.from({ length: end - begin }, (_, i) => {
        const id = begin + i;
        const name = names.at(id);
        const entry = new Uint8Array(name.length + SMALLEST_ENTRY);
        entry.set(name);
        const view = new DataView(entry.buffer, name.length + 1);
        view.setBigInt64(0, BigInt(counts[id]!), true);
        view.setInt8(8, id < wordCount ? WORD : LABEL);
        return entry;
      }),
    );
  }
  if (kept !== undefined) yield new Uint8Array(Int32Array.from([...kept].flat()).buffer);
}

const ENTRIES_PER_PIECE = 4096;
