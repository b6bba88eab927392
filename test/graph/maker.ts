/** Makes the inputs of a test case: random shapes and values, with the feeds that go with them. */
import { Random } from '../../src/base/random.js';
import { type AxisSizes, elementCount, type Shape } from '../../src/base/shape.js';
import { type InputNode, input } from '../../src/graph/index.js';

const GOLDEN_RATIO = 0.6180339887498949;

/**
 * Every float that it makes has another magnitude, from 0.2 to 1.5, and is exact in 32 bits: nothing is near the kink
 * of an activation at 0, and no two elements tie in a maximum.
 */
export class Maker {
  /** The float inputs made so far, whose gradients can be checked. */
  readonly wrt: InputNode[] = [];
  readonly feeds: Record<string, number[]> = {};
  /** Sizes of the symbolic axes `batch` and `items`. */
  readonly sizes: AxisSizes;
  private readonly bagLengths: readonly number[];
  private readonly random: Random;
  private readonly largest: number;
  private floatsMade: number;
  private inputsMade = 0;

  /** @param largest size of an axis */
  constructor(seed: number, largest = 3) {
    this.random = new Random(seed, 'test case');
    this.largest = largest;
    this.floatsMade = this.random.below(1000);
    const batch = this.size();
    // About a quarter of the bags is empty.
    this.bagLengths = Array.from({ length: batch }, () => Math.max(0, this.random.below(largest + 2) - 1));
    this.sizes = { batch, items: this.bagLengths.reduce((sum, length) => sum + length, 0) };
  }

  /** The size of an axis. */
  size(least = 1): number {
    return least + this.random.below(Math.max(1, this.largest - least + 1));
  }

  shape(rank = this.random.below(4)): number[] {
    return Array.from({ length: rank }, () => this.size());
  }

  /** A float input whose gradient is checked. */
  floats(shape: Shape, sign: 'any' | 'positive' = 'any'): InputNode {
    const values = Array.from({ length: elementCount(shape, this.sizes) }, () => {
      const magnitude = 0.2 + 1.3 * ((this.floatsMade++ * GOLDEN_RATIO) % 1);
      return Math.fround(sign === 'any' && this.random.below(2) === 0 ? -magnitude : magnitude);
    });
    const node = this.fed(shape, this.random.shuffle(values), 'f32');
    this.wrt.push(node);
    return node;
  }

  /** A float input of some of these values, whose gradient is not checked. */
  choices(shape: Shape, values: readonly number[]): InputNode {
    const chosen = () => values[this.random.below(values.length)]!;
    return this.fed(shape, Array.from({ length: elementCount(shape, this.sizes) }, chosen), 'f32');
  }

  /** Ids from 0 to limit − 1; with few of them, many are repeated. */
  ids(shape: Shape, limit: number): InputNode {
    const id = () => this.random.below(limit);
    return this.fed(shape, Array.from({ length: elementCount(shape, this.sizes) }, id), 'i32');
  }

  /** Where the bags of a batch end in the items. */
  ends(): InputNode {
    let end = 0;
    const ends = this.bagLengths.map((length) => {
      end += length;
      return end;
    });
    return this.fed(['batch'], ends, 'i32');
  }

  private fed(shape: Shape, values: number[], dtype: 'f32' | 'i32'): InputNode {
    const node = input(`input${this.inputsMade++}`, shape, dtype);
    this.feeds[node.name] = values;
    return node;
  }
}
