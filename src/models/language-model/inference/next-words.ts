/** What comes after some texts, by the shortest way there is for a network. */
import type { Floats } from '../../../engine/engine.js';
import { logSumExp } from '../../../graph/ops/reductions.js';
import type { Program } from '../../../program/index.js';
import { contextLength } from '../context.js';
import { writeContext } from '../corpus.js';
import type { LanguageModelNetwork } from '../network.js';
import { isClustered } from '../options.js';
import { topIndexes } from '../sampling.js';
import { Inference, type InferenceModel, type InferenceOptions } from './inference.js';

export interface NextWords {
  /** Computes what comes after each of some texts of ids; the rest tells of it until the next call. */
  run(texts: readonly ArrayLike<number>[]): void;
  /** Logits of the words after text `row` (default 0), by id. Valid until anything runs on the machine. */
  logits(row?: number): ArrayLike<number>;
  /** ln Σ e^logit over the whole vocabulary: ln p(w) = logit(w) − logSumExp. */
  logSumExp(row?: number): number;
  /** Ids of the k likeliest words, the likeliest first; ties by id. */
  top(k: number, row?: number): number[];
  /** Memory beside the weights themselves. */
  readonly bytes: number;
  release(): void;
}

/** Outputs of clusters have no table of logits to read row by row: for them the program is the way. */
export function nextWordsOf(
  model: InferenceModel & { readonly network: LanguageModelNetwork },
  options: InferenceOptions,
): NextWords {
  return isClustered(model.config.output) ? new ProgramWords(model) : new Inference(model, options);
}

class ProgramWords implements NextWords {
  readonly bytes = 0;
  private readonly program: Program;
  private readonly model: InferenceModel;
  private readonly vocabulary: number;

  constructor(model: InferenceModel & { readonly network: LanguageModelNetwork }) {
    const { logits, table } = model.network;
    this.model = model;
    this.vocabulary = table.shape[0] as number;
    this.program = model.workspace.compile({ outputs: { logits, sum: logSumExp(logits) } });
  }

  run(texts: readonly ArrayLike<number>[]): void {
    const { config } = this.model;
    const length = contextLength(config);
    const context = new Int32Array(texts.length * length);
    texts.forEach((ids, row) => {
      writeContext(context, row * length, ids, ids.length, length, config.context);
    });
    this.program.run({ context });
  }

  logits(row = 0): Floats {
    return this.program.view('logits').subarray(row * this.vocabulary, (row + 1) * this.vocabulary);
  }

  logSumExp(row = 0): number {
    return this.program.view('sum')[row]!;
  }

  top(k: number, row = 0): number[] {
    return topIndexes(this.logits(row), k);
  }

  release(): void {}
}

/** Writes p(· | text `row`) into `target` [V]; it sums to 1. */
export function writeProbabilities(words: NextWords, target: Float64Array, row = 0): void {
  const logits = words.logits(row);
  const sum = words.logSumExp(row);
  let total = 0;
  for (let id = 0; id < target.length; id++) {
    target[id] = Math.exp(logits[id]! - sum);
    total += target[id]!;
  }
  // The sum was rounded to float32.
  for (let id = 0; id < target.length; id++) target[id]! /= total;
}
