/**
 * The short way from a context to the next word's distribution. A program of the graph computes the same; this way is
 * made for one context, or a few, at a time:
 *
 *   - the first layer is additions of rows that are kept (first-layer.ts),
 *   - the output layer is read in 16 bits a weight, or all matrices in 8 (matrix.ts),
 *   - nothing is planned, fed or checked by name at a call, and nothing of the size of the vocabulary is allocated.
 *
 * In 16 bits a logit is off by about 1e-5 of the largest. So the words that have more than a hundredth of the probability
 * are settled afterwards: their logits are computed again from the model's float32 weights, and the sum of all with them.
 * What is left is far below float32's own error in a probability.
 */
import { ValueError } from '../../../base/errors.js';
import type { CodeHandle, Floats } from '../../../engine/engine.js';
import type { ParameterNode } from '../../../graph/node.js';
import type { Workspace } from '../../../program/index.js';
import { contextLength } from '../context.js';
import { writeContext } from '../corpus.js';
import type { LanguageModelConfig } from '../options.js';
import {
  contextSizes,
  type FirstLayer,
  PlainFirstLayer,
  PositionTables,
  TabledFirstLayer,
} from './first-layer.js';
import { LayersAbove, takeScratch } from './layers.js';
import { addBlockMaxima, blockCount, above as indexesAbove, leaders, updateMaximum } from './leaders.js';
import type { Matrix, Precision } from './matrix.js';
import { Blocks } from './memory.js';
import type { NextWords } from './next-words.js';
import { Weights } from './weights.js';

export interface InferenceOptions {
  /**
   * Bits of the weights that products read: `int16` for those of the output layer (default; the same distribution to
   * 1e-5), `float32` for all (no copies), or `int8` for all matrices (default for models that were saved so).
   */
  readonly precision?: Precision;
  /** The most bytes that tables of the first layer may take; larger ones are not made (default 64 MiB; 0: none). */
  readonly tableBytes?: number;
}

export const DEFAULT_TABLE_BYTES = 64 * 2 ** 20;

/** What is asked of a language model. */
export interface InferenceModel {
  readonly config: LanguageModelConfig;
  readonly network: { readonly parameters: readonly ParameterNode[] };
  readonly workspace: Workspace;
}

/** Share of the probability from which a word's logit is settled. */
const SETTLED_SHARE = 0.01;
/** Plans for so many numbers of rows are kept. */
const KEPT_PLANS = 4;

/** The calls for a number of contexts, and where their results are. */
interface Plan {
  readonly rows: number;
  readonly blocks: Blocks;
  readonly near: number;
  readonly far: number;
  readonly features: number | undefined;
  readonly h: number;
  readonly logits: number;
  readonly maxima: number;
  readonly logSumExp: number;
  readonly code: CodeHandle;
}

export class Inference implements NextWords {
  readonly precision: Precision;
  private readonly config: LanguageModelConfig;
  private readonly vocabulary: number;
  private readonly weights: Weights;
  private readonly first: FirstLayer;
  private readonly above: LayersAbove;
  private readonly direct: Matrix | undefined;
  private readonly isRounded: boolean;
  private readonly plans = new Map<number, Plan>();
  private readonly context: Int32Array;
  private plan!: Plan;
  private logSums = new Float64Array(1);

  /** Copies what it needs of the weights: make another when they change. */
  constructor({ config, network, workspace }: InferenceModel, options: InferenceOptions = {}) {
    const { precision = 'int16', tableBytes = DEFAULT_TABLE_BYTES } = options;
    this.config = config;
    this.precision = precision;
    this.weights = new Weights(workspace, network.parameters, precision);
    this.vocabulary = this.weights.values('output/bias').length;
    this.first = hasTables(config, this.vocabulary, tableBytes)
      ? new TabledFirstLayer(config, this.weights, this.vocabulary)
      : new PlainFirstLayer(config, this.weights, this.vocabulary);
    this.above = new LayersAbove(config, this.weights);
    this.direct = config.directConnections ? this.weights.outputMatrix('direct/weight') : undefined;
    this.isRounded = [this.above.output, this.direct].some((matrix) => matrix?.precision === 'int16');
    this.context = new Int32Array(contextLength(config));
  }

  /** Bytes of tables and copies of weights. A table's pages are the host's until its rows are made. */
  get bytes(): number {
    return this.weights.blocks.bytes;
  }

  /** How many rows of the first layer's tables were made; undefined where there are no tables. */
  get tableRows(): { readonly filled: number; readonly total: number } | undefined {
    return this.first.tables?.rows;
  }

  /**
   * Computes what comes after each of some texts of ids; read it with `logits` and `logSumExp`.
   * @throws ValueError when there is none, or an id is not of the vocabulary
   */
  run(texts: readonly ArrayLike<number>[]): void {
    if (texts.length === 0) throw new ValueError('there is no text to predict the next word of');
    const plan = this.planFor(texts.length);
    texts.forEach((ids, row) => {
      this.placeContext(plan, ids, row);
    });
    this.weights.workspace.machine.run(plan.code);
    this.plan = plan;
    if (this.logSums.length < plan.rows) this.logSums = new Float64Array(plan.rows);
    for (let row = 0; row < plan.rows; row++) this.settle(row);
  }

  /** ln p(w | text `row`) + `logSumExp(row)`, by w. Valid until anything runs or is allocated on the machine. */
  logits(row = 0): Floats {
    return this.floats(this.plan.logits + 4 * row * this.vocabulary, this.vocabulary);
  }

  /** ln Σ e^logit of the text `row`, over the whole vocabulary. */
  logSumExp(row = 0): number {
    return this.logSums[row]!;
  }

  /** Ids of the k likeliest words after text `row`, the likeliest first; ties by id. */
  top(k: number, row = 0): number[] {
    return leaders(this.logits(row), this.maxima(row), k);
  }

  /** Gives the memory back. */
  release(): void {
    this.first.tables?.release();
    for (const plan of this.plans.values()) this.drop(plan);
    this.weights.blocks.release();
  }

  private placeContext(plan: Plan, ids: ArrayLike<number>, row: number): void {
    const { context, config, vocabulary } = this;
    const { machine } = this.weights.workspace;
    const { tables } = this.first;
    const { near, far } = contextSizes(config);
    writeContext(context, 0, ids, ids.length, context.length, config.context);
    for (const id of context)
      if (!(id >= 0 && id < vocabulary))
        throw new ValueError(`the id ${id} is not of the vocabulary, whose ids are 0 … ${vocabulary - 1}`);
    if (far > 0) machine.writeInts(plan.far + 4 * row * far, context.subarray(0, far));
    const nearIds = context.subarray(far);
    if (tables !== undefined)
      for (let position = 0; position < near; position++)
        nearIds[position] = tables.rowOf(position, nearIds[position]!);
    machine.writeInts(plan.near + 4 * row * near, nearIds);
  }

  private planFor(rows: number): Plan {
    const known = this.plans.get(rows);
    if (known !== undefined) return known;
    if (this.plans.size >= KEPT_PLANS) {
      const [oldest] = this.plans.values();
      this.drop(oldest!);
    }
    const plan = this.makePlan(rows);
    this.plans.set(rows, plan);
    return plan;
  }

  private makePlan(rows: number): Plan {
    const { weights, above, first, direct, vocabulary } = this;
    const { machine } = weights.workspace;
    const { near, far } = contextSizes(this.config);
    const blocks = new Blocks(machine);
    const ids = { near: blocks.take(rows * near), far: far > 0 ? blocks.take(rows * far) : 0 };
    const scratch = takeScratch(blocks, above.width, rows);
    const logits = blocks.take(rows * vocabulary);
    const logSumExp = blocks.take(rows);
    const maxima = blocks.take(rows * blockCount(vocabulary));
    const calls = weights.calls(rows, blocks);
    const features = first.add(calls, blocks, ids, rows, scratch.h);
    const h = above.add(calls, scratch, rows, logits);
    if (features !== undefined) direct?.multiply(calls, { y: logits, x: features, rows, accumulate: true });
    for (let row = 0; row < rows; row++)
      addBlockMaxima(
        calls,
        maxima + 4 * row * blockCount(vocabulary),
        logits + 4 * row * vocabulary,
        vocabulary,
      );
    calls.add('logSumExp', { y: logSumExp, x: logits, rows, columns: vocabulary });
    return { rows, blocks, ...ids, features, h, logits, maxima, logSumExp, code: machine.load(calls.code) };
  }

  private drop(plan: Plan): void {
    this.weights.workspace.machine.unload(plan.code);
    plan.blocks.release();
    this.plans.delete(plan.rows);
  }

  /** Replaces the logits of likely words by those of the float weights, and corrects the sum. */
  private settle(row: number): void {
    const sum = this.floats(this.plan.logSumExp, this.plan.rows)[row]!;
    this.logSums[row] = sum;
    if (!this.isRounded) return;
    const logits = this.logits(row);
    const maxima = this.maxima(row);
    let change = 0;
    for (const id of indexesAbove(logits, maxima, sum + Math.log(SETTLED_SHARE))) {
      const rough = logits[id]!;
      const exact = this.logitOf(id, row);
      logits[id] = exact;
      updateMaximum(logits, maxima, id);
      change += Math.exp(exact - sum) - Math.exp(rough - sum);
    }
    this.logSums[row] = sum + Math.log1p(change);
  }

  /** A word's logit from the weights as they are. */
  private logitOf(id: number, row: number): number {
    const { weights, above, plan, config } = this;
    const h = this.floats(plan.h + 4 * row * above.outputs, above.outputs);
    const output = weights.values(config.tied ? 'embedding/table' : 'output/weight');
    const logit = weights.values('output/bias')[id]! + dot(output, id * h.length, h);
    if (this.direct === undefined) return logit;
    const width = this.direct.inputs;
    const x = this.floats(plan.features! + 4 * row * width, width);
    return logit + dot(weights.values('direct/weight'), id * width, x);
  }

  private maxima(row: number): Floats {
    const count = blockCount(this.vocabulary);
    return this.floats(this.plan.maxima + 4 * row * count, count);
  }

  private floats(address: number, length: number): Floats {
    return this.weights.workspace.machine.floats(address, length);
  }
}

/** Direct connections need the features themselves, and then tables would save little. */
export function hasTables(config: LanguageModelConfig, vocabulary: number, tableBytes: number): boolean {
  const [units] = config.hidden;
  if (units === undefined || config.directConnections) return false;
  return PositionTables.bytesFor(contextSizes(config), vocabulary, units) <= tableBytes;
}

function dot(weights: Floats, from: number, x: Floats): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += weights[from + i]! * x[i]!;
  return sum;
}
