/** lexigrad neighbors MODEL|VECTORS WORD */
import { type Command, Option } from 'commander';
import type { Neighbor, WordVectors } from '../../files/word-vectors.js';
import { UsageError } from '../errors.js';
import { isFastTextFile, loadFastText } from '../fasttext.js';
import { bar, displayWidth, pad, printable } from '../format.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  type EngineFlags,
  engineOf,
  whole,
} from '../options.js';
import type { Terminal } from '../terminal.js';
import { readVectors } from '../vectors.js';

const BAR_WIDTH = 20;

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a model with embeddings, one of fastText, or word vectors: .vec, .txt, .bin')
    .argument('<words...>', 'a word; with --analogy three')
    .description('Show the words whose vectors are nearest, by the cosine of the angle between them.')
    .addOption(new Option('--top <k>', 'how many').default(10).argParser(whole(1)))
    .option('--analogy', 'A B C: A is to B as C is to …')
    .action(async (model: string, words: string[]) => neighbors(terminal, model, words, command.opts()));
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad neighbors corpus.lexigrad dog', 'words that the model uses alike'],
    ['lexigrad neighbors glove.6B.100d.txt.gz --analogy man king woman', 'man is to king as woman is to …'],
  ]);
}

async function neighbors(
  terminal: Terminal,
  path: string,
  words: string[],
  flags: EngineFlags & { readonly json?: boolean; readonly top: number; readonly analogy?: boolean },
): Promise<void> {
  const { analogy = false, top } = flags;
  if (analogy && words.length !== 3) throw new UsageError(`--analogy takes three words, not ${words.length}`);
  if (!analogy && words.length !== 1) {
    throw new UsageError(`give one word, not ${words.length} (for three with --analogy, see --help)`);
  }
  // A fastText model knows more than its table: it puts unknown words together from their pieces.
  const vectors = (await isFastTextFile(path))
    ? await loadFastText(path)
    : await readVectors(path, await engineOf(flags));
  const [a, b, c] = words.map((word) => knownForm(vectors, word, terminal));
  const found = analogy ? vectors.analogy(a!, b!, c!, top) : vectors.neighbors(a!, top);
  if (flags.json) await terminal.writeJson(found);
  else await terminal.write(asTable(found, terminal));
}

/** Models fold case; people do not. */
function knownForm(vectors: Pick<WordVectors, 'has'>, word: string, terminal: Terminal): string {
  const forms = [word, word.normalize('NFC'), word.toLowerCase(), word.normalize('NFC').toLowerCase()];
  const form = forms.find((each) => vectors.has(each));
  if (form !== undefined && form !== word) terminal.say(`note: looking for '${printable(form)}'`);
  return form ?? word;
}

function asTable(found: readonly Neighbor[], terminal: Terminal): string {
  const width = Math.max(0, ...found.map(({ word }) => displayWidth(printable(word))));
  const line = ({ word, similarity }: Neighbor) =>
    `${pad(printable(word), width)}  ${similarity.toFixed(4).padStart(7)}  ${terminal.mark('cyan', bar(similarity, BAR_WIDTH))}`;
  return found.map((each) => `${line(each).trimEnd()}\n`).join('');
}
