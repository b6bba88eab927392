/** fastText model files as bytes: `.bin` and `.ftz`, read and written. What the numbers mean: `models/fasttext`. */
export {
  type FastTextContent,
  type FastTextKind,
  type FastTextLoss,
  type FastTextSettings,
  isFastText,
} from './content.js';
export { type FastTextDictionary, PackedNames } from './dictionary.js';
export { DenseMatrix, type FastTextMatrix, ProductQuantizer, QuantizedMatrix } from './matrix.js';
export { decodeFastText, type FastTextReadOptions } from './read.js';
export { encodeFastText, fastTextPieces } from './write.js';
