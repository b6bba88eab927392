/** How a perceptron's training went, and, where it did not converge, whether it ever could have. */
import { findSharedPoint, LARGEST_SEPARABILITY, type Mixture, type SharedPoint } from './separability.js';

export interface ConvergenceReport {
  /** Whether the last pass was without a mistake. */
  readonly converged: boolean;
  /** How many passes were made. */
  readonly epochs: number;
  /** Mistakes in each pass. */
  readonly mistakes: readonly number[];
  /** Whether a hyperplane separates the labels: true or false where that is proved, undefined where it is not known. */
  readonly separable: boolean | undefined;
  /** The proof that none does: a point that lies between examples of the one label and between examples of the other. */
  readonly proof?: SharedPoint;
  /** All this in a sentence for people. */
  readonly message: string;
}

/**
 * @param mistakes in each pass. @param limit how many passes were allowed.
 * @param points, targets the examples. @param labels what 0 and 1 stand for.
 */
export function convergenceReport(
  mistakes: readonly number[],
  limit: number,
  points: readonly (readonly number[])[],
  targets: readonly (0 | 1)[],
  labels: readonly [string, string],
): ConvergenceReport {
  const epochs = mistakes.length;
  if (mistakes.at(-1) === 0) {
    const message = `converged: no mistake in epoch ${epochs}; a hyperplane separates '${labels[0]}' from '${labels[1]}'`;
    return { converged: true, epochs, mistakes, separable: true, message };
  }
  const last = mistakes.at(-1);
  const failed = `did not converge in ${limit} epochs (${last} mistake${last === 1 ? '' : 's'} in the last)`;
  const outcome = { converged: false, epochs, mistakes };
  if (!isDecidable(points)) {
    const message = `${failed}; whether the data can be separated is not known: they are too many to decide it exactly`;
    return { ...outcome, separable: undefined, message };
  }
  const signs = targets.map((target) => 2 * target - 1);
  const proof = findSharedPoint(points, signs);
  if (proof === undefined) {
    const message = `${failed}, but a hyperplane that separates the labels exists: allow more epochs`;
    return { ...outcome, separable: true, message };
  }
  return { ...outcome, separable: false, proof, message: `${failed}: ${impossibility(proof, labels)}` };
}

/** Few enough points, and no numbers so far apart that writing them as whole numbers takes forever. */
function isDecidable(points: readonly (readonly number[])[]): boolean {
  const tame = (value: number) => value === 0 || (Math.abs(value) > 1e-60 && Math.abs(value) < 1e60);
  return (
    points.length * (points[0]!.length + 1) <= LARGEST_SEPARABILITY &&
    points.every((point) => point.every(tame))
  );
}

function impossibility(
  { point, negative, positive }: SharedPoint,
  labels: readonly [string, string],
): string {
  const place = `(${point.map((value) => Number(value.toPrecision(4))).join(', ')})`;
  const among = ({ points }: Mixture, label: string) =>
    `${points.length === 1 ? 'is' : 'lies between'} example${points.length === 1 ? '' : 's'} ` +
    `${points.map((i) => i + 1).join(', ')} of '${label}'`;
  return (
    `the data are not linearly separable, so no perceptron can learn them. The proof: the point ${place} ` +
    `${among(negative, labels[0])} and also ${among(positive, labels[1])}`
  );
}
