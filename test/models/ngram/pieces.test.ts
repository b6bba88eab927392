/** Counting in pieces gives what counting at once gives, whatever the pieces and wherever they are kept. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { temporaryStore } from '../../../src/files/node/runs.js';
import { NgramLanguageModel } from '../../../src/models/ngram/language-model.js';
import { NgramModel } from '../../../src/models/ngram/ngram.js';
import { tensorsOfTrie } from '../../../src/models/ngram/tensors.js';

const folder = mkdtempSync(join(tmpdir(), 'lexigrad-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const corpora = fc.array(fc.array(fc.nat(5), { maxLength: 9 }), { minLength: 1, maxLength: 20 });

describe('counting in pieces', () => {
  it('gives the same model as counting at once', async () => {
    const options = fc.record({
      order: fc.integer({ min: 1, max: 5 }),
      crossSentences: fc.boolean(),
      vocabularySize: fc.constant(7),
      endId: fc.constantFrom(6, undefined),
    });
    await fc.assert(
      fc.asyncProperty(
        corpora,
        options,
        fc.integer({ min: 1, max: 30 }),
        async (corpus, choice, pieceTokens) => {
          fc.pre(choice.endId !== undefined || corpus.some((sentence) => sentence.length > 0));
          const whole = NgramModel.train(corpus, choice);
          const pieces = await NgramModel.trainInPieces(corpus, choice, { pieceTokens });
          expect(tensorsOfTrie(pieces.trie)).toEqual(tensorsOfTrie(whole.trie));
          expect(pieces.discounts).toEqual(whole.discounts);
        },
      ),
    );
  });

  it('puts aside on the disk what memory does not hold, and cleans up', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, i) => `the ${i % 7} dogs saw ${i % 11} cats near ${i % 3} trees`,
    );
    const store = temporaryStore(folder);
    const whole = await NgramLanguageModel.train(lines);
    // 1 kB is about 27 tokens: over a hundred pieces.
    const pieces = await NgramLanguageModel.train(lines, { memory: 1000, store });
    expect(store.byteLength).toBeGreaterThan(50_000);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(pieces.hash).toBe(whole.hash);
    expect(pieces.record.data).toEqual(whole.record.data);
    await store.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says that the disk failed', async () => {
    const store = temporaryStore(join(folder, 'missing'));
    await expect(store.write(Int32Array.of(1))).rejects.toThrow(DataError);
    await expect(store.write(Int32Array.of(1))).rejects.toThrow(/put aside in .*missing/);
    await store.remove().catch(() => {});
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });
});
