/** Reading fastText model files, trusting nothing in them: sizes are held against what the file has left. */
import type { ByteChunks } from '../bytes.js';
import {
  type FastTextContent,
  type FastTextSettings,
  isWithoutMagic,
  LOSSES,
  MAGIC,
  MODELS,
  SETTING_NAMES,
  VERSION_WITHOUT_MAGIC,
  VERSIONS,
} from './content.js';
import { readDictionary } from './dictionary.js';
import { type FastTextMatrix, readDense, readQuantized } from './matrix.js';
import { ByteSource } from './source.js';

const LARGEST_DIMENSION = 65_536;
const SETTINGS_BYTES = 4 * SETTING_NAMES.length + 8;
const FIRST_BYTES = 8;

export interface FastTextReadOptions {
  /** How many bytes there are: what the file says of itself is held against it. */
  readonly size: number;
  /** The name to give in messages. */
  readonly file?: string;
}

/**
 * Reads a model from a stream of bytes. Matrices are filled as the bytes arrive, so a file of a gigabyte takes a
 * gigabyte, not two.
 *
 * @throws FormatError when it is no fastText model, of an unknown version, damaged or cut short
 */
export async function decodeFastText(
  chunks: ByteChunks,
  { size, file }: FastTextReadOptions,
): Promise<FastTextContent> {
  const source = new ByteSource(chunks, size, file);
  try {
    const content = await readContent(source);
    if (source.remaining > 0) {
      throw source.problem(
        `${source.remaining.toLocaleString('en')} bytes follow where the model should end: the file is damaged`,
      );
    }
    return content;
  } finally {
    await source.close();
  }
}

async function readContent(source: ByteSource): Promise<FastTextContent> {
  if (source.remaining === 0) throw source.problem('the file is empty');
  const { version, settings } = await readHead(source);
  const later = version !== VERSION_WITHOUT_MAGIC;
  const dictionary = await readDictionary(source, later);
  const flag = async () => later && (await source.take(1, 'the kind of a matrix')).getUint8(0) !== 0;
  const inputQuantized = await flag();
  if (dictionary.kept !== undefined && !inputQuantized) {
    throw source.problem(
      'the dictionary is pruned, but the matrix is not quantised: fastText itself no longer reads such files; ' +
        'quantise the model again',
    );
  }
  const input = await readMatrix(source, 'input', settings.dim, inputQuantized);
  // fastText looks at the second mark only where the first is set.
  const outputQuantized = (await flag()) && inputQuantized;
  const output = await readMatrix(source, 'output', settings.dim, outputQuantized);
  const content = { version, settings, dictionary, input, output };
  checkSizes(source, content);
  return content;
}

function readMatrix(
  source: ByteSource,
  name: string,
  columns: number,
  quantized: boolean,
): Promise<FastTextMatrix> {
  return quantized ? readQuantized(source, name, columns) : readDense(source, name, columns);
}

async function readHead(source: ByteSource): Promise<{ version: number; settings: FastTextSettings }> {
  const first = copyOf(await source.take(Math.min(FIRST_BYTES, source.remaining), 'the magic number'));
  if (first.byteLength === FIRST_BYTES && first.getInt32(0, true) === MAGIC) {
    const version = first.getInt32(4, true);
    if (!VERSIONS.includes(version)) {
      throw source.problem(
        `this fastText model has format version ${version}; versions ${VERSIONS.join(' and ')} can be read, and ` +
          'those of 2016 without a number',
      );
    }
    return { version, settings: settingsOf(source, await source.take(SETTINGS_BYTES, 'the settings')) };
  }
  const rest = await source.take(
    Math.min(SETTINGS_BYTES - first.byteLength, source.remaining),
    'the settings',
  );
  const whole = joined(first, rest);
  if (!isWithoutMagic(whole)) {
    throw source.problem(
      'this is not a fastText model: it does not begin with the magic number of .bin and .ftz files',
    );
  }
  if (whole.byteLength < SETTINGS_BYTES) source.require(SETTINGS_BYTES - whole.byteLength, 'the settings');
  return { version: VERSION_WITHOUT_MAGIC, settings: settingsOf(source, whole) };
}

function settingsOf(source: ByteSource, view: DataView): FastTextSettings {
  const numbers = Object.fromEntries(
    SETTING_NAMES.map((name, i) => [name, view.getInt32(4 * i, true)]),
  ) as Record<(typeof SETTING_NAMES)[number], number>;
  const { dim, wordNgrams, bucket, minn, maxn } = numbers;
  const loss = LOSSES[numbers.loss - 1];
  const model = MODELS[numbers.model - 1];
  if (dim < 1 || dim > LARGEST_DIMENSION || loss === undefined || model === undefined) {
    throw source.problem(
      `the settings are dim ${dim}, loss ${numbers.loss}, model ${numbers.model}; dim must be 1 to ${LARGEST_DIMENSION}, ` +
        `loss 1 to ${LOSSES.length}, model 1 to ${MODELS.length}: the file is damaged`,
    );
  }
  if (Math.min(wordNgrams, bucket, minn, maxn) < 0) {
    throw source.problem(
      `the settings are wordNgrams ${wordNgrams}, bucket ${bucket}, minn ${minn}, maxn ${maxn}, and none of them can be ` +
        'negative: the file is damaged',
    );
  }
  return { ...numbers, loss, model, t: view.getFloat64(4 * SETTING_NAMES.length, true) };
}

/** Every row that a text can ask for must be there. */
function checkSizes(
  source: ByteSource,
  { version, settings, dictionary, input, output }: FastTextContent,
): void {
  const { wordCount, labelCount, kept } = dictionary;
  const supervised = settings.model === 'sup';
  // Supervised models before version 12 have no pieces of words, whatever their settings say.
  const pieces = settings.maxn > 0 && !(supervised && version < 12);
  const hashed = pieces || (supervised && settings.wordNgrams > 1);
  const needed = wordCount + (kept === undefined && hashed ? settings.bucket : 0);
  if (input.rows < needed) {
    throw source.problem(
      `the input matrix has ${input.rows} rows, but ${wordCount} words and ${needed - wordCount} buckets need ` +
        `${needed}: the file is damaged`,
    );
  }
  for (const row of kept?.values() ?? []) {
    if (row >= 0 && row < input.rows - wordCount) continue;
    throw source.problem(
      `a kept bucket points to row ${row} of the ${input.rows - wordCount} after the words: the file is damaged`,
    );
  }
  const outputs = supervised ? labelCount : wordCount;
  if (output.rows !== outputs) {
    throw source.problem(
      `the output matrix has ${output.rows} rows, but there are ${outputs} ${supervised ? 'labels' : 'words'}: the file is damaged`,
    );
  }
  if (supervised && labelCount === 0) throw source.problem('the model is supervised, but it has no labels');
}

function copyOf(view: DataView): DataView {
  return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

function joined(first: DataView, second: DataView): DataView {
  const bytes = new Uint8Array(first.byteLength + second.byteLength);
  [first, second].forEach((view, i) => {
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), i === 0 ? 0 : first.byteLength);
  });
  return new DataView(bytes.buffer);
}
