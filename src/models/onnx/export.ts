/** Trained models → ONNX files that need nothing beside them. */
import { modelMetadata } from '../../files/model-file.js';
import { entriesOf } from '../../files/safetensors.js';
import { constant, input, type Node } from '../../graph/node.js';
import { divide, subtract } from '../../graph/ops/arithmetic.js';
import { softmax } from '../../graph/ops/reductions.js';
import { concat } from '../../graph/ops/structure.js';
import { exportOnnx } from '../../onnx/export.js';
import { substitute } from '../../onnx/substitute.js';
import { TextClassifier } from '../classifier/classifier.js';
import type { FeedforwardNetwork } from '../feedforward.js';
import type { Head } from '../heads.js';
import { LanguageModel } from '../language-model/language-model.js';

export type OnnxModelKind = TextClassifier | LanguageModel | FeedforwardNetwork;

/** The name of the input for numbers that are not ids. */
const FEATURES = 'features';

/** What a model computes in ONNX, and how to feed it, in a sentence. */
interface Exported {
  readonly outputs: { readonly logits: Node; readonly probabilities: Node };
  readonly description: string;
}

/**
 * The bytes of an `.onnx` file (opset 17) with the whole model: graph, weights, and in the metadata the texts of a model
 * file (`kind`, `version`, `config` with vocabulary and tokeniser as JSON) and `labels` or `tokens` as JSON lists.
 *
 * The outputs are `logits` and `probabilities`; the inputs are
 *
 *     text classifier      ids int64 [items]: the features of all texts, one text after the other,
 *                          ends int64 [batch]: where each text ends in them,
 *                          features float [batch, n]: the plain values of hand-built features; each where the model has it
 *     language model       context int64 [batch, N − 1]: the words before, the oldest first
 *     feedforward network  features float [batch, n]: plain values; they are standardised in the graph
 *
 * `probabilities` is [batch, labels] (of both labels for a binary head) or [batch, V].
 *
 * @throws ValueError where a classifier has hand-built features that are functions, or the weights are over 2 GB.
 * @example
 * await writeFile('support.onnx', toOnnx(classifier));
 */
export function toOnnx(model: OnnxModelKind): Uint8Array {
  const content = model.toModel();
  const tensors = new Map(entriesOf(content.tensors));
  const { outputs, description } = exportedOf(model);
  const parameters = new Set(model.network.parameters.map(({ name }) => name));
  const entries =
    model instanceof LanguageModel ? ['tokens', model.vocabulary.entries()] : ['labels', model.labels];
  const metadata = { ...modelMetadata(content), [entries[0] as string]: JSON.stringify(entries[1]) };
  return exportOnnx(outputs, {
    name: content.kind,
    description,
    metadata: new Map(Object.entries(metadata)),
    valuesOf: ({ name }) => tensors.get(name)!.data as Float32Array,
    attachments: new Map([...tensors].filter(([name]) => !parameters.has(name))),
  });
}

function exportedOf(model: OnnxModelKind): Exported {
  if (model instanceof LanguageModel) return languageModel(model);
  return model instanceof TextClassifier ? classifier(model) : feedforward(model);
}

function languageModel({ vocabulary, network: { context, logits } }: LanguageModel): Exported {
  return {
    outputs: { logits, probabilities: softmax(logits) },
    description:
      `Language model, ${vocabulary.size} tokens. Feed 'context', the numbers of the ${context.shape[1]} tokens ` +
      "before, the oldest first; 'probabilities' are those of the next token.",
  };
}

function classifier({ config, network, handBuilt, labels }: TextClassifier): Exported {
  const { logits, probabilities, dense, ids } = network;
  const outputs = { logits, probabilities: ofAllLabels(probabilities, config.head) };
  const fed = [
    ...(ids === undefined
      ? []
      : ["'ids', the features of all texts one after the other, and 'ends', where each text ends in them"]),
    ...(dense === undefined ? [] : [`'${FEATURES}', the values of ${handBuilt.names.join(', ')}`]),
  ];
  return {
    outputs:
      dense === undefined
        ? outputs
        : substitute(outputs, new Map([[dense, standardized(handBuilt.means, handBuilt.deviations)]])),
    description: `Text classifier, ${labels.length} labels. Feed ${fed.join('; ')}.`,
  };
}

function feedforward({ config, network }: FeedforwardNetwork): Exported {
  const { logits, probabilities, x } = network;
  const outputs = { logits, probabilities: ofAllLabels(probabilities, config.head) };
  return {
    outputs: substitute(outputs, new Map([[x, standardized(config.means, config.deviations)]])),
    description:
      `Feedforward network, ${config.labels.length} labels. Feed '${FEATURES}', the values of ` +
      `${config.featureNames.join(', ')}.`,
  };
}

/** The single probability of a binary head is that of the second label. */
function ofAllLabels(probabilities: Node, head: Head): Node {
  return head === 'binary' ? concat([subtract(1, probabilities), probabilities], 1) : probabilities;
}

/**
 * (x − mean) / deviation of an input of plain values. Large means (years, prices) are subtracted in two parts, so that
 * rounding them to 32 bits costs nothing.
 */
function standardized(means: readonly number[], deviations: readonly number[]): Node {
  const x = input(FEATURES, ['batch', means.length]);
  const rounded = means.map(Math.fround);
  const rest = means.map((mean, i) => mean - rounded[i]!);
  const parts = [rounded, rest].filter((part) => part.some((value) => value !== 0));
  const centred = parts.reduce<Node>((value, part) => subtract(value, constant(part)), x);
  return deviations.every((deviation) => deviation === 1) ? centred : divide(centred, constant(deviations));
}
