/** Parameters to and from the tensors of a model file. */
import { FormatError } from '../base/errors.js';
import { formatShape, sameShape } from '../base/shape.js';
import type { Tensor } from '../files/index.js';
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

export function tensorsOf(workspace: Workspace, parameters: readonly ParameterNode[]): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map((node) => [
      node.name,
      { dtype: 'F32', shape: node.shape as readonly number[], data: Float32Array.from(workspace.view(node)) } as const,
    ]),
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
      throw new FormatError(`the model file has no float tensor '${node.name}': it is damaged, or of another version`, { file });
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
