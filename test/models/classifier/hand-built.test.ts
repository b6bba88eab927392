import { describe, expect, it } from 'vitest';
import { HandBuiltFeatures } from '../../../src/models/classifier/hand-built.js';
import { createTokenizer } from '../../../src/text/index.js';

const words = { kind: 'log', of: { kind: 'length', of: 'words' } } as const;
const featuresOf = (texts: readonly string[]) => {
  const features = new HandBuiltFeatures([words], createTokenizer({ kind: 'whitespace' }));
  features.fit(texts);
  return features;
};

describe('the scale of hand-built features', () => {
  it('is mean 0 and deviation 1 over the texts that it was fitted to', () => {
    const texts = ['a', 'a b', 'a b c d'];
    const values = texts.map((text) => featuresOf(texts).standardized(text)[0]!);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    expect(values.reduce((sum, value) => sum + value * value, 0) / 3).toBeCloseTo(1, 12);
  });

  it.each([3, 7, 10, 49])('is not that of rounding where all of %i texts have one value', (count) => {
    // The mean of many ln 6 is not exactly ln 6.
    const features = featuresOf(Array.from({ length: count }, () => 'a b c d e'));
    expect(features.deviations).toEqual([1]);
    expect(Math.abs(features.standardized('a b c d e f')[0]!)).toBeLessThan(1);
  });
});
