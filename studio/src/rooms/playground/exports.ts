/** The network as files that need no studio: JSON, ONNX, safetensors. For code see `code.ts`. */
import { VERSION } from 'lexigrad';
import { encodeSafetensors, type Tensor } from 'lexigrad/files';
import type { ParameterNode } from 'lexigrad/graph';
import { buildNetwork, layersOf } from './network.js';
import type { Frame, SessionSettings } from './session.js';

export interface Exported {
  readonly settings: SessionSettings;
  /** Centre and half width of both axes, where points come in units of their own. */
  readonly scale: readonly number[];
  readonly frame: Pick<Frame, 'step' | 'weights' | 'train' | 'test'>;
}

/** ONNX, opset 17: input `x` float [point, 2], outputs `logit` and `probability` [point]. */
export async function toOnnx({ settings, scale, frame }: Exported): Promise<Uint8Array<ArrayBuffer>> {
  const { exportOnnx } = await import('lexigrad/onnx');
  const { parameters, logits, probabilities } = buildNetwork(settings.shape, undefined, scale);
  const values = valuesOf(parameters, frame.weights);
  const bytes = exportOnnx(
    { logit: logits, probability: probabilities },
    {
      name: 'playground',
      description: "Feed 'x', points [x1, x2]; 'probability' is that of class 1.",
      valuesOf: (parameter) => values.get(parameter.name)!,
    },
  );
  return bytes as Uint8Array<ArrayBuffer>;
}

/** `hidden1.weight` [outputs, inputs], `hidden1.bias` [outputs], …, `output.bias`; the rest as JSON in the metadata. */
export function toSafetensors(exported: Exported): Uint8Array<ArrayBuffer> {
  const layers = layersOf(exported.settings.shape);
  const parameters = layers.flatMap((layer) => layer.parameters);
  const values = valuesOf(parameters, exported.frame.weights);
  const tensors = parameters.map(({ name, shape }): [string, Tensor] => [
    name.replace('/', '.'),
    { dtype: 'F32', shape: shape as readonly number[], data: Float32Array.from(values.get(name)!) },
  ]);
  const config = JSON.stringify(configOf(exported));
  return encodeSafetensors(new Map(tensors), { format: 'pt', config }) as Uint8Array<ArrayBuffer>;
}

/** Settings, measures and weights, row by row. */
export function toJson(exported: Exported): string {
  const layers = layersOf(exported.settings.shape);
  const values = valuesOf(
    layers.flatMap(({ parameters }) => parameters),
    exported.frame.weights,
  );
  const { train, test, step } = exported.frame;
  const plain = {
    ...configOf(exported),
    steps: step,
    measures: { train, ...(test.points === 0 ? {} : { test }) },
    layers: layers.map(({ name, inputs, outputs, activation }) => {
      const weight = values.get(`${name}/weight`)!;
      return {
        name,
        activation,
        weight: Array.from({ length: outputs }, (_, i) => weight.slice(i * inputs, (i + 1) * inputs)),
        bias: values.get(`${name}/bias`)!,
      };
    }),
  };
  return `${JSON.stringify(plain, undefined, 2)}\n`;
}

function configOf({ settings, scale }: Exported) {
  const { shape, regularization, optimizer, learningRate, batchSize } = settings;
  return {
    kind: 'lexigrad-playground',
    version: VERSION,
    features: shape.features,
    scale: { center: scale.slice(0, 2), half: scale.slice(2) },
    hidden: shape.layers.map(([units, activation]) => ({ units, activation })),
    training: { ...regularization, optimizer, learningRate, batchSize, seed: shape.seed },
  };
}

/** Each parameter's part of the flat list, by its name, with no more digits than 32-bit floats have. */
export function valuesOf(
  parameters: readonly ParameterNode[],
  flat: ArrayLike<number>,
): ReadonlyMap<string, readonly number[]> {
  const all = Array.from(flat, shortest);
  let end = 0;
  return new Map(
    parameters.map(({ name, initial }) => {
      const begin = end;
      end += initial.length;
      return [name, all.slice(begin, end)];
    }),
  );
}

/** The shortest number that gives the same 32-bit float. */
export function shortest(value: number): number {
  for (let digits = 1; digits <= 8; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
