/** The numbers of this room, all of them by the library's float64 engine. */
import { computed } from '@preact/signals';
import { referenceEngine } from 'lexigrad/engine';
import { add, backward, input, multiply, type Node, parameter, sum } from 'lexigrad/graph';
import { type Activation, activate, saturation, unit } from 'lexigrad/nn';
import { evaluate, type Program, trace, Workspace } from 'lexigrad/program';
import { REACH, state, Z_REACH } from './state.js';

const x = input('x', [2]);
const w = input('w', [2]);
const b = input('b', []);

export interface UnitValues {
  readonly z: number;
  readonly a: number;
  /** f′(z) = ∂a/∂z, and the gradients that follow from it. */
  readonly slope: number;
  readonly weightGradient: readonly number[];
  readonly biasGradient: number;
  readonly inputGradient: readonly number[];
  /** Whether |f′(z)| is below a twentieth of the steepest slope. */
  readonly saturated: boolean;
}

/** The unit at its present weights: forward and backward. */
export const values = computed<UnitValues>(() => {
  const f = state.f.value;
  const { z, a } = unit(x, w, b, f);
  const feeds = {
    x: [state.x1.value, state.x2.value],
    w: [state.w1.value, state.w2.value],
    b: [state.b.value],
  };
  const [dz, dw, db, dx] = backward(a, [z, w, b, x]);
  const found = evaluate({ z, a, dz, dw, db, dx }, feeds);
  return {
    z: found.z[0]!,
    a: found.a[0]!,
    slope: found.dz[0]!,
    weightGradient: [...found.dw],
    biasGradient: found.db[0]!,
    inputGradient: [...found.dx],
    saturated: saturation(z, f, feeds).share === 1,
  };
});

export interface Curve {
  readonly z: readonly number[];
  readonly a: readonly number[];
  readonly slope: readonly number[];
  readonly saturated: readonly boolean[];
}

const CURVE_POINTS = 321;
const curves = new Map<Activation, Curve>();

/** f and f′ over the z that are drawn, and where f is saturated. */
export function curve(f: Activation): Curve {
  const known = curves.get(f);
  if (known !== undefined) return known;
  const z = input('z', [CURVE_POINTS]);
  const a = activate(z, f);
  const feeds = {
    z: Array.from({ length: CURVE_POINTS }, (_, i) => (2 * Z_REACH * i) / (CURVE_POINTS - 1) - Z_REACH),
  };
  // The sum hands 1 down to each point, so the gradient is f′ itself.
  const [slope] = backward(sum(a), [z]);
  const found = evaluate({ a, slope }, feeds);
  const made = {
    z: feeds.z,
    a: [...found.a],
    slope: [...found.slope],
    saturated: saturation(z, f, feeds).units.map((share) => share === 1),
  };
  curves.set(f, made);
  return made;
}

/** Points on each side of the heat map. */
export const SIDE = 81;
const grid = Array.from({ length: SIDE * SIDE }, (_, i) => [
  (2 * REACH * (i % SIDE)) / (SIDE - 1) - REACH,
  REACH - (2 * REACH * Math.floor(i / SIDE)) / (SIDE - 1),
]).flat();

const planes = new Map<Activation, Program>();

/** What the unit gives everywhere in the plane of its inputs, row by row from the top. */
export const surface = computed(() => {
  const f = state.f.value;
  let program = planes.get(f);
  if (program === undefined) {
    const { a } = unit(input('points', ['point', 2]), w, b, f);
    program = new Workspace(referenceEngine).compile({ outputs: { a } });
    planes.set(f, program);
  }
  program.run({ points: grid, w: [state.w1.value, state.w2.value], b: [state.b.value] });
  return program.read('a');
});

export interface ChainLink {
  /** From 1 */
  readonly unit: number;
  readonly z: number;
  readonly a: number;
  /** f′(z) */
  readonly slope: number;
  /** ∂a[n]/∂a[i]: what arrives here of a gradient of 1 at the end. */
  readonly gradient: number;
}

/** A chain of equal units, a[i] = f(w a[i−1] + b), with the gradient that comes back through it. */
export const chain = computed<readonly ChainLink[]>(() => {
  const f = state.f.value;
  const weight = parameter('w', [], state.cw.value);
  const bias = parameter('b', [], state.cb.value);
  const sums: Node[] = [];
  const outputs: Node[] = [];
  let value: Node = input('x', []);
  for (let i = 0; i < state.n.value; i++) {
    sums.push(add(multiply(weight, value), bias));
    value = activate(sums[i]!, f);
    outputs.push(value);
  }
  // Values and gradients of every node on the way, in one run forward and backward.
  const end = outputs.at(-1)!;
  const traced = trace([...sums, ...outputs], { x: [state.cx.value] }, { gradientsOf: end });
  const nodes = traced.outputs.map((id) => traced.nodes[id]!);
  const z = sums.map((_, i) => nodes[i]!.value.values[0]!);
  const slopes = slopesAt(f, z);
  return outputs.map((_, i) => {
    const { value: output, gradient } = nodes[sums.length + i]!;
    return {
      unit: i + 1,
      z: z[i]!,
      a: output.values[0]!,
      slope: slopes[i]!,
      gradient: gradient?.values[0] ?? 0,
    };
  });
});

/** f′ at each z. */
function slopesAt(f: Activation, at: readonly number[]): readonly number[] {
  const z = input('z', [at.length]);
  const [slope] = backward(sum(activate(z, f)), [z]);
  return [...evaluate({ slope }, { z: at }).slope];
}
