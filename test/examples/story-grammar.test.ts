import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAutomaton } from '../../examples/story/automaton.js';
import {
  SENTENCE_END,
  SENTENCE_START,
  StoryGrammar,
  TRAINING_SENTENCES,
  withheldPairs,
  writeStoryCorpus,
} from '../../examples/story/grammar.js';
import type { Choice } from '../../examples/story/rules.js';
import { ValueError } from '../../src/base/errors.js';

const grammar = new StoryGrammar();
const complete = new StoryGrammar({ withhold: false });

/** How far the story grammar looks back. */
const CONTEXT = 4;

describe('the distribution of the next token', () => {
  it('sums to 1 after every beginning of a sentence', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.boolean(), (seed, withhold) => {
        const source = withhold ? grammar : complete;
        for (const sentence of source.sentences(3, seed)) {
          for (let length = 0; length <= sentence.length; length++) {
            const probabilities = [...source.probabilities(sentence.slice(0, length)).values()];
            expect(probabilities.every((p) => p > 0 && p <= 1)).toBe(true);
            expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
          }
        }
      }),
    );
  });

  it('multiplies to the probability of the sentence', () => {
    for (const sentence of grammar.sentences(200, 3)) {
      const tokens = [...sentence, SENTENCE_END];
      const total = tokens.reduce(
        (sum, token, i) => sum + Math.log(grammar.probabilities(sentence.slice(0, i)).get(token)!),
        0,
      );
      expect(grammar.logProbability(sentence)).toBeCloseTo(total, 9);
    }
  });

  it('depends on the last four tokens and on no more, proved over all states', () => {
    expect(grammar.contextLength()).toBe(CONTEXT);
    expect(() => grammar.contextLength(CONTEXT - 1)).toThrow(ValueError);
  }, 60_000);

  it('is the same for sampled beginnings that share their last four tokens', () => {
    const known = new Map<string, Map<string, number>>();
    let shared = 0;
    for (const sentence of grammar.sentences(3000, 11)) {
      const padded = [...new Array<string>(CONTEXT).fill(SENTENCE_START), ...sentence];
      for (let length = 0; length <= sentence.length; length++) {
        const context = padded.slice(length, length + CONTEXT).join(' ');
        const probabilities = grammar.probabilities(sentence.slice(0, length));
        const earlier = known.get(context);
        if (earlier !== undefined) {
          shared++;
          expect([...probabilities]).toEqual([...earlier]);
        }
        known.set(context, probabilities);
      }
    }
    expect(shared).toBeGreaterThan(5000);
  });

  it('is refused for a beginning that the grammar cannot say, with the place', () => {
    expect(() => grammar.probabilities(['the', 'dog', 'purple'])).toThrow(/'purple' here: the dog/);
    expect(() => grammar.probabilities(['gets'])).toThrow(/at the beginning/);
    expect(() => grammar.probabilities(['the', 'dog', 'sleeps', SENTENCE_END])).toThrow(ValueError);
    expect(grammar.logProbability(['the', 'dog', 'the'])).toBe(Number.NEGATIVE_INFINITY);
    expect(grammar.logProbability([])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('the true entropy', () => {
  it.each([
    ['with the pairs withheld', grammar],
    ['without withholding', complete],
  ])('agrees with the mean surprisal of 50,000 tokens, %s', (_, source) => {
    let nats = 0;
    let tokens = 0;
    let sentences = 0;
    for (const sentence of source.sentences(20_000, 5)) {
      nats -= source.logProbability(sentence);
      tokens += sentence.length + 1;
      sentences++;
      if (tokens >= 50_000) break;
    }
    const { perToken, perplexity, perSentence, tokensPerSentence } = source.trueEntropy();
    expect(Math.abs(nats / tokens / perToken - 1)).toBeLessThan(0.01);
    expect(Math.abs(tokens / sentences / tokensPerSentence - 1)).toBeLessThan(0.02);
    expect(perplexity).toBeCloseTo(Math.exp(perToken), 12);
    expect(perSentence).toBeCloseTo(perToken * tokensPerSentence, 9);
  });

  it('makes a task that is neither trivial nor hopeless', () => {
    expect(grammar.trueEntropy().perToken).toBeGreaterThan(1.9);
    expect(grammar.trueEntropy().perToken).toBeLessThan(2.6);
    expect(grammar.vocabulary().length).toBeLessThanOrEqual(250);
  });
});

describe('the withheld pairs', () => {
  it.each(withheldPairs)('$subject gets $participle never occurs, but occurs with its siblings', (pair) => {
    const corpus = ` ${writeStoryCorpus().replaceAll('\n', ' \n ')} `;
    const occurrences = (subject: string) => corpus.split(` ${subject} gets ${pair.participle} `).length - 1;
    expect(occurrences(pair.subject)).toBe(0);
    for (const sibling of pair.siblings) expect(occurrences(sibling)).toBeGreaterThan(2);
    expect(corpus.split(` ${pair.subject} `).length - 1).toBeGreaterThan(200);
  });

  it.each(withheldPairs)(
    '$subject gets $participle is as likely as with a sibling once nothing is withheld',
    (pair) => {
      const gets = (source: StoryGrammar, subject: string) => {
        const isName = !source.probabilities(['the']).has(subject);
        return source.probabilities([...(isName ? [] : ['the']), subject, 'gets']);
      };
      expect(gets(grammar, pair.subject).has(pair.participle)).toBe(false);
      for (const sibling of pair.siblings)
        expect(gets(complete, pair.subject)).toEqual(gets(complete, sibling));
    },
  );
});

describe('the corpus', () => {
  it('has a line for each sentence, of lower-case tokens of the vocabulary', () => {
    const text = writeStoryCorpus();
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(TRAINING_SENTENCES);
    const vocabulary = new Set(grammar.vocabulary());
    expect(lines.every((line) => line.split(' ').every((token) => vocabulary.has(token)))).toBe(true);
    expect([...vocabulary].every((token) => token === SENTENCE_END || /^[a-z]+$/.test(token))).toBe(true);
  });

  it('is a function of seed and stream, and longer ones begin as shorter ones do', () => {
    const short = writeStoryCorpus({ sentences: 50, seed: 7, stream: 'test' });
    expect(writeStoryCorpus({ sentences: 80, seed: 7, stream: 'test' }).startsWith(short)).toBe(true);
    expect(writeStoryCorpus({ sentences: 50, seed: 8, stream: 'test' })).not.toBe(short);
    expect(writeStoryCorpus({ sentences: 50, seed: 7, stream: 'train' })).not.toBe(short);
    expect(writeStoryCorpus({ sentences: 0 })).toBe('');
  });

  it.each([-1, 1.5, Number.NaN])('refuses %d sentences', (sentences) => {
    expect(() => writeStoryCorpus({ sentences })).toThrow(ValueError);
  });
});

describe('the rules', () => {
  const say = (words: readonly string[], next: string): Choice => ({ weight: 1, words, next });

  it('name states that exist', () => {
    expect(() => compileAutomaton({ sentence: [say(['a'], 'nowhere')] }, () => false)).toThrow(
      /no rule 'nowhere'/,
    );
  });

  it('offer no word twice in one state, which would hide the state', () => {
    const rules = { sentence: [say(['a', 'b'], 'final'), say(['b'], 'final')] };
    expect(() => compileAutomaton(rules, () => false)).toThrow(/offers a word twice/);
  });

  it('leave something to say when pairs are withheld', () => {
    expect(() => compileAutomaton({ sentence: [say(['a'], 'final')] }, () => true)).toThrow(
      /nothing left to say/,
    );
  });
});
