import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectFeatures } from '../../../src/models/classifier/collect.js';
import { featureCapacity, forEachFeature } from '../../../src/models/classifier/feature-index.js';
import { FeatureTable } from '../../../src/models/classifier/feature-table.js';
import { FeatureExtractor, type FeatureOptions } from '../../../src/models/classifier/features.js';
import { TokenHashes } from '../../../src/models/classifier/token-hashes.js';
import { createTokenizer } from '../../../src/text/index.js';

const settings: FeatureOptions[] = [
  { tokenizer: { kind: 'words' }, wordNgrams: 1, subwords: null, characterNgrams: 0 },
  { tokenizer: { kind: 'words' }, wordNgrams: 3, subwords: [3, 5], characterNgrams: 2 },
  { tokenizer: { kind: 'whitespace' }, wordNgrams: 2, subwords: [1, 2], characterNgrams: 3 },
  { tokenizer: { kind: 'characters' }, wordNgrams: 4, subwords: null, characterNgrams: 0 },
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('cat', 'the', '电池', '坏了', '𠮷野家', 'ไทย', '😊', '.', "don't", ' '), {
      maxLength: 12,
    })
    .map((words) => words.join(' ')),
);

describe('hashed features', () => {
  it.each(settings)('are those of the extractor, in its order: %o', (options) => {
    const extractor = new FeatureExtractor(options);
    const hashes = new TokenHashes(options, extractor.tokenizer);
    fc.assert(
      fc.property(text, (sample) => {
        const tokens = extractor.tokenizer.tokenize(sample);
        const features: string[] = [];
        extractor.forEach(tokens, (feature) => features.push(feature));
        const known = [...new Set(features)];
        const table = FeatureTable.of(known);
        const found: (string | undefined)[] = [];
        hashes.readText(sample);
        forEachFeature(hashes, options, (high, low) => found.push(known[table.find(high, low)]));
        expect(found).toEqual(features);
        expect(features.length).toBeLessThanOrEqual(featureCapacity(hashes, options));
        expect(tokens.map((_, i) => hashes.tokenAt(i))).toEqual(tokens);
      }),
    );
  });

  it('tell a hundred thousand features apart, and what is not there', () => {
    const features = Array.from(
      { length: 100_000 },
      (_, i) => `${i.toString(36)} ${(i * 7919).toString(36)}`,
    );
    const table = FeatureTable.of(features);
    const options: FeatureOptions = {
      tokenizer: { kind: 'whitespace' },
      wordNgrams: 2,
      subwords: null,
      characterNgrams: 0,
    };
    const hashes = new TokenHashes(options, createTokenizer(options.tokenizer));
    const ids = features.map((feature) => {
      const found: number[] = [];
      hashes.readText(feature);
      forEachFeature(hashes, options, (high, low) => found.push(table.find(high, low)));
      return found[1];
    });
    expect(ids).toEqual(features.map((_, id) => id));
  });
});

describe('collecting features', () => {
  it('counts, drops the rare ones and encodes the texts', () => {
    const extractor = new FeatureExtractor({
      tokenizer: { kind: 'words' },
      wordNgrams: 2,
      subwords: null,
      characterNgrams: 0,
    });
    const texts = ['a b a b', 'b a', ''];
    const collected = collectFeatures(texts, extractor, { minimumCount: 2, maximumSize: 100 });
    const { vocabulary } = collected;
    expect(vocabulary.entries()).toEqual(['a', 'b', 'a b', 'b a']);
    expect(vocabulary.countOf(0)).toBe(3);
    const { ids, starts, dense } = collected.encode(1, (sample) => [sample.length]);
    const decoded = [0, 1, 2].map((i) => vocabulary.decode(ids.subarray(starts[i], starts[i + 1])));
    expect(decoded).toEqual([['a', 'a b', 'b', 'b a', 'a', 'a b', 'b'], ['b', 'b a', 'a'], []]);
    expect([...dense]).toEqual([7, 3, 0]);
  });
});
