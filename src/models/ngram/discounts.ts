/**
 * Absolute discounts: what Kneser–Ney smoothing takes from counts to have something for words not seen.
 */

/** What is taken from a count of 1, of 2, and of 3 or more; and how it was found. */
export interface Discounts {
  readonly one: number;
  readonly two: number;
  readonly more: number;
  /**
   * `modified`: D1, D2, D3+ from the counts of counts. `absolute`: these are degenerate, as in tiny corpora, and one
   * discount serves all: n1/(n1 + 2 n2) (Ney, Essen & Kneser 1994), or 0.75 where n1 or n2 is 0.
   */
  readonly kind: 'modified' | 'absolute';
}

/** Where counts give no discount: about what large corpora give (Church & Gale 1991). */
const DEFAULT_DISCOUNT = 0.75;

/**
 * The discounts for n-grams with these counts, by the numbers n1 … n4 of n-grams counted 1 … 4 times:
 * Y = n1 / (n1 + 2 n2), D1 = 1 − 2Y n2/n1, D2 = 2 − 3Y n3/n2, D3+ = 3 − 4Y n4/n3 (Chen & Goodman 1999, eq. 17).
 */
export function findDiscounts(counts: ArrayLike<number>): Discounts {
  const timesCounted = [0, 0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count < timesCounted.length) timesCounted[count]!++;
  }
  const [, n1, n2, n3, n4] = timesCounted as [number, number, number, number, number];
  const absolute = n1 > 0 && n2 > 0 ? n1 / (n1 + 2 * n2) : DEFAULT_DISCOUNT;
  const one = 1 - (2 * absolute * n2) / n1;
  const two = 2 - (3 * absolute * n3) / n2;
  const more = 3 - (4 * absolute * n4) / n3;
  const isUsable = n1 > 0 && n2 > 0 && n3 > 0 && n4 > 0 && two > 0 && more > 0;
  if (isUsable) return { one, two, more, kind: 'modified' };
  return { one: absolute, two: absolute, more: absolute, kind: 'absolute' };
}

/** What is taken from a count: nothing from 0. */
export function discountOf(count: number, { one, two, more }: Discounts): number {
  if (count === 0) return 0;
  if (count === 1) return one;
  return count === 2 ? two : more;
}
