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
  const held = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
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
    const tensor = tensors.get(node.name);
    if (tensor === undefined || !(tensor.data instanceof Float32Array)) {
      throw new FormatError(
        `the model file has no float tensor '${node.name}': it is damaged, or of another version`,
        { file },
      );
    }
    if (!sameShape(tensor.shape, node.shape)) {
      throw new FormatError(
        `tensor '${node.name}' has the shape ${formatShape(tensor.shape)}, but the model's configuration needs ${formatShape(node.shape)}`,
        { file },
      );
    }
    workspace.write(node, tensor.data);
  }
}
