import { expect } from 'vitest';

/** Expects the same numbers to so many decimals. */
export function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, digits = 9): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i], `element ${i}`).toBeCloseTo(expected[i]!, digits);
}
