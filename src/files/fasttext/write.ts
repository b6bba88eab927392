/** Writing fastText model files, in pieces, so that no second copy of the matrices is made. */
import { ValueError } from '../../base/errors.js';
import { concatenate } from '../bytes.js';
import {
  type FastTextContent,
  type FastTextSettings,
  LOSSES,
  MAGIC,
  MODELS,
  SETTING_NAMES,
  VERSION_WITHOUT_MAGIC,
} from './content.js';
import { writeDictionary } from './dictionary.js';

/**
 * The bytes of a model file in order. What was read gives the same bytes again.
 *
 * @throws ValueError when the parts do not fit together
 */
export function* fastTextPieces(content: FastTextContent): Generator<Uint8Array> {
  const { version, settings, dictionary, input, output } = content;
  for (const [name, { columns }] of Object.entries({ input, output })) {
    if (columns === settings.dim) continue;
    throw new ValueError(`the ${name} matrix has ${columns} columns, but dim is ${settings.dim}`);
  }
  if (output.quantized && !input.quantized) {
    throw new ValueError('fastText reads a quantised output matrix only beside a quantised input matrix');
  }
  const later = version !== VERSION_WITHOUT_MAGIC;
  if (later) yield new Uint8Array(Int32Array.of(MAGIC, version).buffer);
  yield settingsBytes(settings);
  yield* writeDictionary(dictionary, later);
  for (const matrix of [input, output]) {
    if (later) yield Uint8Array.of(matrix.quantized ? 1 : 0);
    yield* matrix.write();
  }
}

/** The same as one array. */
export function encodeFastText(content: FastTextContent): Uint8Array {
  return concatenate([...fastTextPieces(content)]);
}

function settingsBytes(settings: FastTextSettings): Uint8Array {
  const { loss, model, t } = settings;
  const numbers = { ...settings, loss: LOSSES.indexOf(loss) + 1, model: MODELS.indexOf(model) + 1 };
  const view = new DataView(new ArrayBuffer(4 * SETTING_NAMES.length + 8));
  SETTING_NAMES.forEach((name, i) => {
    view.setInt32(4 * i, numbers[name], true);
  });
  view.setFloat64(4 * SETTING_NAMES.length, t, true);
  return new Uint8Array(view.buffer);
}
