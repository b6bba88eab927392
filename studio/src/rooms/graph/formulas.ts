/**
 * The operations in TeX: what a node computes, and what it hands back to each input. Names of the field: x̄ is ∂L/∂x, and
 * “upstream” is that of the node itself.
 */
import type { Node, OpName } from 'lexigrad/graph';

interface Rule {
  /** y from the TeX of the inputs. */
  readonly value: (x: readonly string[], node: Node) => string;
  /** ∂y/∂xᵢ of numbers, from the TeX of the inputs and of y; undefined: no gradient goes there. */
  readonly local?: (x: readonly string[], y: string, node: Node) => readonly (string | undefined)[];
  /** Where it is more than a product: what xᵢ gets, from the upstream gradient g. */
  readonly handed?: (
    x: readonly string[],
    y: string,
    g: string,
    node: Node,
  ) => readonly (string | undefined)[];
}

const NONE = () => [];
const call = (name: string) => (x: readonly string[]) => `\\operatorname{${name}}(${x.join(', ')})`;
const alike =
  (tex: (g: string) => string): Rule['handed'] =>
  (_x, _y, g) => [tex(g)];
const compared = (sign: string): Rule => ({ value: ([a, b]) => `[${a} ${sign} ${b}]`, local: NONE });

const T = '^{\\mathsf T}';
const attribute = (node: Node, name: string) => node.attributes[name];
const turned = (tex: string) => (tex.includes('frac') ? `\\left(${tex}\\right)${T}` : `${tex}${T}`);
const flipped = (tex: string, wanted: unknown) => (wanted ? turned(tex) : tex);

export const rules: Readonly<Record<OpName, Rule>> = {
  add: { value: ([a, b]) => `${a} + ${b}`, local: () => ['1', '1'] },
  subtract: { value: ([a, b]) => `${a} - ${b}`, local: () => ['1', '-1'] },
  multiply: { value: ([a, b]) => `${a} \\cdot ${b}`, local: ([a, b]) => [b, a] },
  divide: {
    value: ([a, b]) => `\\frac{${a}}{${b}}`,
    local: ([, b], y) => [`\\frac{1}{${b}}`, `-\\frac{${y}}{${b}}`],
  },
  negate: { value: ([x]) => `-${x}`, local: () => ['-1'] },
  square: { value: ([x]) => `${x}^2`, local: ([x]) => [`2 ${x}`] },
  power: {
    value: ([x], node) => `${x}^{${attribute(node, 'exponent')}}`,
    local: ([x], _y, node) => {
      const exponent = Number(attribute(node, 'exponent'));
      return [`${exponent}\\, ${x}^{${exponent - 1}}`];
    },
  },
  exp: { value: ([x]) => `e^{${x}}`, local: (_x, y) => [y] },
  log: { value: ([x]) => `\\ln ${x}`, local: ([x]) => [`\\frac{1}{${x}}`] },
  sqrt: { value: ([x]) => `\\sqrt{${x}}`, local: (_x, y) => [`\\frac{1}{2 ${y}}`] },
  absolute: { value: ([x]) => `|${x}|`, local: ([x]) => [`\\operatorname{sign} ${x}`] },
  sign: { value: call('sign'), local: NONE },
  step: { value: ([x]) => `[${x} > 0]`, local: NONE },
  maximum: { value: call('max'), local: ([a, b]) => [`[${a} \\ge ${b}]`, `[${a} < ${b}]`] },
  minimum: { value: call('min'), local: ([a, b]) => [`[${a} \\le ${b}]`, `[${a} > ${b}]`] },
  greater: compared('>'),
  greaterEqual: compared('\\ge'),
  equal: compared('='),
  sigmoid: { value: ([x]) => `\\sigma(${x})`, local: (_x, y) => [`${y}\\,(1 - ${y})`] },
  tanh: { value: ([x]) => `\\tanh ${x}`, local: (_x, y) => [`1 - ${y}^2`] },
  relu: { value: ([x]) => `\\max(${x}, 0)`, local: ([x]) => [`[${x} > 0]`] },
  leakyRelu: {
    value: call('leakyReLU'),
    local: ([x], _y, node) => [`[${x} > 0] + ${attribute(node, 'slope')}\\,[${x} \\le 0]`],
  },
  gelu: { value: call('GELU'), local: ([x]) => [`\\operatorname{GELU}'(${x})`] },
  silu: {
    value: ([x]) => `${x}\\,\\sigma(${x})`,
    local: ([x], y) => [`\\sigma(${x}) + ${y}\\,(1 - \\sigma(${x}))`],
  },
  softplus: { value: ([x]) => `\\ln(1 + e^{${x}})`, local: ([x]) => [`\\sigma(${x})`] },
  select: {
    value: ([condition, a, b]) =>
      `\\begin{cases} ${a} & ${condition} \\ne 0 \\\\ ${b} & \\text{else} \\end{cases}`,
    local: ([condition]) => [undefined, `[${condition} \\ne 0]`, `[${condition} = 0]`],
  },
  dimension: { value: (_x, node) => `\\#\\text{${attribute(node, 'axis')}}`, local: NONE },

  matmul: {
    value: ([a, b], node) => {
      const { transposeA, transposeB } = node.attributes;
      return `${flipped(a!, transposeA)}\\, ${flipped(b!, transposeB)}`;
    },
    handed: ([a, b], _y, g, node) => {
      const { transposeA, transposeB } = node.attributes;
      const toA = `${g}\\, ${flipped(b!, !transposeB)}`;
      const toB = `${flipped(a!, !transposeA)}\\, ${g}`;
      return [
        transposeA ? `${flipped(b!, transposeB)}\\, ${turned(g)}` : toA,
        transposeB ? `${turned(g)}\\, ${flipped(a!, transposeA)}` : toB,
      ];
    },
  },
  sum: { value: ([x]) => `\\textstyle\\sum ${x}`, handed: alike((g) => `${g}\\ \\text{repeated}`) },
  max: { value: call('max'), handed: ([x], y, g) => [`${g}\\ \\text{where}\\ ${x} = ${y}`] },
  logSumExp: {
    value: ([x]) => `\\ln \\textstyle\\sum e^{${x}}`,
    handed: ([x], y, g) => [`${g}\\, e^{${x} - ${y}}`],
  },
  softmax: {
    value: ([x]) => `\\operatorname{softmax} ${x}`,
    handed: (_x, y, g) => [`${y}\\,(${g} - \\textstyle\\sum ${g}\\,${y})`],
  },
  logSoftmax: {
    value: ([x]) => `${x} - \\ln \\textstyle\\sum e^{${x}}`,
    handed: (_x, y, g) => [`${g} - e^{${y}} \\textstyle\\sum ${g}`],
  },
  crossEntropy: {
    value: ([z, label]) => `-\\ln \\operatorname{softmax}(${z})_{${label}}`,
    handed: ([z, label], _y, g) => [
      `(\\operatorname{softmax} ${z} - \\operatorname{onehot} ${label})\\, ${g}`,
      undefined,
    ],
  },
  crossEntropyGradient: {
    value: ([z, , label, g]) => `(\\operatorname{softmax} ${z} - \\operatorname{onehot} ${label})\\, ${g}`,
  },
  binaryCrossEntropy: {
    value: ([z, y]) => `-${y} \\ln \\sigma(${z}) - (1 - ${y}) \\ln(1 - \\sigma(${z}))`,
    local: ([z, y]) => [`\\sigma(${z}) - ${y}`, `-${z}`],
  },

  reshape: {
    value: ([x]) => `${x}\\ \\text{reshaped}`,
    handed: alike((g) => `${g}\\ \\text{reshaped back}`),
  },
  transpose: { value: ([x]) => `${x}${T}`, handed: alike(turned) },
  broadcastTo: {
    value: ([x]) => `${x}\\ \\text{repeated}`,
    handed: alike((g) => `\\textstyle\\sum ${g}`),
  },
  slice: {
    value: ([x], node) => `${x}[${attribute(node, 'begin')} : ${attribute(node, 'end')}]`,
    handed: alike((g) => `${g}\\ \\text{in its place, else}\\ 0`),
  },
  pad: { value: ([x]) => `${x}\\ \\text{with zeros around}`, handed: alike((g) => `\\text{part of}\\ ${g}`) },
  concat: {
    value: (x) => `[${x.join(';\\ ')}]`,
    handed: (x, _y, g) => x.map(() => `\\text{part of}\\ ${g}`),
  },
  gather: {
    value: ([table, ids]) => `${table}[${ids}]`,
    handed: ([, ids], _y, g) => [`\\text{rows of}\\ ${g}\\ \\text{added at}\\ ${ids}`, undefined],
  },
  scatterRows: {
    value: ([rows, ids]) => `\\text{rows of}\\ ${rows}\\ \\text{added at}\\ ${ids}`,
    handed: ([, ids], _y, g) => [`${g}[${ids}]`, undefined],
  },
  segmentPool: { value: call('pool') },
  segmentRepeat: { value: call('repeat') },
  segmentArgmax: { value: call('argmax') },
  segmentLength: { value: call('length') },
  oneHot: { value: ([x]) => `\\operatorname{onehot} ${x}` },
  pick: {
    value: ([x, ids]) => `${x}_{${ids}}`,
    handed: (_x, _y, g) => [`${g}\\ \\text{in its place, else}\\ 0`, undefined],
  },
  layerNorm: { value: call('layerNorm') },
  dropout: { value: call('dropout') },
};

/** What the node computes from its inputs. */
export function valueTex(node: Node, inputs: readonly string[]): string {
  return ruleOf(node)?.value(inputs.map(grouped(node)), node) ?? `\\operatorname{${node.op.name}}`;
}

/** ∂y/∂xᵢ for each input that has one; undefined where the operation is not one of single numbers. */
export function localTex(
  node: Node,
  inputs: readonly string[],
  y: string,
): readonly (string | undefined)[] | undefined {
  return ruleOf(node)?.local?.(inputs, y, node);
}

/** What each input gets from the upstream gradient g; undefined where the rule is upstream times local. */
export function handedTex(
  node: Node,
  inputs: readonly string[],
  y: string,
  g: string,
): readonly (string | undefined)[] | undefined {
  return ruleOf(node)?.handed?.(inputs, y, g, node);
}

function ruleOf(node: Node): Rule | undefined {
  return Object.hasOwn(rules, node.op.name) ? rules[node.op.name as OpName] : undefined;
}

/** Negative numbers get parentheses where an operator stands before them. */
function grouped(node: Node) {
  const safe = new Set(['divide', 'exp', 'sqrt', 'absolute', 'sigmoid', 'relu']);
  return (tex: string, i: number) =>
    tex.startsWith('-') && !safe.has(node.op.name) && (i > 0 || /square|power|multiply/.test(node.op.name))
      ? `(${tex})`
      : tex;
}

/** A name as TeX: `x_1` and `x1` with their number below, longer ones upright. */
export function nameTex(name: string): string {
  const match = /^(\p{L}+)_?(\d*)$/u.exec(name);
  if (match === null) return derivativeTex(name);
  const [, letters, digits] = match;
  const base = [...letters!].length === 1 ? letters! : `\\mathrm{${letters}}`;
  return digits === '' ? base : `${base}_{${digits}}`;
}

/** Names of derivatives, and whatever else was typed. */
function derivativeTex(name: string): string {
  const derivative = /^∂(.+)\/∂([\p{L}\p{N}_]+)$/u.exec(name);
  if (derivative !== null) {
    const of = derivative[1]!.replace(/^\((.*)\)$/u, '$1');
    const inner = nameTex(of);
    const isSimple = /^[\p{L}\p{N}_]+$/u.test(of);
    return isSimple
      ? `\\frac{\\partial ${inner}}{\\partial ${nameTex(derivative[2]!)}}`
      : `\\frac{\\partial}{\\partial ${nameTex(derivative[2]!)}} ${inner}`;
  }
  if (name.startsWith('Σ ')) return `\\textstyle\\sum ${nameTex(name.slice(2))}`;
  return `\\mathrm{${name.replace(/[\\{}$&#^%~]/g, ' ').replaceAll('_', '\\_')}}`;
}
