/** Models as ONNX and as plain safetensors: what `export` writes, and what `info` tells of networks from elsewhere. */
import { open } from 'node:fs/promises';
import { FormatError } from '../base/errors.js';
import { hasModelMetadata, looksLikeOnnx } from '../files/model-file.js';
import { loadFile } from '../files/node/host.js';
import { writeFileAtomic } from '../files/node/write.js';
import { LanguageModel } from '../models/language-model/language-model.js';
import { toSafetensors } from '../models/plain-weights.js';
import type { OnnxValue } from '../onnx/schema.js';
import { counted } from './format.js';
import { type Model, nameOfKind } from './models.js';

/** What was written, in words. */
interface Written {
  readonly format: string;
  readonly notes: readonly string[];
}

/** Writes the whole model: graph, weights, vocabulary, settings. */
export async function writeOnnx(model: Model, output: string): Promise<Written> {
  const { toOnnx } = await import('../models/onnx/export.js');
  const { decodeOnnx } = await import('../onnx/decode.js');
  const bytes = toOnnx(model);
  await writeFileAtomic(output, bytes);
  const { graph, opset } = decodeOnnx(bytes);
  const name = nameOfKind(model.toModel().kind);
  return {
    format: `${name} in ONNX (opset ${opset}); ${described('input', graph.inputs)}; ${described('output', graph.outputs)}`,
    notes: [],
  };
}

/** Writes the weights under the names that PyTorch's layers have. */
export async function writePlainWeights(model: Model, output: string): Promise<Written> {
  await writeFileAtomic(output, toSafetensors(model));
  const tied = model instanceof LanguageModel && model.config.tied;
  return {
    format: `${counted(model.network.parameters.length, 'tensor')} of plain safetensors`,
    notes: tied ? ['the output layer is the embeddings themselves: there is no output.weight'] : [],
  };
}

/** What `info` tells of an ONNX file from elsewhere; undefined for other files, and for those that we wrote. */
export async function onnxFacts(path: string): Promise<Record<string, unknown> | undefined> {
  if (!(await beginsAsOnnx(path))) return undefined;
  const { decodeOnnx } = await import('../onnx/decode.js');
  const { graphOfOnnx } = await import('../onnx/import.js');
  const model = decodeOnnx(await loadFile(path), path);
  if (hasModelMetadata(model.metadata)) return undefined;
  const { graph, producer, producerVersion, opset } = model;
  let use: string;
  try {
    graphOfOnnx(model);
    use = 'by importOnnx of lexigrad/onnx; the commands need labels and a vocabulary too';
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    use = cause.message;
  }
  return {
    kind: 'onnx',
    what: 'a network in ONNX',
    savedBy: `${producer} ${producerVersion}`.trim() || 'an unnamed program',
    opset,
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)).map(valueText),
    outputs: graph.outputs.map(valueText),
    operators: [...new Set(graph.nodes.map(({ opType }) => opType))],
    parameters: [...graph.initializers.values()].reduce((sum, { data }) => sum + data.length, 0),
    use,
  };
}

async function beginsAsOnnx(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(3), 0, 3, 0);
    return looksLikeOnnx(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function described(what: string, values: readonly OnnxValue[]): string {
  return `${what}${values.length === 1 ? '' : 's'} ${values.map(valueText).join(', ')}`;
}

function valueText({ name, shape }: OnnxValue): string {
  return `${name} [${(shape ?? ['…']).map((axis) => (axis === '' ? '?' : axis)).join(', ')}]`;
}
