/**
 * The case for neural language models, on a corpus whose truth is known: how near each model comes to the grammar's own
 * perplexity, and what each thinks of pairs of words that it has never seen together.
 */
import { LanguageModel, NgramModel, type TrainingEvent } from 'lexigrad';
import { StoryGrammar, withheldPairs, writeStoryCorpus } from './grammar.js';

/** Small vocabulary, short sentences: a small network, trained fast. */
export const STORY_SETTINGS = {
  tokenizer: { kind: 'whitespace' },
  order: 5,
  dimension: 32,
  hidden: [96],
  dropout: 0,
  epochs: 5,
  optimizer: { learningRate: 0.004 },
} as const;

const TEST_SENTENCES = 2_000;

export interface PairComparison {
  readonly subject: string;
  readonly participle: string;
  /** p(participle | … subject gets), which never occurs in training */
  readonly neural: number;
  readonly ngram: number;
  /** The same after words that are used like the subject, on average */
  readonly neuralSiblings: number;
  readonly ngramSiblings: number;
}

export interface StoryResult {
  readonly model: LanguageModel;
  readonly corpus: string;
  readonly testTokens: number;
  /** Perplexities on the test sentences, and the lowest that any model can have on average. */
  readonly grammar: number;
  readonly entropy: number;
  readonly neural: number;
  readonly ngram: number;
  readonly pairs: readonly PairComparison[];
}

export async function runStory(onEvent?: (event: TrainingEvent) => void): Promise<StoryResult> {
  const grammar = new StoryGrammar();
  const corpus = writeStoryCorpus();
  const lines = sentencesOf(corpus);
  const test = sentencesOf(writeStoryCorpus({ sentences: TEST_SENTENCES, stream: 'test' }));

  const model = await LanguageModel.train(lines, { ...STORY_SETTINGS, onEvent });
  const { vocabulary } = model;
  const encode = (line: string) => vocabulary.encode(line.split(' '));
  const ngram = NgramModel.train(lines.map(encode), {
    order: STORY_SETTINGS.order,
    vocabularySize: vocabulary.size,
    endId: vocabulary.idOf('</s>')!,
    unknownId: vocabulary.unknownId,
  });

  const report = await model.perplexity(test);
  const truth = test.reduce((sum, line) => sum + grammar.logProbability(line.split(' ')), 0);
  return {
    model,
    corpus,
    testTokens: report.tokens,
    grammar: Math.exp(-truth / report.tokens),
    entropy: grammar.trueEntropy().perplexity,
    neural: report.perplexity,
    ngram: ngram.perplexity(test.map(encode)).perplexity,
    pairs: withheldPairs.map(({ subject, participle, siblings }) => {
      const id = vocabulary.idOf(participle)!;
      const prompt = (word: string) =>
        `${BEGINNINGS[subject] ?? 'we have to make sure that the'} ${word} gets`;
      const neural = (word: string) => model.distribution(prompt(word))[id]!;
      const counted = (word: string) => ngram.probability(encode(prompt(word)), id);
      const mean = (p: (word: string) => number) =>
        siblings.reduce((sum, word) => sum + p(word), 0) / siblings.length;
      return {
        subject,
        participle,
        neural: neural(subject),
        ngram: counted(subject),
        neuralSiblings: mean(neural),
        ngramSiblings: mean(counted),
      };
    }),
  };
}

/** Names of people take no article. */
const BEGINNINGS: Readonly<Record<string, string>> = { henry: 'we have to make sure that' };

function sentencesOf(corpus: string): string[] {
  return corpus.split('\n').filter((line) => line !== '');
}
