/**
 * Where in a corpus the network was in the same state: the contexts whose hidden vectors, in front of the output layer, have
 * the smallest angles to that of a text. The search is exact: all vectors are compared.
 */
import { DataError, ValueError } from '../../base/errors.js';
import type { Node } from '../../graph/node.js';
import type { Program } from '../../program/index.js';
import { contextLength } from './context.js';
import { contextFeeds, END_ID, type EncodedCorpus, wordsOf, writeContext } from './corpus.js';
import type { LanguageModel } from './language-model.js';
import { topIndexes } from './sampling.js';

export interface NearestContext {
  /** Cosine of the angle between the hidden vectors. */
  readonly similarity: number;
  /** The words that the network saw, the oldest first, without what is before the text. */
  readonly tokens: readonly string[];
  /** What came next there and how often, the most frequent first. */
  readonly next: readonly { readonly token: string; readonly count: number }[];
}

export interface ContextIndexOptions {
  /** At most so many positions of the corpus, evenly spread (default 200,000). Each takes as many floats as a hidden vector has. */
  readonly maximumPositions?: number;
}

const BATCH = 128;

export class ContextIndex {
  /** How many positions of the corpus were looked at, of how many. */
  readonly positions: number;
  readonly corpusPositions: number;
  private readonly model: LanguageModel;
  private readonly corpus: EncodedCorpus;
  private readonly program: Program;
  private readonly width: number;
  /** By different context: a position where it stands, and all words that came next. */
  private readonly places: Int32Array;
  private readonly followers: readonly (readonly number[])[];
  /** Hidden vectors of length 1: [contexts, width] */
  private readonly vectors: Float32Array;

  /** @throws DataError when the corpus is empty; ValueError when `maximumPositions` is not a whole number from 1 */
  constructor(
    model: LanguageModel,
    corpus: EncodedCorpus,
    { maximumPositions = 200_000 }: ContextIndexOptions = {},
  ) {
    if (!(Number.isInteger(maximumPositions) && maximumPositions >= 1))
      throw new ValueError(`maximumPositions must be a whole number from 1, not ${maximumPositions}`);
    const { length } = corpus.ids;
    if (length === 0) throw new DataError('there are no contexts to compare with: every line is empty');
    const state = hiddenState(model.network.logits);
    this.model = model;
    this.corpus = corpus;
    this.width = state.shape[1] as number;
    this.program = model.workspace.compile({ outputs: { state } });
    this.corpusPositions = length;
    this.positions = Math.min(length, maximumPositions);

    const rows = new Map<string, { readonly place: number; readonly followers: number[] }>();
    for (let i = 0; i < this.positions; i++) {
      const place = Math.floor((i * length) / this.positions);
      const key = this.contextAt(corpus.ids, place).join(' ');
      const row = rows.get(key);
      if (row === undefined) rows.set(key, { place, followers: [corpus.ids[place]!] });
      else row.followers.push(corpus.ids[place]!);
    }
    this.places = Int32Array.from(rows.values(), ({ place }) => place);
    this.followers = Array.from(rows.values(), ({ followers }) => followers);
    this.vectors = this.statesAt(corpus.ids, this.places);
  }

  /** How many different contexts are compared. */
  get size(): number {
    return this.places.length;
  }

  /** The contexts most like that of a text, the most similar first. */
  nearest(text: string, count = 5): NearestContext[] {
    const { vocabulary, tokenizer } = this.model;
    const ids = Int32Array.of(...vocabulary.encode(wordsOf(tokenizer, text)));
    const query = this.statesAt(ids, [ids.length]);
    const { width, vectors } = this;
    const similarities = Float64Array.from(this.places, (_, row) => {
      let product = 0;
      for (let i = 0, at = row * width; i < width; i++, at++) product += query[i]! * vectors[at]!;
      return product;
    });
    return topIndexes(similarities, count).map((row) => ({
      similarity: similarities[row]!,
      tokens: this.tokensOf(this.contextAt(this.corpus.ids, this.places[row]!)),
      next: tally(this.followers[row]!).map(([id, times]) => ({
        token: vocabulary.tokenOf(id),
        count: times,
      })),
    }));
  }

  private contextAt(ids: Int32Array, place: number): Int32Array {
    const { config } = this.model;
    const length = contextLength(config);
    const context = new Int32Array(length);
    writeContext(context, 0, ids, place, length, config.context);
    return context;
  }

  /** Hidden vectors of some positions, scaled to length 1. */
  private statesAt(ids: Int32Array, places: ArrayLike<number>): Float32Array {
    const { config } = this.model;
    const { width } = this;
    const states = new Float32Array(places.length * width);
    const all = Int32Array.from(places);
    for (let begin = 0; begin < all.length; begin += BATCH) {
      const some = all.subarray(begin, begin + BATCH);
      const { context } = contextFeeds(ids, some, contextLength(config), config.context);
      this.program.run({ context });
      states.set(Float32Array.from(this.program.view('state')), begin * width);
    }
    for (let row = 0; row < all.length; row++) {
      const vector = states.subarray(row * width, (row + 1) * width);
      const norm = Math.sqrt(vector.reduce((total, value) => total + value * value, 0)) || 1;
      for (let i = 0; i < width; i++) vector[i]! /= norm;
    }
    return states;
  }

  /** Without the sentence ends at the beginning. */
  private tokensOf(context: Int32Array): string[] {
    const first = context.findIndex((id) => id !== END_ID);
    if (first < 0) return [];
    return Array.from(context.subarray(first), (id) => this.model.vocabulary.tokenOf(id));
  }
}

/** What the output layer multiplies: the first operand of the product that the logits come from. */
function hiddenState(logits: Node): Node {
  for (let node: Node | undefined = logits; node !== undefined; node = node.inputs[0]) {
    if (node.op.name === 'matmul') return node.inputs[0]!;
  }
  throw new ValueError('this model has no hidden vector in front of its output layer to compare');
}

/** Different ids with how often they occur, the most frequent first. */
function tally(ids: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].sort(([a, some], [b, others]) => others - some || a - b);
}
