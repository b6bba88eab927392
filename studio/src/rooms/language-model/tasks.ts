/** What the workers of this room do: one trains, the other holds the model that is looked at, and counts n-grams. */
import type {
  LanguageModelOptions,
  NextToken,
  NextWordExplanation,
  NgramEvidence,
  TokenScore,
  TrainingRecord,
} from 'lexigrad';
import type { ModelFile } from '../../text-models/holder.js';
import type { Resumable, TrainingOutcome, TrainingProgress } from '../../text-models/training.js';

/** Every so many-th line is held out. */
export const HELD_OUT_EVERY = 20;

/** Text to train on. Workers keep what they have read under its number. */
export interface TextSource {
  readonly id: number;
  readonly name: string;
  /** Lines of text, or a table of labelled texts; `stories` are made by their grammar. */
  readonly kind: 'lines' | 'labelled' | 'stories';
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface TextSummary {
  /** Lines with something in them. */
  readonly lines: number;
  /** Of these, every so many-th is held out from training. */
  readonly heldOut: number;
  readonly characters: number;
  readonly first: readonly string[];
}

export interface TrainInput {
  readonly source: TextSource;
  readonly options: LanguageModelOptions;
  /** A model whose embeddings E starts from. */
  readonly pretrained: ModelFile | undefined;
}

/** What a network is held against. */
export interface Baseline {
  /** Of counted n-grams of the same order, on the lines held out; undefined where there are none. */
  readonly perplexity: number | undefined;
  /** The best that is possible, where the text comes from a grammar that knows it. */
  readonly best: number | undefined;
}

export interface LanguageModelFacts {
  readonly order: number;
  /** Words that it sees: order − 1, and farther ones. */
  readonly context: number;
  readonly dimension: number;
  readonly hidden: readonly number[];
  readonly vocabulary: number;
  readonly tokenizer: string;
  readonly parameters: number;
  readonly bytes: number;
  readonly hash: string;
  readonly record: TrainingRecord;
}

/** A word that may come next, by the network and by counts. */
export interface Suggestion extends NextToken {
  /** undefined where nothing was counted. */
  readonly counted: number | undefined;
}

export interface Expectation {
  /** The words before the one that is typed. */
  readonly before: string;
  /** What is typed of the word: suggestions begin with it. */
  readonly prefix: string;
  readonly suggestions: readonly Suggestion[];
  /** What the counts find likeliest. */
  readonly counted: readonly NextToken[] | undefined;
  /** Of the word that is asked for, or of the likeliest; undefined where there is none. */
  readonly explanation: NextWordExplanation | undefined;
  /** What the counts go by. */
  readonly evidence: NgramEvidence | undefined;
}

export interface ScoredToken extends TokenScore {
  /** −log₂ p by the counts. */
  readonly counted: number | undefined;
  /** From 0. */
  readonly line: number;
}

export interface Scored {
  readonly tokens: readonly ScoredToken[];
  readonly perplexity: number;
  readonly counted: number | undefined;
}

export interface GenerationInput {
  readonly prompt: string;
  readonly temperature: number;
  readonly topK: number | undefined;
  readonly topP: number;
  readonly seed: number;
  readonly maximumTokens: number;
  readonly by: 'network' | 'counts';
}

export interface LanguageModelTasks {
  readonly read: { readonly input: TextSource; readonly progress: never; readonly output: TextSummary };
  readonly train: {
    readonly input: TrainInput & Resumable;
    readonly progress: TrainingProgress;
    readonly output: TrainingOutcome;
  };
  readonly baseline: { readonly input: TrainInput; readonly progress: never; readonly output: Baseline };
  readonly load: {
    readonly input: ModelFile;
    readonly progress: never;
    readonly output: LanguageModelFacts;
  };
  /** Counts n-grams over the model's own words, to ask beside it. */
  readonly count: { readonly input: TextSource; readonly progress: never; readonly output: number };
  readonly expect: {
    readonly input: { readonly text: string; readonly word: string };
    readonly progress: never;
    readonly output: Expectation;
  };
  readonly score: {
    readonly input: { readonly text: string };
    readonly progress: never;
    readonly output: Scored;
  };
  /** Tells the text so far; ends with all of it. */
  readonly generate: {
    readonly input: GenerationInput;
    readonly progress: string;
    readonly output: string;
  };
}
