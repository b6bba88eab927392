/** Lines of text to train on, and those that are held out. */
import { DataError } from 'lexigrad';
import { decodeLines } from 'lexigrad/files';
import { storyLines, storyPerplexity } from '../../samples/stories.js';
import { readLabelledTexts } from '../../text-models/labelled.js';
import { HELD_OUT_EVERY, type TextSource } from './tasks.js';

export interface Corpus {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
  /** The lowest perplexity that is possible, where it is known. */
  readonly best: number | undefined;
}

/** @throws DataError for bytes that are not text, or where there is no text */
export async function readCorpus(source: TextSource): Promise<Corpus> {
  const lines = (await linesOf(source)).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new DataError('there is no text in it', { file: source.name });
  const isHeldOut = (_: string, i: number) => i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  return {
    train: lines.filter((line, i) => !isHeldOut(line, i)),
    heldOut: lines.filter(isHeldOut),
    best: source.kind === 'stories' ? storyPerplexity() : undefined,
  };
}

async function linesOf({ kind, name, bytes }: TextSource): Promise<string[]> {
  if (kind === 'stories') return storyLines();
  if (kind === 'labelled') {
    const { examples } = await readLabelledTexts(bytes, name);
    return examples.map(({ text }) => text.replace(/\s+/g, ' '));
  }
  const lines: string[] = [];
  for await (const { text } of decodeLines(once(bytes), { file: name })) lines.push(text);
  return lines;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
