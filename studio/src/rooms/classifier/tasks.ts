/** What the workers of this room do: one trains, the other holds the model that is looked at. */
import type { ClassifierOptions, Explanation, ExplanationMethod, LabelScore, TrainingRecord } from 'lexigrad';
import type { Mistake } from 'lexigrad/report';
import type { LabelScores } from 'lexigrad/train';
import type { ModelFile } from '../../text-models/holder.js';
import type { LabelledTexts } from '../../text-models/labelled.js';
import type { Resumable, TrainingOutcome, TrainingProgress } from '../../text-models/training.js';

/** A file of labelled texts. Workers keep what they have read under its number. */
export interface DataSource {
  readonly id: number;
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** '' where the columns are found by looking. */
  readonly textColumn: string;
  readonly labelColumn: string;
}

export interface DataSummary extends Omit<LabelledTexts, 'examples'> {
  readonly rows: number;
  /** The most frequent first. */
  readonly labels: readonly { readonly label: string; readonly rows: number }[];
  /** Whether some text has several labels. */
  readonly several: boolean;
  readonly characters: number;
  /** The first few. */
  readonly first: readonly {
    readonly line: number;
    readonly label: string;
    readonly text: string;
  }[];
}

export interface ClassifierFacts {
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly dimension: number;
  readonly hidden: readonly number[];
  readonly features: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly hash: string;
  readonly record: TrainingRecord;
}

/** An example in a cell of the confusion matrix. */
export interface CellExample {
  readonly line: number;
  readonly text: string;
  /** Of the label it was given. */
  readonly score: number;
}

export interface Evaluation {
  readonly examples: number;
  readonly labels: readonly string[];
  readonly classes: readonly LabelScores[];
  readonly accuracy: number;
  readonly macroF1: number;
  readonly logLoss: number;
  /** Mean difference between how sure the model is and how often it is right. */
  readonly calibrationError: number;
  /** `confusion[truth][predicted]`; none where texts have several labels. */
  readonly confusion: readonly (readonly number[])[] | undefined;
  /** By `truth * labels + predicted`: the surest first. */
  readonly cells: ReadonlyMap<number, readonly CellExample[]>;
  readonly mistakes: readonly Mistake[];
}

export interface Reading {
  readonly explanation: Explanation;
  /** Of the whole text, the likeliest first. */
  readonly scores: readonly LabelScore[];
  /** Without the words that are struck out; undefined where none is. */
  readonly without: readonly LabelScore[] | undefined;
}

/** What is asked of a text. `label`: '' for the likeliest. */
export interface Question {
  readonly text: string;
  readonly label: string;
  readonly struck: readonly number[];
}

export type Method = ExplanationMethod;

export interface TrainInput {
  readonly data: DataSource;
  readonly options: ClassifierOptions;
}

export interface ClassifierTasks {
  readonly read: { readonly input: DataSource; readonly progress: never; readonly output: DataSummary };
  readonly train: {
    readonly input: TrainInput & Resumable;
    readonly progress: TrainingProgress;
    readonly output: TrainingOutcome;
  };
  readonly load: { readonly input: ModelFile; readonly progress: never; readonly output: ClassifierFacts };
  readonly evaluate: {
    readonly input: { readonly data: DataSource; readonly heldOut: HeldOut | undefined };
    readonly progress: never;
    readonly output: Evaluation;
  };
  readonly explain: { readonly input: Question; readonly progress: never; readonly output: Reading };
}

/** Which rows a model was not trained on. */
export interface HeldOut {
  readonly share: number;
  readonly seed: number;
}
