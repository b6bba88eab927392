/** Places of boxes and edges, by dagre: layers from left to right. */
import dagre from '@dagrejs/dagre';
import { constantOf, numbersOf, operationOf, shapeOf, titleOf } from './describe.js';
import type { Shown } from './model.js';

export interface Box {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly operation: string;
}

export interface Line {
  readonly from: number;
  readonly to: number;
  readonly position: number;
  readonly path: string;
  /** Where its texts stand. */
  readonly x: number;
  readonly y: number;
  readonly shape: string;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

const CHARACTER = 7.4;
const BOX_HEIGHT = 62;
/** Leaves do no operation. */
const LEAF_HEIGHT = 46;
const CONSTANT_HEIGHT = 32;

export function layoutOf(graph: Shown): GraphLayout {
  const { trace, order } = graph;
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 30, edgesep: 14, marginx: 6, marginy: 6 });
  layout.setDefaultEdgeLabel(() => ({}));
  const texts = trace.nodes.map(({ id, value, gradient }) => {
    const node = order[id]!;
    const title = titleOf(graph, id);
    const isGiven = node.inputs.length === 0 && node.op.name !== 'dimension';
    const operation = isGiven ? '' : operationOf(node);
    const isConstant = constantOf(node) !== undefined;
    const lines = [`${title}${operation && '  '}${operation}`, isConstant ? '' : numbersOf(value)];
    if (gradient !== undefined) lines.push(`∂ ${numbersOf(gradient)}`);
    const width = Math.max(
      isConstant ? 36 : 52,
      18 + CHARACTER * Math.max(...lines.map(({ length }) => length)),
    );
    const height = isConstant
      ? CONSTANT_HEIGHT
      : node.inputs.length === 0 && !gradient
        ? LEAF_HEIGHT
        : BOX_HEIGHT;
    layout.setNode(String(id), { width, height });
    return { title, operation };
  });
  for (const { from, to, position, contribution } of trace.edges) {
    const shape = shapeOf(trace.nodes[from]!.shape);
    // Room for the shape, and for the number that flows back.
    const longest = Math.max(shape.length, contribution ? 2 + numbersOf(contribution).length : 0);
    const label = { width: Math.max(30, longest * 6.6), height: 30, labelpos: 'c' };
    layout.setEdge(String(from), String(to), label, String(position));
  }
  dagre.layout(layout);
  const { width = 0, height = 0 } = layout.graph();
  return {
    width,
    height,
    boxes: texts.map((text, id) => {
      const box = layout.node(String(id));
      return {
        id,
        ...text,
        x: box.x - box.width / 2,
        y: box.y - box.height / 2,
        width: box.width,
        height: box.height,
      };
    }),
    lines: trace.edges.map(({ from, to, position }) => {
      const edge = layout.edge(String(from), String(to), String(position));
      return {
        from,
        to,
        position,
        path: smooth(edge.points),
        x: edge.x ?? 0,
        y: edge.y ?? 0,
        shape: shapeOf(trace.nodes[from]!.shape),
      };
    }),
  };
}

/** A curve through the points: straight at the ends, rounded at the corners between. */
function smooth(points: readonly { readonly x: number; readonly y: number }[]): string {
  const at = ({ x, y }: { readonly x: number; readonly y: number }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const middle = (i: number) => ({
    x: (points[i]!.x + points[i + 1]!.x) / 2,
    y: (points[i]!.y + points[i + 1]!.y) / 2,
  });
  if (points.length < 3) return `M${points.map(at).join('L')}`;
  const corners = points
    .slice(1, -1)
    .map((corner, i) => `Q${at(corner)} ${at(i + 2 < points.length - 1 ? middle(i + 1) : points.at(-1)!)}`);
  return `M${at(points[0]!)}${corners.join('')}`;
}
