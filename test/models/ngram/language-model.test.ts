import { describe, expect, it } from 'vitest';
import { DataError, FormatError, ValueError } from '../../../src/base/errors.js';
import { decodeModel, encodeModel } from '../../../src/files/model-file.js';
import { NgramLanguageModel } from '../../../src/models/ngram/language-model.js';

const lines = [
  'the dog gets fed',
  'the cat gets fed',
  'the dog gets wet',
  '',
  'a dog barks',
  'the cat sleeps',
  'a cat gets wet',
];
const model = await NgramLanguageModel.train(lines, { order: 3, minimumCount: 1 });
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

describe('NgramLanguageModel', () => {
  it('predicts what it has counted', () => {
    expect(model.next('the dog')[0]!.token).toBe('gets');
    expect(model.next('the', { top: 1 })[0]!.token).toMatch(/dog|cat/);
    expect(sum(model.distribution('the dog'))).toBeCloseTo(1, 6);
    expect(() => model.next('the', { top: 0 })).toThrow(ValueError);
  });

  it('scores a text as it predicts it', async () => {
    const score = model.score('the dog gets');
    expect(score.tokens.map(({ token }) => token)).toEqual(['the', 'dog', 'gets', '</s>']);
    const gets = model.vocabulary.idOf('gets')!;
    expect(score.tokens[2]!.logProbability).toBeCloseTo(Math.log(model.distribution('the dog')[gets]!), 6);
    expect(score.logProbability).toBeCloseTo(
      sum(score.tokens.map(({ logProbability }) => logProbability)),
      9,
    );
    const report = await model.perplexity(['the dog gets']);
    expect(report.perplexity).toBeCloseTo(score.perplexity, 9);
    expect(report.tokens).toBe(4);
    expect(model.score('the gnu').tokens[1]).toMatchObject({ token: 'gnu', unknown: true });
    expect((await model.perplexity(['the gnu'])).oov).toBe(1);
  });

  it('reads along a text as it predicts word by word', () => {
    const ids = Int32Array.of(2, 3, 1, 4, 2, 3, 1, 5);
    const targets = model.targetProbabilities(ids);
    let position = 0;
    for (const distribution of model.distributions(ids)) {
      if (position < ids.length) expect(targets[position]).toBeCloseTo(distribution[ids[position]!]!, 12);
      expect(sum(distribution)).toBeCloseTo(1, 6);
      position++;
    }
    expect(position).toBe(ids.length + 1);
    expect([...model.distributions(ids, 6)]).toHaveLength(3);
  });

  it('writes text, the same for the same seed, and never <unk>', async () => {
    const text = model.generate({ prompt: 'the', seed: 3 }).text;
    expect(model.generate({ prompt: 'the', seed: 3 }).text).toBe(text);
    const texts = Array.from({ length: 20 }, (_, seed) => model.generate({ seed, maximumTokens: 10 }));
    expect(texts.some(({ ended }) => ended)).toBe(true);
    for (const { tokens } of texts) expect(tokens).not.toContain('<unk>');
  });

  it('can run on over sentence ends', async () => {
    const running = await NgramLanguageModel.train(['a b', 'c d', 'a b', 'c d'], {
      order: 3,
      context: 'running',
    });
    expect(running.crossSentences).toBe(true);
    const [a, b, c] = ['a', 'b', 'c'].map((word) => running.vocabulary.idOf(word)!);
    const after = running.targetProbabilities(Int32Array.of(a!, b!, 1, c!))[3]!;
    const atStart = running.targetProbabilities(Int32Array.of(c!))[0]!;
    expect(after).toBeGreaterThan(atStart);
    expect(() => running.toArpa()).toThrow(/crosses sentence ends/);
  });

  it('takes the vocabulary of another model', async () => {
    const other = await NgramLanguageModel.train(['the gnu barks at the dog'], { like: model });
    expect(other.vocabulary.entries()).toEqual(model.vocabulary.entries());
    expect(other.record.data).toMatchObject({ trainTokens: 7 });
    await expect(NgramLanguageModel.train(lines, { like: model, minimumCount: 2 })).rejects.toThrow(
      /leave it out/,
    );
  });

  it('takes a sentence end within a line for one', async () => {
    const options = { minimumCount: 1, order: 2, tokenizer: { kind: 'whitespace' } } as const;
    const inside = await NgramLanguageModel.train(['a b </s> c d'], options);
    const apart = await NgramLanguageModel.train(['a b', 'c d'], options);
    expect(inside.hash).toBe(apart.hash);
  });

  it('comes back from its file bit by bit', () => {
    const back = NgramLanguageModel.fromBytes(model.toBytes());
    expect(back.hash).toBe(model.hash);
    expect(back.record).toEqual(model.record);
    expect(back.toBytes()).toEqual(model.toBytes());
    expect(back.distribution('the dog')).toEqual(model.distribution('the dog'));
  });

  it('refuses damaged files, each by what is wrong', () => {
    const content = decodeModel(model.toBytes());
    const damaged = (name: string, change: (data: Float32Array | Int32Array) => void) => {
      const tensors = new Map(
        [...content.tensors].map(([key, tensor]) => [key, { ...tensor, data: tensor.data.slice() }] as const),
      );
      change(tensors.get(name)!.data as Float32Array | Int32Array);
      return () =>
        NgramLanguageModel.fromBytes(encodeModel({ ...content, tensors: tensors as typeof content.tensors }));
    };
    const set = (at: number, value: number) => (data: Float32Array | Int32Array) => {
      data[at < 0 ? data.length + at : at] = value;
    };
    expect(damaged('2/probabilities', set(0, 1.5))).toThrow(
      /'2\/probabilities' holds what is no probability/,
    );
    expect(damaged('2/probabilities', set(0, Number.NaN))).toThrow(FormatError);
    expect(damaged('1/backoffs', set(0, -1))).toThrow(/no backoff/);
    expect(damaged('1/begins', set(1, -1))).toThrow(/does not rise/);
    expect(damaged('1/begins', set(-1, 1 << 30))).toThrow(/does not fit/);
    expect(damaged('2/words', set(0, 1 << 20))).toThrow(/words that are not there/);
    expect(damaged('3/words', set(0, -1))).toThrow(FormatError);
    const without = new Map([...content.tensors].filter(([name]) => name !== '3/words'));
    expect(() => NgramLanguageModel.fromBytes(encodeModel({ ...content, tensors: without }))).toThrow(
      /'3\/words'/,
    );
    const config = { ...(content.config as object), ngrams: { order: 1e9 } };
    expect(() => NgramLanguageModel.fromBytes(encodeModel({ ...content, config }))).toThrow(/not sound/);
    expect(() => NgramLanguageModel.fromBytes(encodeModel({ ...content, kind: 'other' }))).toThrow(
      /this model is a other/,
    );
  });

  it('refuses empty text and impossible options', async () => {
    await expect(NgramLanguageModel.train(['', ' '])).rejects.toThrow(DataError);
    await expect(NgramLanguageModel.train(['a b c'])).rejects.toThrow(/at least 2 times/);
    await expect(NgramLanguageModel.train(lines, { order: 0 })).rejects.toThrow(/order must be/);
    await expect(NgramLanguageModel.train(lines, { order: 99 })).rejects.toThrow(ValueError);
    await expect(NgramLanguageModel.train(lines, { memory: 0 })).rejects.toThrow(/memory must be/);
    await expect(model.perplexity([''])).rejects.toThrow(DataError);
  });
});
