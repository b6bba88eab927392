/**
 * The continuous cache (Grave, Joulin & Usunier 2017, "Improving neural language models with a continuous cache"): a
 * word is likely to be used again where the text is like the place where it was used.
 *
 *   p(w) ∝ Σ_i [w_i = w] · exp(θ h_t · h_i)      over the last L words
 *
 * h_i is the state of the network before word i: what its output layer multiplies. θ says how much likeness matters;
 * at 0 this is the unigram cache.
 */
import { ValueError } from '../../base/errors.js';
import { input, type Node } from '../../graph/node.js';
import { matmul } from '../../graph/ops/matrix.js';
import { type Program, Workspace } from '../../program/index.js';
import type { LanguageModel } from '../language-model/language-model.js';
import { outputReader, slices } from '../language-model/predictor.js';
import type { MixtureComponent } from './component.js';
import { checkCacheLength } from './unigram-cache.js';

/** θ is tried as these multiples of 1 / mean |h|², so that they mean the same for networks of any scale. */
const FLATNESS_STEPS = [1, 2, 4, 8, 16, 32];

export class NeuralCache implements MixtureComponent {
  readonly model: LanguageModel;
  /** L: how many words are remembered. */
  readonly length: number;
  /** θ */
  readonly flatness: number;
  private readonly width: number;
  private readonly states: (ids: Int32Array, begin: number, end: number) => ArrayLike<number>;
  private products: Program | undefined;

  /** @throws ValueError when `length` is not a whole number from 1, or `flatness` is below 0 */
  constructor(model: LanguageModel, length: number, flatness: number) {
    checkCacheLength(length);
    if (!(flatness >= 0 && Number.isFinite(flatness)))
      throw new ValueError(`the flatness of a cache must be a number from 0, not ${flatness}`);
    const node = stateOf(model.network.logits);
    this.model = model;
    this.length = length;
    this.flatness = flatness;
    this.width = node.shape[1] as number;
    this.states = outputReader(model, () => node);
  }

  get name(): string {
    return `neural cache of ${this.length} words`;
  }

  targetProbabilities(ids: Int32Array): Float64Array {
    return this.targetProbabilitiesFor(ids, [this.flatness])[0]!;
  }

  /** The same for several θ; the products, which cost most, are computed once. */
  targetProbabilitiesFor(ids: Int32Array, flatnesses: readonly number[]): Float64Array[] {
    const results = flatnesses.map(() => new Float64Array(ids.length));
    for (const { position, first, likeness } of this.compare(ids, 0)) {
      if (position === ids.length) break;
      for (const [i, flatness] of flatnesses.entries()) {
        const largest = flatness * maximum(likeness);
        let all = 0;
        let same = 0;
        for (let back = 0; back < likeness.length; back++) {
          const weight = Math.exp(flatness * likeness[back]! - largest);
          all += weight;
          if (ids[first + back] === ids[position]) same += weight;
        }
        results[i]![position] = same / all;
      }
    }
    return results;
  }

  *distributions(ids: Int32Array, from = 0): Generator<Float64Array | undefined> {
    const distribution = new Float64Array(this.model.vocabulary.size);
    for (const { first, likeness } of this.compare(ids, from)) {
      if (likeness.length === 0) {
        yield undefined;
        continue;
      }
      const largest = this.flatness * maximum(likeness);
      const weights = Float64Array.from(likeness, (value) => Math.exp(this.flatness * value - largest));
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      distribution.fill(0);
      for (let back = 0; back < weights.length; back++) {
        distribution[ids[first + back]!]! += weights[back]! / all;
      }
      yield distribution;
    }
  }

  /** θ worth trying on a text: multiples of 1 / mean |h|². */
  flatnessesFor(ids: Int32Array): number[] {
    const { begin, end } = { begin: 0, end: Math.min(ids.length, 128) };
    const sample = this.states(ids, begin, end);
    let squares = 0;
    for (let i = 0; i < sample.length; i++) squares += sample[i]! ** 2;
    return FLATNESS_STEPS.map((step) => step / Math.max(squares / (end - begin), Number.MIN_VALUE));
  }

  /** By position: h_t · h_i for the words remembered, of which `first` is the oldest. */
  private *compare(
    ids: Int32Array,
    from: number,
  ): Generator<{ readonly position: number; readonly first: number; readonly likeness: Float32Array }> {
    const { width, length } = this;
    const oldest = Math.max(0, from - length);
    const states = new Float32Array((ids.length + 1 - oldest) * width);
    for (const { begin, end } of slices(oldest, ids.length + 1)) {
      states.set(Float32Array.from(this.states(ids, begin, end)), (begin - oldest) * width);
    }
    const rowsOf = (begin: number, end: number) =>
      states.subarray((begin - oldest) * width, (end - oldest) * width);
    for (const { begin, end } of slices(from, ids.length + 1)) {
      const first = Math.max(oldest, begin - length);
      const columns = end - first;
      const products = Float32Array.from(this.multiply(rowsOf(begin, end), rowsOf(first, end)));
      for (let position = begin; position < end; position++) {
        const start = Math.max(first, position - length);
        const row = (position - begin) * columns - first;
        yield { position, first: start, likeness: products.subarray(row + start, row + position) };
      }
    }
  }

  /** a bᵀ of rows of states. Computed on a machine of its own, so that nothing of the model's is moved. */
  private multiply(a: Float32Array, b: Float32Array): ArrayLike<number> {
    if (this.products === undefined) {
      const rows = input('rows', ['batch', this.width]);
      const columns = input('columns', ['items', this.width]);
      const workspace = new Workspace(this.model.workspace.engine);
      this.products = workspace.compile({
        outputs: { products: matmul(rows, columns, { transposeB: true }) },
      });
    }
    this.products.run({ rows: a, columns: b });
    return this.products.view('products');
  }
}

/** What the output layer multiplies: the first operand of the product that the logits come from. */
function stateOf(logits: Node): Node {
  for (let node: Node | undefined = logits; node !== undefined; node = node.inputs[0]) {
    if (node.op.name === 'matmul') return node.inputs[0]!;
  }
  throw new ValueError('this model has no state in front of its output layer that a cache could compare');
}

function maximum(values: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
