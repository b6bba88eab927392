import { describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../../src/base/errors.js';
import { compareLanguageModels } from '../../../src/models/language-model/comparison.js';
import { evaluateLanguageModel, readEvaluationText } from '../../../src/models/language-model/evaluation.js';
import type { TokenPredictor } from '../../../src/models/language-model/predictor.js';
import { NgramLanguageModel } from '../../../src/models/ngram/language-model.js';
import { createTokenizer, Vocabulary } from '../../../src/text/index.js';

const tokenizer = createTokenizer({ kind: 'whitespace' });
const vocabulary = Vocabulary.fromCounts(
  new Map([
    ['</s>', 20],
    ['cat', 500],
    ['car', 50],
    ['dog', 5],
    ['card', 2],
    ['do', 1],
  ]),
  { specialTokens: ['<unk>', '</s>'] },
);

/** A model that always says the same. */
function constant(probabilities: Readonly<Record<string, number>>): TokenPredictor {
  const distribution = new Float64Array(vocabulary.size);
  for (const [token, probability] of Object.entries(probabilities)) {
    distribution[vocabulary.idOf(token)!] = probability;
  }
  return {
    vocabulary,
    tokenizer,
    crossSentences: false,
    targetProbabilities: (ids) => Float64Array.from(ids, (id) => distribution[id]!),
    *distributions(ids, from = 0) {
      for (let i = from; i <= ids.length; i++) yield distribution;
    },
  };
}

const model = constant({
  '<unk>': 0.02,
  '</s>': 0.08,
  cat: 0.4,
  car: 0.2,
  dog: 0.15,
  card: 0.1,
  do: 0.05,
});
const read = (lines: string[]) => readEvaluationText(lines, tokenizer, vocabulary);

describe('evaluateLanguageModel', () => {
  it('gives figures worked by hand', async () => {
    const text = await read(['cat do', '', 'card gnu']);
    expect(text).toMatchObject({ sentences: 2, unknown: 1, characters: 7 + 9 });
    const { report, bitsPerCharacter, wordPerplexity, knownPerplexity, byFrequency, byPosition } =
      evaluateLanguageModel(model, text);
    const nats = -Math.log(0.4 * 0.05 * 0.08 * 0.1 * 0.02 * 0.08);
    expect(report.nats).toBeCloseTo(nats, 12);
    expect(report).toMatchObject({ tokens: 6, oov: 1, vocabularySize: 7 });
    expect(bitsPerCharacter).toBeCloseTo(nats / Math.LN2 / 16, 12);
    expect(wordPerplexity).toBeCloseTo(Math.exp((nats + 2 * Math.log(0.08)) / 4), 12);
    expect(knownPerplexity).toBeCloseTo(Math.exp((nats + Math.log(0.02)) / 5), 12);
    expect(byFrequency).toEqual([
      { name: '100 to 999 times', tokens: 1, perplexity: expect.closeTo(1 / 0.4, 9) },
      { name: 'less than 10 times', tokens: 2, perplexity: expect.closeTo(1 / Math.sqrt(0.1 * 0.05), 9) },
      { name: 'unknown word', tokens: 1, perplexity: expect.closeTo(50, 9) },
      { name: 'sentence end', tokens: 2, perplexity: expect.closeTo(12.5, 9) },
    ]);
    expect(byPosition.map(({ name, tokens }) => [name, tokens])).toEqual([
      ['1', 2],
      ['2', 2],
      ['3', 2],
    ]);
  });

  it('counts guesses and keystrokes', async () => {
    // By rank: cat, car, dog, card, do. Three are shown.
    const measure = async (line: string) => evaluateLanguageModel(model, await read([line])).suggestions!;
    // Shown at once: one keystroke instead of four.
    expect(await measure('cat')).toEqual({ words: 1, top1: 1, top3: 1, top5: 1, keystrokeSaving: 1 - 1 / 4 });
    // card: after c, cat car card are shown: c and the choice, instead of five.
    expect(await measure('card')).toEqual({
      words: 1,
      top1: 0,
      top3: 0,
      top5: 1,
      keystrokeSaving: 1 - 2 / 5,
    });
    // Words out of the vocabulary are typed out, and are never guessed.
    expect(await measure('gnu')).toEqual({ words: 1, top1: 0, top3: 0, top5: 0, keystrokeSaving: 0 });
    expect(await measure('cat gnu')).toMatchObject({ words: 2, top1: 0.5, keystrokeSaving: 1 - 5 / 8 });
    // An <unk> of the text itself is no word to be typed.
    expect(await measure('cat <unk>')).toMatchObject({ words: 1, top1: 1 });
    expect(evaluateLanguageModel(model, await read(['<unk>'])).suggestions).toBeUndefined();
    expect(
      evaluateLanguageModel(model, await read(['cat']), { suggestions: false }).suggestions,
    ).toBeUndefined();
  });

  it('types out what is not shown in time', async () => {
    const crowded = constant({ cat: 0.3, car: 0.25, card: 0.2, do: 0.05, dog: 0.1, '</s>': 0.1 });
    // do: after d, dog and do are shown: two keystrokes, of three.
    const { suggestions } = evaluateLanguageModel(crowded, await read(['do']));
    expect(suggestions!.keystrokeSaving).toBeCloseTo(1 - 2 / 3, 12);
  });

  it('refuses text without words', async () => {
    await expect(read(['', ' '])).rejects.toThrow(DataError);
  });
});

describe('compareLanguageModels', () => {
  const better = constant({ '</s>': 0.2, cat: 0.5, car: 0.1, dog: 0.1, '<unk>': 0.05, card: 0.03, do: 0.02 });
  const lines = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 'cat dog' : 'cat cat'));
  const measured = async (predictor: TokenPredictor, text = lines) => {
    const evaluated = await readEvaluationText(text, predictor.tokenizer, predictor.vocabulary);
    const { logProbabilities } = evaluateLanguageModel(predictor, evaluated, { suggestions: false });
    return { model: predictor, text: evaluated, logProbabilities };
  };

  it('finds a difference, and none where there is none', async () => {
    const comparison = compareLanguageModels(await measured(model), await measured(better));
    const ratio = Math.exp(Math.log((0.08 / 0.2) ** 40 * (0.4 / 0.5) ** 70 * (0.15 / 0.1) ** 10) / 120);
    expect(comparison).toMatchObject({ tokens: 120, leftOut: 0, secondBetter: 1 });
    expect(comparison.ratio).toBeCloseTo(ratio, 12);
    expect(comparison.second / comparison.first).toBeCloseTo(ratio, 12);
    expect(comparison.ratioInterval.low).toBeLessThan(ratio);
    expect(comparison.ratioInterval.high).toBeGreaterThan(ratio);
    expect(comparison.ratioInterval.high).toBeLessThan(1);
    const same = compareLanguageModels(await measured(model), await measured(model));
    expect(same).toMatchObject({ ratio: 1, secondBetter: 0, ratioInterval: { low: 1, high: 1 } });
  });

  it('leaves out words that only one vocabulary has', async () => {
    const options = { tokenizer: { kind: 'whitespace' }, minimumCount: 1 } as const;
    const small = await NgramLanguageModel.train(['cat', 'cat'], options);
    const large = await NgramLanguageModel.train(['cat dog', 'cat'], options);
    const comparison = compareLanguageModels(await measured(small), await measured(large));
    expect(comparison).toMatchObject({ tokens: 110, leftOut: 10 });
  });

  it('refuses models that split text in different ways', async () => {
    const characters = await NgramLanguageModel.train(['cat'], { tokenizer: { kind: 'characters' } });
    const [a, b] = [await measured(model), await measured(characters)];
    expect(() => compareLanguageModels(a, b)).toThrow(ValueError);
    expect(() => compareLanguageModels(a, b)).toThrow(/in different ways/);
  });
});
