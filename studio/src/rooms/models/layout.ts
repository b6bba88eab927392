/** Places for the nodes of a graph, from the inputs downwards, by dagre. */
import dagre from '@dagrejs/dagre';
import type { PlainGraph } from './graphs.js';
import type { Drawing } from './tasks.js';

const CHARACTER = 7;
const LONGEST_LINE = 34;
const HEIGHT = 44;

export function layOut({ nodes, edges }: PlainGraph): Drawing {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 34, edgesep: 10, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const texts = nodes.map(({ title, detail }) => ({ title: cut(title), detail: cut(detail) }));
  texts.forEach(({ title, detail }, id) => {
    const width = 24 + CHARACTER * Math.max(title.length, 0.9 * detail.length, 4);
    graph.setNode(String(id), { width, height: detail === '' ? HEIGHT - 14 : HEIGHT });
  });
  edges.forEach(({ from, to, shape }, i) => {
    const label = { width: 0.9 * CHARACTER * shape.length, height: 14, labelpos: 'r' };
    graph.setEdge(String(from), String(to), label, String(i));
  });
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map(({ kind }, id) => {
      const { x, y, width, height } = graph.node(String(id)) as Placed;
      return { kind, ...texts[id]!, x, y, width, height };
    }),
    edges: edges.map(({ from, to, shape }, i) => {
      const placed = graph.edge(String(from), String(to), String(i)) as Placed & {
        readonly points: readonly { readonly x: number; readonly y: number }[];
      };
      return { points: placed.points.map(({ x, y }) => [x, y] as const), shape, x: placed.x, y: placed.y };
    }),
  };
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function cut(text: string): string {
  return text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE - 1)}…`;
}
