/** Finding out that training has gone wrong, and saying where. */
import { NumericError } from '../base/errors.js';
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

/** The first parameter with an element that is no finite number. */
export function brokenParameter(
  workspace: Workspace,
  parameters: readonly ParameterNode[],
): ParameterNode | undefined {
  return parameters.find((node) => !areFinite(workspace.view(node)));
}

/** Whether all values are finite. 0 times a value is 0 where it is, and NaN where not, which no sum loses again. */
function areFinite(values: ArrayLike<number>): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum === 0;
}

/**
 * The error for a loss or weights that are not finite.
 *
 * @param what e.g. 'the loss is NaN at step 12'. @param advice sentences on what to do.
 */
export function divergence(
  what: string,
  advice: string,
  workspace: Workspace,
  parameters: readonly ParameterNode[],
): NumericError {
  const broken = brokenParameter(workspace, parameters);
  const where =
    broken === undefined
      ? largestWeight(workspace, parameters)
      : `parameter '${broken.name}' is no longer finite`;
  return new NumericError(`training diverged: ${what}, and ${where}. ${advice}`);
}

/** A hint while all weights are finite: they have grown huge, or the data are to blame. */
function largestWeight(workspace: Workspace, parameters: readonly ParameterNode[]): string {
  let name = '';
  let largest = -1;
  for (const node of parameters) {
    for (const value of workspace.view(node)) {
      if (Math.abs(value) <= largest) continue;
      largest = Math.abs(value);
      name = node.name;
    }
  }
  return `the largest weight is ${largest.toPrecision(3)}, in parameter '${name}'`;
}
