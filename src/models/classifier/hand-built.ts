/**
 * Hand-built features: numbers that a person thought of, instead of (or beside) embeddings that are learned. They are
 * given as functions, or as a declarative list that a model file can hold.
 */
import { FormatError, ValueError } from '../../base/errors.js';
import type { Tokenizer } from '../../text/index.js';

/** One feature in plain JSON. */
export type FeatureSpec =
  /** How many words of the text are in a list (case is folded). */
  | { readonly kind: 'lexicon'; readonly words: readonly string[]; readonly name?: string }
  /** How often a regular expression (flags `giu`) matches. */
  | { readonly kind: 'regex'; readonly pattern: string; readonly name?: string }
  /** Number of words, or of characters. */
  | { readonly kind: 'length'; readonly of: 'words' | 'characters'; readonly name?: string }
  /** ln(1 + another feature): the textbook's log of the word count */
  | { readonly kind: 'log'; readonly of: FeatureSpec; readonly name?: string };

/** A feature as code. Models with such features must be given the same functions again when they are loaded. */
export interface FeatureFunction {
  readonly name: string;
  readonly value: (text: string) => number;
}

export type HandBuiltFeature = FeatureSpec | FeatureFunction;

/** Computes hand-built features and brings them to mean 0 and deviation 1, as measured on the training texts. */
export class HandBuiltFeatures {
  readonly names: readonly string[];
  readonly specs: readonly HandBuiltFeature[];
  private readonly functions: readonly ((text: string) => number)[];
  means: readonly number[];
  deviations: readonly number[];

  /** @throws ValueError for a pattern that is no regular expression, or an unknown kind. */
  constructor(specs: readonly HandBuiltFeature[], tokenizer: Tokenizer) {
    this.specs = specs;
    this.names = specs.map(nameOf);
    this.functions = specs.map((spec) => ('value' in spec ? spec.value : compileSpec(spec, tokenizer)));
    this.means = specs.map(() => 0);
    this.deviations = specs.map(() => 1);
  }

  get size(): number {
    return this.specs.length;
  }

  /** The plain values of a text, one for each feature. */
  values(text: string): number[] {
    return this.functions.map((f, i) => {
      const value = f(text);
      if (!Number.isFinite(value))
        throw new ValueError(`feature '${this.names[i]}' is ${value} for the text “${text.slice(0, 60)}”`);
      return value;
    });
  }

  /** Mean and deviation of each feature over texts; constant features keep deviation 1. */
  fit(texts: readonly string[]): void {
    const rows = texts.map((text) => this.values(text));
    this.means = this.names.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
    this.deviations = this.names.map((_, i) => {
      // The mean of equal values may differ from them in its last bit, so their variance need not be 0.
      if (rows.every((row) => row[i] === rows[0]![i])) return 1;
      const variance = rows.reduce((sum, row) => sum + (row[i]! - this.means[i]!) ** 2, 0) / rows.length;
      return Math.sqrt(variance);
    });
  }

  /** What the network is fed: (value − mean) / deviation. */
  standardized(text: string): number[] {
    return this.values(text).map((value, i) => (value - this.means[i]!) / this.deviations[i]!);
  }
}

function compileSpec(spec: FeatureSpec, tokenizer: Tokenizer): (text: string) => number {
  switch (spec.kind) {
    case 'lexicon': {
      const words = new Set(spec.words.map((word) => word.toLowerCase()));
      return (text) => tokenizer.tokenize(text).filter((token) => words.has(token.toLowerCase())).length;
    }
    case 'regex': {
      const pattern = compilePattern(spec.pattern);
      return (text) => text.match(pattern)?.length ?? 0;
    }
    case 'length':
      return spec.of === 'words' ? (text) => tokenizer.tokenize(text).length : (text) => [...text].length;
    case 'log': {
      const inner = compileSpec(spec.of, tokenizer);
      return (text) => Math.log1p(inner(text));
    }
    default:
      throw new ValueError(
        `there is no hand-built feature of kind '${(spec as { kind: string }).kind}'; use lexicon, regex, length or log`,
      );
  }
}

function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'giu');
  } catch (error) {
    throw new ValueError(
      `the feature pattern /${pattern}/ is no regular expression: ${(error as Error).message}`,
    );
  }
}

function nameOf(spec: HandBuiltFeature): string {
  if (spec.name !== undefined) return spec.name;
  const plain = spec as FeatureSpec;
  switch (plain.kind) {
    case 'lexicon':
      return `words in {${plain.words.slice(0, 3).join(', ')}${plain.words.length > 3 ? ', …' : ''}}`;
    case 'regex':
      return `/${plain.pattern}/`;
    case 'length':
      return `number of ${plain.of}`;
    case 'log':
      return `ln(1 + ${nameOf(plain.of)})`;
  }
}

/** Features with their scales, as a model file holds them. */
export interface SavedFeatures {
  readonly specs: readonly FeatureSpec[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** The features from a model file; none where it has none. @throws FormatError when they are not sound. */
export function checkFeatures(value: unknown, file?: string): SavedFeatures {
  const { specs = [], means = [], deviations = [] } = (value ?? {}) as Partial<SavedFeatures>;
  const isSound =
    Array.isArray(specs) &&
    specs.every((spec) => isSpec(spec)) &&
    Array.isArray(means) &&
    means.length === specs.length &&
    means.every(Number.isFinite) &&
    Array.isArray(deviations) &&
    deviations.length === specs.length &&
    deviations.every((deviation) => Number.isFinite(deviation) && deviation > 0);
  if (isSound) return { specs, means, deviations };
  throw new FormatError(
    'the hand-built features in the model file, or their scales, are not sound: the file is damaged',
    { file },
  );
}

function isSpec(value: unknown): boolean {
  const spec = (value ?? {}) as { readonly [K in 'kind' | 'name' | 'words' | 'pattern' | 'of']?: unknown };
  if (spec.name !== undefined && typeof spec.name !== 'string') return false;
  switch (spec.kind) {
    case 'lexicon':
      return Array.isArray(spec.words) && spec.words.every((word) => typeof word === 'string');
    case 'regex':
      return typeof spec.pattern === 'string' && isPattern(spec.pattern);
    case 'length':
      return spec.of === 'words' || spec.of === 'characters';
    case 'log':
      return isSpec(spec.of);
    default:
      return false;
  }
}

function isPattern(pattern: string): boolean {
  try {
    return compilePattern(pattern) !== undefined;
  } catch {
    return false;
  }
}
