/**
 * The compiler's passes over the graph: first everything is brought to one form (mode, decomposition, identities,
 * common subexpressions), then neighbours that one kernel can compute are fused.
 */
import { broadcastShapes, sameShape } from '../base/shape.js';
import {
  apply,
  type ConstantAttributes,
  InputNode,
  Node,
  type Op,
  ParameterNode,
  scalarConstant,
  topologicalOrder,
} from '../graph/node.js';
import { subtract } from '../graph/ops/arithmetic.js';
import type { OpName } from '../graph/ops/index.js';
import { logSumExp } from '../graph/ops/reductions.js';
import { pick } from '../graph/ops/rows.js';
import { broadcastTo, reshape } from '../graph/ops/structure.js';
import {
  affineOp,
  bagOp,
  type FusedActivation,
  type FusedOpName,
  fusedActivations,
  reluGradientOp,
  sigmoidGradientOp,
  tanhGradientOp,
} from './fused.js';

/** The nodes that compute the same as `roots`, for a program in the given mode. */
export function rewrite(roots: readonly Node[], training: boolean): Node[] {
  return fuse(canonicalize(roots, training));
}

// ——— one form ———

function canonicalize(roots: readonly Node[], training: boolean): Node[] {
  const unique = new Interner();
  const done = new Map<Node, Node>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => done.get(input)!);
    const decomposed = decompose(node, inputs, training);
    // A decomposition brings new nodes of its own; they are interned too, so that they are shared.
    done.set(
      node,
      decomposed === undefined
        ? unique.intern(simplify(withInputs(node, inputs)))
        : internAll(decomposed, unique),
    );
  }
  return roots.map((root) => done.get(root)!);
}

/** Nodes that stand for others: dropout without training, losses by their parts. */
function decompose(node: Node, inputs: readonly Node[], training: boolean): Node | undefined {
  const name = node.op.name as OpName;
  if (name === 'dropout' && !training) return inputs[0]!;
  // ln Σ eᶻ is shared with the gradient, which needs it too.
  if (name === 'crossEntropy') return subtract(logSumExp(inputs[0]!), pick(inputs[0]!, inputs[1]!));
  return undefined;
}

function internAll(root: Node, unique: Interner): Node {
  const done = new Map<Node, Node>();
  for (const node of topologicalOrder([root])) {
    done.set(
      node,
      unique.known(node)
        ? node
        : unique.intern(
            withInputs(
              node,
              node.inputs.map((input) => done.get(input)!),
            ),
          ),
    );
  }
  return done.get(root)!;
}

const broadcasting = new Set([
  'add',
  'subtract',
  'multiply',
  'divide',
  'maximum',
  'minimum',
  'greater',
  'greaterEqual',
  'equal',
  'binaryCrossEntropy',
]);

/** Identities: x · 1, x + 0, x / 1, reshape of reshape; operands that need not be stretched before they are used. */
function simplify(node: Node): Node {
  const name = node.op.name as OpName;
  if (name === 'reshape') {
    const [a] = node.inputs;
    if (sameShape(a!.shape, node.shape)) return a!;
    if (a!.op.name === 'reshape') return reshape(a!.inputs[0]!, node.shape);
  }
  return broadcasting.has(name) ? withoutNeutral(unstretched(node)) : node;
}

/** Operands that are broadcast anyway need not be stretched first. */
function unstretched(node: Node): Node {
  const [a, b] = node.inputs as [Node, Node];
  const source = (operand: Node) => (operand.op.name === 'broadcastTo' ? operand.inputs[0]! : operand);
  for (const [left, right] of [
    [source(a), source(b)],
    [source(a), b],
    [a, source(b)],
  ] as const) {
    if (left === a && right === b) continue;
    if (sameShape(broadcastShapes(left.shape, right.shape, node.op.name), node.shape))
      return withInputs(node, [left, right]);
  }
  return node;
}

function withoutNeutral(node: Node): Node {
  const name = node.op.name as OpName;
  const [a, b] = node.inputs as [Node, Node];
  const neutral =
    name === 'multiply' || name === 'divide' ? 1 : name === 'add' || name === 'subtract' ? 0 : undefined;
  if (neutral === undefined) return node;
  if (isFilled(b, neutral)) return broadcastTo(a, node.shape);
  const commutes = name === 'multiply' || name === 'add';
  return commutes && isFilled(a, neutral) ? broadcastTo(b, node.shape) : node;
}

/** True when every element of a node is known to be this number, as in the ones that a sum's gradient begins with. */
function isFilled(node: Node, value: number): boolean {
  if (node.op.name === 'reshape' || node.op.name === 'broadcastTo') return isFilled(node.inputs[0]!, value);
  return (
    node.op.name === 'constant' && (node.attributes as ConstantAttributes).values.every((v) => v === value)
  );
}

/** Hash-consing: one node for each distinct (operation, attributes, inputs). */
class Interner {
  private readonly byKey = new Map<string, Node>();
  private readonly numbers = new Map<Node, number>();

  known(node: Node): boolean {
    return this.numbers.has(node);
  }

  intern(node: Node): Node {
    if (this.numbers.has(node)) return node;
    const key = this.key(node);
    const same = this.byKey.get(key);
    if (same !== undefined) return same;
    this.byKey.set(key, node);
    this.numbers.set(node, this.numbers.size);
    return node;
  }

  private key(node: Node): string {
    // Inputs and parameters are themselves, whatever their names.
    if (node instanceof InputNode || node instanceof ParameterNode) return `leaf ${this.numbers.size}`;
    const inputs = node.inputs.map((input) => this.numbers.get(input));
    return `${node.op.name} ${attributesKey(node)} ${inputs.join()} ${node.shape.join()} ${node.dtype}`;
  }
}

/** Attributes as text, in which −0, NaN and the infinities differ (JSON alone writes 0, null, null and null). */
function attributesKey(node: Node): string {
  return JSON.stringify(node.attributes, (_key, value: unknown) => {
    if (typeof value !== 'number') return value;
    return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
  });
}

// ——— fusion ———

function fuse(roots: readonly Node[]): Node[] {
  const order = topologicalOrder(roots);
  const uses = countUses(order, roots);
  const done = new Map<Node, Node>();
  for (const node of order) {
    const inputs = node.inputs.map((input) => done.get(input)!);
    done.set(node, fuseNode(node, inputs, uses) ?? withInputs(node, inputs));
  }
  return roots.map((root) => done.get(root)!);
}

export function countUses(order: readonly Node[], roots: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of order) node.inputs.forEach(use);
  roots.forEach(use);
  return uses;
}

/** A fused node in place of `node`, whose inputs have become `inputs`; undefined where nothing fits. */
function fuseNode(node: Node, inputs: readonly Node[], uses: ReadonlyMap<Node, number>): Node | undefined {
  const name = node.op.name as OpName;
  const usedOnce = (i: number) => uses.get(node.inputs[i]!) === 1;

  if (name === 'add') return fuseBias(inputs, usedOnce);

  if (
    (fusedActivations as readonly string[]).includes(name) &&
    inputs[0]!.op.name === 'affine' &&
    usedOnce(0)
  ) {
    const affine = inputs[0]! as Node<typeof affineOp extends Op<infer A> ? A : never>;
    if (affine.attributes.activation !== 'copy') return undefined;
    const slope = name === 'leakyRelu' ? (node.attributes.slope as number) : 0;
    return apply(affineOp, affine.inputs, {
      ...affine.attributes,
      activation: name as FusedActivation,
      slope,
    });
  }

  if (name === 'segmentPool' && inputs[0]!.op.name === 'gather' && usedOnce(0)) {
    const [table, ids] = inputs[0]!.inputs as [Node, Node];
    return apply(bagOp, [table, ids, inputs[1]!], { pooling: node.attributes.pooling as string });
  }

  if (name === 'multiply') return fuseActivationGradient(node, inputs);
  return undefined;
}

/** add(matmul(a, b), bias) → affine(a, b, bias) */
function fuseBias(inputs: readonly Node[], usedOnce: (i: number) => boolean): Node | undefined {
  for (const [i, product, bias] of [
    [0, inputs[0]!, inputs[1]!],
    [1, inputs[1]!, inputs[0]!],
  ] as const) {
    const fits =
      product.op.name === 'matmul' &&
      product.rank === 2 &&
      bias.rank === 1 &&
      bias.shape[0] === product.shape[1];
    if (!fits || !usedOnce(i)) continue;
    const { transposeA, transposeB } = product.attributes as { transposeA: boolean; transposeB: boolean };
    return apply(affineOp, [...product.inputs, bias], {
      transposeA,
      transposeB,
      activation: 'copy',
      slope: 0,
    });
  }
  return undefined;
}

/** g · a (1 − a), g · (1 − a²) and g · [a > 0], as the activations' gradient rules write them */
function fuseActivationGradient(node: Node, inputs: readonly Node[]): Node | undefined {
  const [upstream, local] = inputs as [Node, Node];
  if (!sameShape(upstream.shape, node.shape) || !sameShape(local.shape, node.shape)) return undefined;
  const [left, right] = local.inputs;
  if (local.op.name === 'step') return apply(reluGradientOp, [left!, upstream], {});
  const isOneMinus = (x: Node | undefined) => x?.op.name === 'subtract' && scalarConstant(x.inputs[0]!) === 1;
  if (local.op.name === 'multiply' && isOneMinus(right) && right!.inputs[1] === left) {
    return apply(sigmoidGradientOp, [left!, upstream], {});
  }
  if (isOneMinus(local) && local.inputs[1]!.op.name === 'square') {
    return apply(tanhGradientOp, [local.inputs[1]!.inputs[0]!, upstream], {});
  }
  return undefined;
}

/** The node itself where the inputs are unchanged, else the same operation on the new ones. */
function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : new Node(node.op, inputs, node.attributes, node.shape, node.dtype);
}

/** Names of everything a program may have to lower. */
export type LoweredOpName = OpName | FusedOpName;
