/** Tensors in a few numbers, and how far two of them lie apart. */
import type { Tensor } from 'lexigrad/files';
import type { Statistics, TensorComparison } from './tasks.js';

const MOST_BINS = 60;

export function statisticsOf({ data }: Tensor): Statistics {
  let [minimum, maximum, sum, squares, zeros, finite] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (!Number.isFinite(value)) continue;
    finite++;
    if (value === 0) zeros++;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    sum += value;
    squares += value * value;
  }
  const mean = finite === 0 ? 0 : sum / finite;
  return {
    minimum: finite === 0 ? Number.NaN : minimum,
    maximum: finite === 0 ? Number.NaN : maximum,
    mean,
    deviation: deviationOf(data, mean, finite),
    norm: Math.sqrt(squares),
    zeros: data.length === 0 ? 0 : zeros / data.length,
    notFinite: data.length - finite,
    histogram: finite === 0 ? [] : histogramOf(data, minimum, maximum),
  };
}

/** In a second pass: Σx² − n·mean² would lose its digits where the mean is large. */
function deviationOf(data: Tensor['data'], mean: number, finite: number): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const distance = Number(data[i]) - mean;
    if (Number.isFinite(distance)) sum += distance * distance;
  }
  return finite === 0 ? 0 : Math.sqrt(sum / finite);
}

function histogramOf(data: Tensor['data'], minimum: number, maximum: number): number[] {
  // The rule of Rice: twice the cube root of the number of values.
  const count = minimum === maximum ? 1 : Math.min(MOST_BINS, Math.ceil(2 * Math.cbrt(data.length)));
  const bins = new Array<number>(count).fill(0);
  const scale = minimum === maximum ? 0 : count / (maximum - minimum);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (Number.isFinite(value)) bins[Math.min(count - 1, Math.floor((value - minimum) * scale))]!++;
  }
  return bins;
}

/** Tensor by tensor, in the order of the first model, then what only the second has. */
export function compareTensors(
  a: ReadonlyMap<string, Tensor>,
  b: ReadonlyMap<string, Tensor>,
): TensorComparison[] {
  return [...new Set([...a.keys(), ...b.keys()])].map((name) => compareOne(name, a.get(name), b.get(name)));
}

function compareOne(name: string, a: Tensor | undefined, b: Tensor | undefined): TensorComparison {
  const shapes = { name, shapeA: a?.shape, shapeB: b?.shape };
  if (a === undefined || b === undefined || a.shape.join() !== b.shape.join()) {
    return { ...shapes, relative: undefined, largest: undefined, cosine: undefined, same: false };
  }
  let [difference, ofA, ofB, product, largest] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [Number(a.data[i]), Number(b.data[i])];
    difference += (y - x) ** 2;
    ofA += x * x;
    ofB += y * y;
    product += x * y;
    largest = Math.max(largest, Math.abs(y - x));
  }
  return {
    ...shapes,
    relative: difference === 0 ? 0 : Math.sqrt(difference / ofA),
    largest,
    cosine: ofA === 0 || ofB === 0 ? undefined : product / Math.sqrt(ofA * ofB),
    same: difference === 0,
  };
}
