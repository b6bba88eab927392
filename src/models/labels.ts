/** What is said of labels: how a network's outputs become probabilities, and probabilities an order of labels. */

/**
 * How the network ends:
 *   softmax     exactly one of the labels, P = softmax(z)
 *   binary      exactly one of two labels, from a single unit: P(second) = σ(z)
 *   multilabel  any number of the labels, P(label) = σ(z_label), each on its own
 */
export type Head = 'softmax' | 'binary' | 'multilabel';

/** A label with its probability. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** How many logits the last layer gives. */
export function logitCount(head: Head, labels: number): number {
  return head === 'binary' ? 1 : labels;
}
