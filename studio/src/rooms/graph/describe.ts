/** Nodes and numbers in words: for boxes, edges and formulas. */
import type { Node } from 'lexigrad/graph';
import type { TracedValue } from 'lexigrad/program';
import { short } from '../../text/format.js';
import { nameTex } from './formulas.js';
import type { Shown } from './model.js';

const signs: Readonly<Record<string, string>> = {
  ...{
    add: '+',
    subtract: '−',
    multiply: '×',
    divide: '÷',
    negate: '−x',
    square: 'x²',
    exp: 'eˣ',
    log: 'ln',
  },
  ...{ sqrt: '√', absolute: '|x|', sigmoid: 'σ', sum: 'Σ', step: '[x > 0]', matmul: 'matmul' },
  ...{ dimension: 'size', broadcastTo: 'repeat', crossEntropy: 'cross-entropy' },
  ...{ binaryCrossEntropy: 'cross-entropy', crossEntropyGradient: 'softmax − one-hot' },
};

/** What a node does, in a sign or a word: `+`, `σ`, `matmul`; `x^3`. */
export function operationOf(node: Node): string {
  if (node.op.name === 'power') return `x^${String(node.attributes.exponent)}`;
  return signs[node.op.name] ?? node.op.name;
}

/** The number of a constant, as the graph has it. */
export function constantOf(node: Node): number | undefined {
  const { values } = node.attributes as { readonly values?: readonly number[] };
  return node.op.name === 'constant' && values?.length === 1 ? values[0] : undefined;
}

/** What the node is called on the page: its name, the number of a constant, else v₁, v₂, … in the order of the steps. */
export function titleOf(graph: Shown, id: number): string {
  const constant = constantOf(graph.order[id]!);
  if (constant !== undefined) return short(constant, 6);
  return graph.trace.nodes[id]!.name ?? `v${subscript(numberOf(graph, id))}`;
}

/** Its number among the values that have no name, from 1. */
function numberOf({ trace, order }: Shown, id: number): number {
  const isUnnamed = (at: number) =>
    trace.nodes[at]!.name === undefined && constantOf(order[at]!) === undefined;
  return trace.nodes.filter((node) => node.id <= id && isUnnamed(node.id)).length;
}

function subscript(index: number): string {
  return [...String(index)].map((digit) => String.fromCodePoint(0x2080 + Number(digit))).join('');
}

export function symbolTex(graph: Shown, id: number): string {
  const constant = constantOf(graph.order[id]!);
  if (constant !== undefined) return numberTex(constant);
  const { name } = graph.trace.nodes[id]!;
  return name === undefined ? `v_{${numberOf(graph, id)}}` : nameTex(name);
}

/** More numbers than this are cut. */
const FEW = 3;

/** `−10`, or the first numbers of several: `0.5 −0.3 0.8 …` */
export function numbersOf({ shape, values }: TracedValue, digits = 3): string {
  if (shape.length === 0) return short(values[0]!, digits);
  const shown = values.slice(0, FEW).map((value) => short(value, 2));
  return `${shown.join(' ')}${values.length > FEW ? ' …' : ''}`;
}

export function shapeOf(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

export function numberTex(value: number): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? '\\text{NaN}' : value > 0 ? '\\infty' : '-\\infty';
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [mantissa, exponent] = value.toExponential(3).split('e');
    return `${Number(mantissa)} \\cdot 10^{${Number(exponent)}}`;
  }
  return String(Number(value.toPrecision(5)));
}

/** A number, vector or matrix; larger ones by their shape. */
export function valueTexOf({ shape, values }: TracedValue): string {
  if (shape.length === 0) return numberTex(values[0]!);
  if (values.length > 20 || shape.length > 2) return `\\text{${shapeOf(shape)}}`;
  const columns = shape.length === 2 ? shape[1]! : values.length;
  const rows = Array.from({ length: columns === 0 ? 0 : values.length / columns }, (_, row) =>
    values
      .slice(row * columns, (row + 1) * columns)
      .map((value) => numberTex(Number(value.toPrecision(3))))
      .join(' & '),
  );
  return `\\begin{bmatrix} ${rows.join(' \\\\ ')} \\end{bmatrix}`;
}
