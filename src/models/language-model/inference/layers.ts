/**
 * Everything between the first layer's sums and the logits, as kernel calls for a few rows at a time: what
 * `createBody` (blocks.ts) and the output layer (network.ts) are as a graph.
 */
import { binaryCodes, unaryCodes } from '../../../engine/kernels.js';
import type { Activation } from '../../../nn/index.js';
import { weightWidths } from '../blocks.js';
import { featureWidth } from '../context.js';
import type { LanguageModelConfig } from '../options.js';
import type { Calls } from './calls.js';
import type { Matrix } from './matrix.js';
import type { Blocks } from './memory.js';
import type { Weights } from './weights.js';

/** ε of layer normalisation, as in the graph. */
const EPSILON = 1e-5;
/** Slope of leakyRelu for negative numbers, as in the graph. */
const SLOPE = 0.01;

/** Addresses of values for some rows; h holds what the last stage gave, the others are free. */
export interface Scratch {
  h: number;
  t: number;
  u: number;
}

type Stage = (calls: Calls, scratch: Scratch, rows: number) => void;

export class LayersAbove {
  /** Numbers that each of the scratch values needs for one row. */
  readonly width: number;
  /** Those of h at the end. */
  readonly outputs: number;
  readonly output: Matrix;
  private readonly stages: Stage[] = [];
  private readonly bias: number;

  constructor(config: LanguageModelConfig, weights: Weights) {
    const { hidden, blocks, normalization, activation, tied, dimension } = config;
    const hiddenWidth = hidden.at(-1) ?? featureWidth(config);
    const after = normalization === 'after';
    hidden.forEach((units, i) => {
      const name = `hidden${i + 1}`;
      if (i > 0) this.stages.push(...affine(weights, name));
      this.stages.push(activate(activation, units));
      if (after) this.stages.push(normalize(weights, `${name}/norm`, units));
    });
    for (let i = 1; i <= blocks; i++)
      this.stages.push(residual(weights, `block${i}`, hiddenWidth, activation, normalization));
    if (normalization === 'before') this.stages.push(normalize(weights, 'final/norm', hiddenWidth));
    if (tied) this.stages.push(...affine(weights, 'projection'));
    this.outputs = tied ? dimension : hiddenWidth;
    this.width = Math.max(...weightWidths(config), this.outputs);
    this.output = weights.outputMatrix(tied ? 'embedding/table' : 'output/weight');
    this.bias = weights.address('output/bias');
  }

  /** h holds the first layer's sums; y gets the logits. Returns where h is then. */
  add(calls: Calls, scratch: Scratch, rows: number, y: number): number {
    for (const stage of this.stages) stage(calls, scratch, rows);
    this.output.multiply(calls, { y, x: scratch.h, rows, bias: this.bias });
    return scratch.h;
  }
}

/** Memory for `rows` rows. */
export function takeScratch(blocks: Blocks, width: number, rows: number): Scratch {
  return { h: blocks.take(width * rows), t: blocks.take(width * rows), u: blocks.take(width * rows) };
}

function affine(weights: Weights, name: string): Stage[] {
  const matrix = weights.matrix(`${name}/weight`);
  const bias = weights.address(`${name}/bias`);
  return [
    (calls, scratch, rows) => {
      matrix.multiply(calls, { y: scratch.t, x: scratch.h, rows, bias });
      [scratch.h, scratch.t] = [scratch.t, scratch.h];
    },
  ];
}

function activate(activation: Activation, units: number): Stage {
  return (calls, { h }, rows) => addActivation(calls, activation, h, rows * units);
}

function addActivation(calls: Calls, activation: Activation, y: number, n: number): void {
  if (activation === 'linear') return;
  calls.add('unary', { code: unaryCodes[activation], y, x: y, n, alpha: SLOPE });
}

function normalize(weights: Weights, name: string, width: number): Stage {
  const [gain, bias] = [weights.address(`${name}/gain`), weights.address(`${name}/bias`)];
  return (calls, scratch, rows) => {
    calls.add('layerNorm', {
      y: scratch.t,
      x: scratch.h,
      gain,
      bias,
      rows,
      columns: width,
      epsilon: EPSILON,
    });
    [scratch.h, scratch.t] = [scratch.t, scratch.h];
  };
}

function residual(
  weights: Weights,
  name: string,
  width: number,
  activation: Activation,
  normalization: LanguageModelConfig['normalization'],
): Stage {
  const [inner, outer] = [weights.matrix(`${name}/inner/weight`), weights.matrix(`${name}/outer/weight`)];
  const [innerBias, outerBias] = [
    weights.address(`${name}/inner/bias`),
    weights.address(`${name}/outer/bias`),
  ];
  const [gain, bias] = [weights.addressIfAny(`${name}/norm/gain`), weights.addressIfAny(`${name}/norm/bias`)];
  return (calls, scratch, rows) => {
    const { h, t, u } = scratch;
    const norm = { gain, bias, rows, columns: width, epsilon: EPSILON };
    if (normalization === 'before') calls.add('layerNorm', { y: t, x: h, ...norm });
    inner.multiply(calls, { y: u, x: normalization === 'before' ? t : h, rows, bias: innerBias });
    addActivation(calls, activation, u, rows * width);
    outer.multiply(calls, { y: t, x: u, rows, bias: outerBias });
    addSum(calls, h, h, t, rows * width);
    if (normalization !== 'after') return;
    calls.add('layerNorm', { y: t, x: h, ...norm });
    Object.assign(scratch, { h: t, t: h });
  };
}

/** y = a + b; y may be a */
function addSum(calls: Calls, y: number, a: number, b: number, n: number): void {
  calls.add('binary', {
    ...{ code: binaryCodes.add, y, a, b, d0: 1, d1: 1, d2: 1, d3: n },
    ...{ a0: 0, a1: 0, a2: 0, a3: 1, b0: 0, b1: 0, b2: 0, b3: 1 },
  });
}
