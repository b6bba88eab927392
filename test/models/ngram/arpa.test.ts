import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../../src/base/errors.js';
import { parseArpa } from '../../../src/files/arpa.js';
import { NgramLanguageModel } from '../../../src/models/ngram/language-model.js';

const linesOf = (text: string) => text.split('\n').map((line, i) => ({ text: line, line: i + 1 }));
const read = (text: string) => NgramLanguageModel.fromArpa(linesOf(text), 'x.arpa');
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

const small = `A comment may stand here.

\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-1\t<unk>
-0.5\ta\t-0.25
-0.5\t</s>
-99\t<s>\t-0.125

\\2-grams:
-0.1\t<s> a
-0.2\ta </s>

\\end\\
`;

describe('an ARPA file', () => {
  it('is read: probabilities, backoffs, unknown words', async () => {
    const model = await read(small);
    expect(model.config.order).toBe(2);
    expect(model.vocabulary.entries()).toEqual(['<unk>', '</s>', 'a']);
    const log10 = (text: string) =>
      model.score(text).tokens.map(({ logProbability }) => logProbability / Math.LN10);
    expect(log10('a')).toEqual([expect.closeTo(-0.1, 5), expect.closeTo(-0.2, 5)]);
    // <s> backs off to a word without bigram; a backs off to a; then the bigram a </s>.
    expect(log10('b a a')).toEqual([-1.125, -0.5, -0.75, -0.2].map((value) => expect.closeTo(value, 5)));
  });

  it('may leave out beginnings of its n-grams, as pruned models do', async () => {
    const model = await read(`\\data\\
ngram 1=5
ngram 2=1
ngram 3=1

\\1-grams:
-1 <unk> 0
-0.5 a -0.25
-0.5 b -0.5
-0.5 </s>
-99 <s> -0.125

\\2-grams:
-0.3 <s> a -0.0625

\\3-grams:
-0.1 a b </s>

\\end\\
`);
    const log10 = model.score('a b').tokens.map(({ logProbability }) => logProbability / Math.LN10);
    // b after <s> a: 0.0625 and 0.25 of backoff, then the single word. The put-in bigram "a b" says the same.
    expect(log10).toEqual([-0.3, -0.0625 - 0.25 - 0.5, -0.1].map((value) => expect.closeTo(value, 5)));
    expect(model.ngrams.ngramCounts).toEqual([5, 2, 1]);
  });

  it('gives unknown words no probability where it has no <unk>', async () => {
    const model = await read(small.replace('ngram 1=4', 'ngram 1=3').replace('-1\t<unk>\n', ''));
    expect(model.score('b').logProbability).toBe(Number.NEGATIVE_INFINITY);
    expect(model.score('a').logProbability).toBeGreaterThan(-3);
  });

  it('comes back from its own text', async () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const corpora = fc.array(fc.array(word, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(corpora, fc.integer({ min: 1, max: 4 }), async (corpus, order) => {
        const lines = corpus.map((words) => words.join(' '));
        const model = await NgramLanguageModel.train(lines, { order, minimumCount: 1 });
        const back = await read([...model.toArpa()].join(''));
        expect(back.ngrams.ngramCounts).toEqual(model.ngrams.ngramCounts);
        for (const line of [...lines, 'a e z', '']) {
          expect(back.score(line).logProbability).toBeCloseTo(model.score(line).logProbability, 4);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('cannot hold words with white space, or a word <s>', async () => {
    const characters = await NgramLanguageModel.train(['a b'], { tokenizer: { kind: 'characters' } });
    expect(() => characters.toArpa()).toThrow(/white space/);
    const start = await NgramLanguageModel.train(['<s> a', '<s> a'], { tokenizer: { kind: 'whitespace' } });
    expect(() => [...start.toArpa()]).toThrow(ValueError);
  });

  it.each([
    ['a text', 'hello', /no line \\data\\/],
    ['counts that skip', small.replace('ngram 2=2', 'ngram 3=2'), /x\.arpa:5: .*ngram 2=… should/],
    ['counts that are none', small.replace('ngram 2=2', 'ngram two'), /:5: .*not like/],
    [
      'an endless order',
      `\\data\\\n${Array.from({ length: 40 }, (_, i) => `ngram ${i + 1}=1`).join('\n')}`,
      /longer than 32/,
    ],
    ['more n-grams than fit', small.replace('ngram 1=4', 'ngram 1=99999999999'), /more than can be held/],
    [
      'fewer n-grams than announced',
      small.replace('ngram 1=4', 'ngram 1=5'),
      /:13: there are 4 1-grams, but 5/,
    ],
    [
      'more n-grams than announced',
      small.replace('ngram 2=2', 'ngram 2=1'),
      /:15: there are more than the 1/,
    ],
    ['a section too early', small.replace('\\1-grams:', '\\2-grams:'), /:7: .*where \\1-grams: should/],
    ['no sections', '\\data\\\n\\end\\', /:2: .*before any line/],
    ['an unknown word', small.replace('<s> a', '<s> z'), /:14: the word 'z' is not among the 1-grams/],
    ['a word given twice', small.replace('</s>\n', 'a\n'), /:10?9?: the word 'a' is given twice/],
    ['an n-gram given twice', small.replace('-0.2\ta </s>', '-0.2\t<s> a'), /2-gram '<s> a' is given twice/],
    ['too few fields', small.replace('-0.2\ta </s>', '-0.2\ta'), /:15: there should be a logarithm, 2 words/],
    ['a backoff of a longest n-gram', small.replace('a </s>', 'a </s> -1'), /not 4 fields/],
    ['a probability above 1', small.replace('-0.1\t<s> a', '0.1\t<s> a'), /:14: log₁₀ p is 0.1/],
    ['a number that is none', small.replace('-0.1\t<s> a', '0x1\t<s> a'), /:14: log₁₀ p is '0x1'/],
    ['NaN', small.replace('-0.1\t<s> a', 'NaN\t<s> a'), /not a number/],
    ['an infinite backoff', small.replace('-0.25', '1e999'), /the backoff is '1e999'/],
    ['a cut', small.replace('\\end\\\n', ''), /ends before \\end\\/],
    ['no sentence end', small.replaceAll('</s>', 'b'), /no <\/s>/],
  ])('refuses %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
    await expect(read(text)).rejects.toThrow(FormatError);
  });

  it('takes no memory for what is only announced', async () => {
    const text = small.replace('ngram 2=2', 'ngram 2=2000000000');
    await expect(parseArpa(linesOf(text))).rejects.toThrow(
      /there are 2 2-grams, but 2000000000 were announced/,
    );
  });
});

const folder = new URL('../../../../shared/data/lm/arpa/', import.meta.url);
const there = existsSync(folder);

describe.skipIf(!there)(`KenLM's test files${there ? '' : ' (skipped: no ../shared/data/lm/arpa)'}`, () => {
  const load = async (name: string) => read(readFileSync(new URL(name, folder), 'utf8'));

  it.each(['test.arpa', 'test_nounk.arpa', 'toy0.arpa', 'toy1.arpa'])(
    '%s is read and written',
    async (name) => {
      const model = await load(name);
      const back = await read([...model.toArpa()].join(''));
      const text = 'looking on a little more loin a b b a';
      expect(back.ngrams.ngramCounts).toEqual(model.ngrams.ngramCounts);
      const [first, second] = [model, back].map(({ tokenizer, vocabulary, ngrams }) => {
        const ids = tokenizer.tokenize(text).flatMap((word) => vocabulary.idOf(word) ?? []);
        return ids.map((id, i) => ngrams.logProbability(ids.slice(0, i), id));
      });
      for (const [i, value] of first!.entries()) expect(second![i]).toBeCloseTo(value, 4);
    },
  );

  it('test.arpa has the sentence of the longest n-grams', async () => {
    const model = await load('test.arpa');
    expect(model.config.order).toBe(5);
    // The file itself says: <s> looking -0.4771212 … each longest n-gram that ends in the next word.
    const tokens = model
      .score('looking on a little')
      .tokens.map(({ logProbability }) => logProbability / Math.LN10);
    const text = readFileSync(new URL('test.arpa', folder), 'utf8');
    const said = (ngram: string) => Number(new RegExp(`^(\\S+)\\t${ngram}(\\t|$)`, 'm').exec(text)![1]);
    expect(tokens[0]).toBeCloseTo(said('<s> looking'), 5);
    expect(tokens[1]).toBeCloseTo(said('<s> looking on'), 5);
    expect(tokens[2]).toBeCloseTo(said('<s> looking on a'), 5);
    expect(tokens[3]).toBeCloseTo(said('<s> looking on a little'), 5);
  });

  it('toy0.arpa sums to 1', async () => {
    const model = await load('toy0.arpa');
    for (const text of ['', 'a', 'b', 'a b', 'b a', 'zzz']) {
      expect(sum(model.distribution(text))).toBeCloseTo(1, 4);
    }
  });
});
