/** Parameters to and from the tensors of a model file. */
import { FormatError } from '../base/errors.js';
import { formatShape, sameShape } from '../base/shape.js';
import type { Tensor } from '../files/index.js';
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

export function tensorsOf(
  workspace: Workspace,
  parameters: readonly ParameterNode[],
): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map((node) => [
      node.name,
      {
        dtype: 'F32',
        shape: node.shape as readonly number[],
        data: Float32Array.from(workspace.view(node)),
      } as const,
    ]),
  );
}

/**
 * Refuses a configuration that asks for more weights than the file holds, before any memory is taken for them.
 *
 * @param widths of layers that follow one another: from each to the next there is a weight matrix.
 * @throws FormatError when there cannot be so many weights in the file.
 */
export function checkCapacity(
  tensors: ReadonlyMap<string, Tensor>,
  widths: readonly number[],
  file?: string,
): void {
  // By the shapes, which are known to be right: packed tensors are not unpacked for this.
  const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  const held = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const wanted = widths.slice(1).reduce((sum, width, i) => sum + width * widths[i]!, 0);
  if (wanted <= held) return;
  throw new FormatError(
    `the model's configuration needs ${wanted} weights, but the file holds ${held} numbers: it is damaged`,
    { file },
  );
}

/** @throws FormatError when a tensor is missing or of another shape */
export function restoreParameters(
  workspace: Workspace,
  parameters: readonly ParameterNode[],
  tensors: ReadonlyMap<string, Tensor>,
  file?: string,
): void {
  for (const node of parameters) {
    workspace.write(node, savedWeights(tensors, node.name, node.shape as readonly number[], file));
  }
}

/** The weights of one parameter. @throws FormatError when they are missing or of another shape */
export function savedWeights(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  shape: readonly number[],
  file?: string,
): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) {
    throw new FormatError(
      `the model file has no float tensor '${name}': it is damaged, or of another version`,
      { file },
    );
  }
  if (!sameShape(tensor.shape, shape)) {
    throw new FormatError(
      `tensor '${name}' has the shape ${formatShape(tensor.shape)}, but the model's configuration needs ${formatShape(shape)}`,
      { file },
    );
  }
  return tensor.data;
}
