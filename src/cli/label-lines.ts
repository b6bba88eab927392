/** Labelling a stream of lines, as bytes wherever they are ASCII: the fast way of `predict MODEL -`. */
import { decodePlainly } from '../files/lines.js';
import type { TextClassifier } from '../models/classifier/classifier.js';
import { printable, probability } from './format.js';
import type { Terminal } from './terminal.js';

const [LF, CR, TAB] = [0x0a, 0x0d, 0x09];
/** Bytes that a probability and what stands around it may take. */
const MARGIN = 32;
/** Lines for one write; the reader gets something to do, and memory stays small. */
const LINES = 512;

/**
 * Writes for each line of standard input its likeliest label, the probability and the text, between tabs, in order.
 *
 * @throws DataError with the line where the input is not UTF-8
 */
export async function labelLines(terminal: Terminal, classifier: TextClassifier): Promise<void> {
  const labeller = new LineLabeller(classifier);
  for await (const block of decodePlainly(terminal.stdin, { file: 'standard input' })) {
    const pieces = typeof block === 'string' ? labeller.ofText(block) : labeller.ofBytes(block);
    for (const piece of pieces) await terminal.write(piece);
  }
}

class LineLabeller {
  private readonly classifier: TextClassifier;
  /** The labels as they are printed, with the tab that follows. */
  private readonly labels: readonly Uint8Array[];
  private readonly longest: number;

  constructor(classifier: TextClassifier) {
    this.classifier = classifier;
    const encoder = new TextEncoder();
    this.labels = classifier.labels.map((label) => encoder.encode(`${printable(label)}\t`));
    this.longest = Math.max(...this.labels.map((label) => label.length));
  }

  *ofText(block: string): Generator<string> {
    const lines = block.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (let begin = 0; begin < lines.length; begin += LINES) {
      const texts = lines.slice(begin, begin + LINES);
      const scores = this.classifier.classifyBatch(texts, 1);
      const labelled = texts.map((text, i) => {
        const { label, score } = scores[i]![0]!;
        return `${printable(label)}\t${probability(score)}\t${text}\n`;
      });
      yield labelled.join('');
    }
  }

  *ofBytes(block: Uint8Array): Generator<Uint8Array> {
    let begin = 0;
    while (begin < block.length) {
      const end = endOfLines(block, begin, LINES);
      const room = end - begin + LINES * (this.longest + MARGIN);
      yield this.label(block, begin, end, Buffer.allocUnsafe(room));
      begin = end;
    }
  }

  /** Labels the lines in block[begin … end), into `out`. */
  private label(block: Uint8Array, begin: number, end: number, out: Buffer): Uint8Array {
    const source = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    const read = this.classifier.bytesReader(block);
    let used = 0;
    for (let start = begin; start < end; ) {
      const found = source.indexOf(LF, start);
      const stop = found < 0 ? end : found;
      const textEnd = stop > start && source[stop - 1] === CR ? stop - 1 : stop;
      const scores = read(start, textEnd);
      const best = largest(scores);
      out.set(this.labels[best]!, used);
      used += this.labels[best]!.length;
      used += out.write(probability(scores[best]!), used, 'latin1');
      out[used++] = TAB;
      used += source.copy(out, used, start, textEnd);
      out[used++] = LF;
      start = stop + 1;
    }
    return out.subarray(0, used);
  }
}

/** Where `count` lines from `begin` on end. */
function endOfLines(block: Uint8Array, begin: number, count: number): number {
  let end = begin;
  for (let line = 0; line < count && end < block.length; line++) {
    const found = block.indexOf(LF, end);
    end = found < 0 ? block.length : found + 1;
  }
  return end;
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
