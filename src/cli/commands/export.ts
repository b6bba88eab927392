/** lexigrad export MODEL OUT */
import { realpath, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { fastTextPieces } from '../../files/fasttext/index.js';
import { writeModelFile } from '../../files/node/model-file.js';
import { writeFileAtomic } from '../../files/node/write.js';
import { formatWordVectors } from '../../files/read-word-vectors.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import { fastTextFromClassifier } from '../../models/fasttext/index.js';
import { NgramLanguageModel } from '../../models/ngram/language-model.js';
import { UsageError } from '../errors.js';
import { isFastTextFile } from '../fasttext.js';
import { bytes, counted } from '../format.js';
import { writeOnnx, writePlainWeights } from '../interchange.js';
import { isArpaFile, loadAnyLanguageModel } from '../language-models.js';
import { loadModel } from '../models.js';
import { addCommonOptions, addEngineOptions, addExamples, engineOf } from '../options.js';
import type { Terminal } from '../terminal.js';
import { readVectors } from '../vectors.js';

/** What was written, apart from the file's name and size. */
interface Written {
  readonly format: string;
  /** A sentence each. */
  readonly notes: readonly string[];
}

type Exporter = (command: Command, model: string, output: string) => Promise<Written>;

/** Formats by the ending of the output. */
const EXPORTERS: Readonly<Record<string, Exporter>> = {
  '.bin': toFastText,
  '.ftz': toFastText,
  '.vec': toVectors,
  '.arpa': toArpa,
  '.lexigrad': fromArpa,
  '.onnx': toOnnxFile,
  '.safetensors': toPlainWeights,
};

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a model that train has saved, or of fastText')
    .argument(
      '<output>',
      'what to write, by its ending: .onnx, .safetensors (plain weights), .bin or .ftz (fastText), .vec (word vectors), .arpa (n-grams)',
    )
    .description('Write a model in a format that other programs read.')
    .action(async (model: string, output: string) => {
      await checkDifferent(model, output);
      const { format, notes } = await exporterOf(output)(command, model, output);
      const { size } = await stat(output);
      if (command.opts().json) await terminal.writeJson({ output, format, bytes: size, notes });
      else {
        await terminal.write(`wrote ${output}: ${format}, ${bytes(size)}\n`);
        for (const note of notes) terminal.say(`note: ${note}`);
      }
    });
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad export tickets.lexigrad tickets.bin', 'a classifier that fastText loads'],
    ['lexigrad export tickets.lexigrad tickets.onnx', 'for onnxruntime, with all that it needs'],
    ['lexigrad export tickets.lexigrad tickets.safetensors', 'weights for PyTorch'],
    ['lexigrad export corpus.lexigrad words.vec', 'the vectors of its words'],
    ['lexigrad export cc.en.300.bin words.vec', 'those of a fastText model'],
    ['lexigrad export corpus.ngram.lexigrad corpus.arpa', 'n-grams for SRILM, KenLM and others'],
    ['lexigrad export corpus.arpa corpus.lexigrad', 'n-grams of others, smaller and faster to load'],
  ]);
}

function exporterOf(output: string): Exporter {
  const ending = extname(output).toLowerCase();
  const exporter = EXPORTERS[ending];
  if (exporter !== undefined) return exporter;
  throw new UsageError(
    `${output}: the ending says what to write, and '${ending}' says nothing known; use ${Object.keys(EXPORTERS).join(', ')}`,
  );
}

async function checkDifferent(model: string, output: string): Promise<void> {
  const [from, to] = await Promise.all(
    [model, output].map((path) => realpath(path).catch(() => resolve(path))),
  );
  if (from === to) throw new UsageError(`${output} is the model itself: name another file`);
}

async function toFastText(command: Command, path: string, output: string): Promise<Written> {
  if (await isFastTextFile(path)) throw new UsageError(`${path} is a fastText model already: copy it`);
  const model = await loadModel(path, await engineOf(command.opts()));
  if (!(model instanceof TextClassifier)) {
    throw new UsageError(
      `${path} is no text classifier, and fastText files hold no other models; .vec takes word vectors`,
    );
  }
  const { content, notes } = fastTextFromClassifier(model);
  await writeFileAtomic(output, fastTextPieces(content));
  const { input, dictionary } = content;
  const features = counted(input.rows, 'feature');
  return { format: `a fastText model of ${features} and ${counted(dictionary.labelCount, 'label')}`, notes };
}

async function toVectors(command: Command, path: string, output: string): Promise<Written> {
  const vectors = await readVectors(path, await engineOf(command.opts()));
  await writeFileAtomic(output, formatWordVectors(vectors));
  return { format: `${counted(vectors.size, 'word vector')} of ${vectors.dimension} numbers`, notes: [] };
}

async function toOnnxFile(command: Command, path: string, output: string): Promise<Written> {
  return writeOnnx(await loadModel(path, await engineOf(command.opts())), output);
}

async function toPlainWeights(command: Command, path: string, output: string): Promise<Written> {
  return writePlainWeights(await loadModel(path, await engineOf(command.opts())), output);
}

async function toArpa(command: Command, path: string, output: string): Promise<Written> {
  const model = await loadAnyLanguageModel(path, await engineOf(command.opts()), 'export to .arpa');
  if (!(model instanceof NgramLanguageModel))
    throw new UsageError(`${path} is a network, and ARPA files hold n-grams: train with --ngram`);
  await writeFileAtomic(output, model.toArpa());
  return { format: `an ARPA file of ${counted(model.ngrams.trie.size, 'n-gram')}`, notes: [] };
}

async function fromArpa(command: Command, path: string, output: string): Promise<Written> {
  if (!isArpaFile(path))
    throw new UsageError(`${path} is no ARPA file: only those are turned into .lexigrad files`);
  const model = await loadAnyLanguageModel(path, await engineOf(command.opts()), 'export');
  await writeModelFile(output, model.toModel());
  return { format: `an n-gram model of ${counted(model.vocabulary.size, 'word')}`, notes: [] };
}
