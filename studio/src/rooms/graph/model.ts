/** The graph that is shown, its numbers, and the order in which they appear. All of it by the library's `trace`. */
import { computed } from '@preact/signals';
import { backward, type Node, ParameterNode, sum, topologicalOrder } from 'lexigrad/graph';
import { evaluate, type Trace, trace } from 'lexigrad/program';
import { messageOf } from '../../components/index.js';
import { ExpressionError, parseExpression } from './expression.js';
import { type Model, networks } from './networks.js';
import { MOST_STEPS, state } from './state.js';
import { t } from './text.js';

/** More nodes than this cannot be told apart on any screen. */
const MOST_NODES = 400;

export type Outcome<T> = { readonly ok: T } | { readonly error: string; readonly place?: ExpressionError };

/** The expression or network that was chosen, before any derivative. */
export const base = computed<Outcome<Model>>(() => {
  const source = state.source.value;
  if (source !== 'expression') return { ok: networks[source]() };
  try {
    const { result, resultName, inputs, names } = parseExpression(state.expression.value);
    const given = new Map(state.at.value);
    return {
      ok: {
        result,
        resultName,
        names: { ...names, [resultName]: result },
        feeds: Object.fromEntries(inputs.map(({ name }) => [name, given.get(name) ?? 1])),
        leaves: Object.fromEntries(inputs.map(({ name, node }) => [name, node])),
      },
    };
  } catch (error) {
    const place = error instanceof ExpressionError ? error : undefined;
    return { error: messageOf(error), ...(place && { place }) };
  }
});

export interface Shown extends Model {
  /** Nodes by their ids in the trace. */
  readonly order: readonly Node[];
  readonly trace: Trace;
  /** Ids in the order of the forward steps, and of the backward steps that follow the first, ∂L/∂L = 1. */
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  /** Names of the derivatives whose sum was taken. */
  readonly summed: readonly string[];
}

export const shown = computed<Outcome<Shown>>(() => {
  if ('error' in base.value) return base.value;
  try {
    const { model, summed } = differentiated(base.value.ok, state.by.value);
    const { result, names, feeds, leaves } = model;
    const order = topologicalOrder([result]);
    if (order.length > MOST_NODES) return { error: t().tooLarge(order.length) };
    const traced = trace(result, feeds, { gradientsOf: result, wrt: Object.values(leaves), names });
    const forward = traced.nodes.filter(({ id }) => order[id]!.inputs.length > 0).map(({ id }) => id);
    const givers = new Set(traced.edges.filter(({ contribution }) => contribution).map(({ to }) => to));
    const backwards = forward.filter((id) => givers.has(id)).reverse();
    return { ok: { ...model, order, trace: traced, forward, backward: backwards, summed } };
  } catch (error) {
    return { error: messageOf(error) };
  }
});

/** Differentiates one time after the other; a derivative with several elements ends in their sum. */
function differentiated(model: Model, by: readonly string[]) {
  const summed: string[] = [];
  let { result, resultName } = model;
  const names: Record<string, Node> = { ...model.names };
  for (const name of by) {
    const leaf = model.leaves[name];
    if (leaf === undefined) continue;
    const [gradient] = backward(result, [leaf]);
    resultName = derivativeName(resultName, name);
    names[resultName] = gradient;
    result = gradient;
    if (gradient.rank > 0) {
      summed.push(resultName);
      resultName = `Σ ${resultName}`;
      result = sum(gradient);
      names[resultName] = result;
    }
  }
  return { model: { ...model, result, resultName, names }, summed };
}

/** L, a → ∂L/∂a; ∂L/∂a, b → ∂(∂L/∂a)/∂b */
function derivativeName(of: string, by: string): string {
  return `∂${/^[\p{L}\p{N}_]+$/u.test(of) ? of : `(${of})`}/∂${by}`;
}

/** How many steps there are: forward, the seed, backward. */
export function stepCount({ forward, backward: backwards }: Shown): number {
  return Math.min(MOST_STEPS, forward.length + (backwards.length > 0 ? 1 + backwards.length : 0));
}

export interface Progress {
  /** Ids of nodes whose value is known, and whose gradient is. */
  readonly values: ReadonlySet<number>;
  readonly gradients: ReadonlySet<number>;
  /** Nodes that have handed their gradient on. */
  readonly handed: ReadonlySet<number>;
  /** The node of the last step; undefined before the first. */
  readonly active: number | undefined;
  readonly phase: 'start' | 'forward' | 'seed' | 'backward';
}

/** What is known after so many steps. */
export function progressAt(graph: Shown, step: number): Progress {
  const { forward, backward: backwards, order, trace: traced } = graph;
  const leaves = order.flatMap(({ inputs }, id) => (inputs.length === 0 ? [id] : []));
  const values = new Set([...leaves, ...forward.slice(0, step)]);
  const after = step - forward.length;
  const handed = new Set(backwards.slice(0, Math.max(0, after - 1)));
  const gradients = new Set<number>();
  if (after >= 1 && traced.loss !== undefined && backwards.length > 0) gradients.add(traced.loss);
  for (const { id, gradient } of traced.nodes) {
    const uses = traced.edges.filter(({ from, contribution }) => from === id && contribution);
    if (gradient && uses.length > 0 && uses.every(({ to }) => handed.has(to))) gradients.add(id);
  }
  if (step === 0) return { values, gradients, handed, active: undefined, phase: 'start' };
  if (after <= 0) return { values, gradients, handed, active: forward[step - 1], phase: 'forward' };
  if (after === 1) return { values, gradients, handed, active: traced.loss, phase: 'seed' };
  return { values, gradients, handed, active: backwards[after - 2], phase: 'backward' };
}

/** ∂y/∂xᵢ of a node of scalars, as numbers: its own gradient rule with upstream gradient 1. */
export function localDerivatives(graph: Shown, id: number): readonly (number | undefined)[] | undefined {
  const node = graph.order[id]!;
  if (node.rank > 0 || node.inputs.length === 0 || node.inputs.some(({ rank }) => rank > 0)) return undefined;
  const one = graph.order[id]!.op.gradient(node, onesFor(node));
  const outputs = Object.fromEntries(
    one.flatMap((local, i) => (local === undefined ? [] : [[`${i}`, local]])),
  );
  if (Object.keys(outputs).length === 0) return undefined;
  const values = evaluate(outputs, graph.feeds);
  return node.inputs.map((_, i) => values[`${i}`]?.[0]);
}

function onesFor(node: Node): Node {
  return backward(node, [node])[0];
}

/** What a training step changes. */
export function parametersOf(model: Model): ParameterNode[] {
  return Object.values(model.leaves).filter((leaf) => leaf instanceof ParameterNode);
}
