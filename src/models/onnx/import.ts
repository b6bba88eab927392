/** Models from the ONNX files that `toOnnx` writes. */
import { FormatError } from '../../base/errors.js';
import { hasModelMetadata, type LoadedModel, modelOfMetadata } from '../../files/model-file.js';
import { decodeOnnx } from '../../onnx/decode.js';
import { CLASSIFIER_KIND, TextClassifier } from '../classifier/classifier.js';
import { FeedforwardNetwork, NETWORK_KIND } from '../feedforward.js';
import { LANGUAGE_MODEL_KIND, LanguageModel } from '../language-model/language-model.js';
import type { LoadOptions } from '../model.js';
import type { OnnxModelKind } from './export.js';

/**
 * The model in an ONNX file that `toOnnx` wrote: weights from the graph, everything else from the metadata. It predicts
 * what the exported model predicts, to the bit, and can be trained on.
 *
 * @throws FormatError when the file is damaged, or is not such a file; `importOnnx` reads other simple networks.
 * @example
 * const model = fromOnnx(await readFile('support.onnx'));
 * if (model instanceof TextClassifier) model.classify('it does not turn on');
 */
export function fromOnnx(bytes: Uint8Array, options: LoadOptions = {}): OnnxModelKind {
  const content = decodeOnnxModel(bytes, options.file);
  switch (content.kind) {
    case CLASSIFIER_KIND:
      return TextClassifier.fromModel(content, options);
    case LANGUAGE_MODEL_KIND:
      return LanguageModel.fromModel(content, options);
    case NETWORK_KIND:
      return FeedforwardNetwork.fromModel(content, options);
    default:
      throw new FormatError(
        `the ONNX file holds a model of the kind '${content.kind}', which is not known here`,
        {
          file: options.file,
        },
      );
  }
}

/** What a model file holds, from an ONNX file that `toOnnx` wrote. Throws as `fromOnnx`. */
export function decodeOnnxModel(bytes: Uint8Array, file?: string): LoadedModel {
  const { graph, metadata, producer } = decodeOnnx(bytes, file);
  if (!hasModelMetadata(metadata)) {
    const by = producer === '' ? '' : ` It was written by ${producer}.`;
    throw new FormatError(
      `this ONNX file holds a network alone, without the vocabulary and labels that Lexigrad writes beside it.${by} ` +
        'importOnnx of lexigrad/onnx reads such networks',
      { file },
    );
  }
  return modelOfMetadata(metadata, graph.initializers, file);
}
