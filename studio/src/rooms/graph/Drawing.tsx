/** The graph, as far as the walk has come: boxes with values and gradients, edges with shapes and what flows back. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Figure, Toggle, useWidth } from '../../components/index.js';
import { constantOf, numbersOf, titleOf } from './describe.js';
import { type Box, type GraphLayout, type Line, layoutOf } from './layout.js';
import { state } from './state.js';
import { t } from './text.js';
import { type Walk, walk } from './walk.js';

/** Smaller than this nothing can be read. */
const SMALLEST_SCALE = 0.8;
const LARGEST_SCALE = 1.5;

export function Drawing() {
  const now = walk.value;
  const layout = useMemo(() => now && layoutOf(now.graph), [now?.graph]);
  if (now === undefined || layout === undefined) return null;
  return (
    <>
      <Figure title={t().graph} fileName="lexigrad-graph" caption={t().caption}>
        <Scrolled now={now} layout={layout} />
      </Figure>
      <div class="row graph-looks">
        <Toggle label={t().shapes} signal={state.shapes} />
        <Toggle label={t().fit} signal={state.fit} />
      </div>
      <p class="muted small">{t().scrollHint}</p>
    </>
  );
}

function Scrolled({ now, layout }: { readonly now: Walk; readonly layout: GraphLayout }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const fitting = Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, width / layout.width));
  const scale = state.fit.value ? fitting : 1;
  const active = now.progress.active;
  useEffect(() => {
    const [element, box] = [place.current, active === undefined ? undefined : layout.boxes[active]];
    if (element === null || box === undefined) return;
    // The node of the step stays in sight.
    const middle = (box.x + box.width / 2) * scale;
    const seen = middle > element.scrollLeft + 40 && middle < element.scrollLeft + element.clientWidth - 40;
    if (!seen) element.scrollTo({ left: middle - element.clientWidth / 2 });
  }, [active, layout, scale, place, width]);
  return (
    <div ref={place} class="graph-scroll">
      {width > 0 && (
        <svg
          role="group"
          aria-label={t().graphLabel}
          width={Math.ceil(layout.width * scale)}
          height={Math.ceil(layout.height * scale)}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          style={{ maxWidth: 'none', margin: '0 auto' }}
        >
          <Arrow />
          {layout.lines.map((line, i) => (
            <Edge key={i} line={line} index={i} now={now} />
          ))}
          {/* Texts lie over all lines. */}
          {layout.lines.map((line, i) => (
            <EdgeTexts key={i} line={line} index={i} now={now} />
          ))}
          <Boxes layout={layout} now={now} />
        </svg>
      )}
    </div>
  );
}

function Arrow() {
  return (
    <defs>
      <marker
        id="graph-arrow"
        viewBox="0 0 8 8"
        refX={7}
        refY={4}
        markerWidth={9}
        markerHeight={9}
        orient="auto"
        markerUnits="userSpaceOnUse"
      >
        <path d="M0 0.500L8 4L0 7.500z" style={{ fill: 'var(--line-strong)' }} />
      </marker>
    </defs>
  );
}

interface EdgeProps {
  readonly line: Line;
  readonly index: number;
  readonly now: Walk;
}

function Edge({ line, index, now: { graph, progress } }: EdgeProps) {
  const flowsBack = graph.trace.edges[index]!.contribution !== undefined && progress.handed.has(line.to);
  const isActive = line.to === progress.active && progress.phase !== 'seed';
  const color = !isActive ? 'var(--line-strong)' : flowsBack ? 'var(--negative)' : 'var(--accent)';
  return (
    <path
      d={line.path}
      fill="none"
      stroke={color}
      stroke-width={isActive ? 2.5 : 1.2}
      marker-end="url(#graph-arrow)"
    />
  );
}

function EdgeTexts({ line, index, now: { graph, progress } }: EdgeProps) {
  const { contribution } = graph.trace.edges[index]!;
  return (
    <g text-anchor="middle">
      {state.shapes.value && (
        <text class="graph-shape" x={line.x} y={line.y - 4}>
          {line.shape}
        </text>
      )}
      {contribution !== undefined && progress.handed.has(line.to) && (
        <text class="graph-back" x={line.x} y={line.y + 11}>
          {`← ${numbersOf(contribution)}`}
        </text>
      )}
    </g>
  );
}

function Boxes({ layout, now }: { readonly layout: GraphLayout; readonly now: Walk }) {
  const group = useRef<SVGGElement>(null);
  const move = (event: KeyboardEvent, id: number) => {
    const next = neighbour(layout, event.key, id);
    if (next === undefined) return;
    event.preventDefault();
    state.node.value = next;
    requestAnimationFrame(() => group.current?.querySelector<SVGElement>('[tabindex="0"]')?.focus());
  };
  return (
    <g ref={group}>
      {layout.boxes.map((box) => (
        <NodeBox key={box.id} box={box} now={now} onKeyDown={(event) => move(event, box.id)} />
      ))}
    </g>
  );
}

/** The nearest box in the direction of an arrow key. */
function neighbour({ boxes }: GraphLayout, key: string, id: number): number | undefined {
  const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (direction === undefined) return undefined;
  const [across, down] = direction as [number, number];
  const middle = (box: Box) => [box.x + box.width / 2, box.y + box.height / 2] as const;
  const [x, y] = middle(boxes[id]!);
  const far = (box: Box) => {
    const [bx, by] = middle(box);
    const [along, aside] = across !== 0 ? [(bx - x) * across, by - y] : [(by - y) * down, bx - x];
    // Straight on is nearer than aside.
    return along <= 1 ? Number.POSITIVE_INFINITY : along + 2 * Math.abs(aside);
  };
  const best = boxes.reduce((nearest, box) => (far(box) < far(nearest) ? box : nearest), boxes[id]!);
  return best.id === id ? id : best.id;
}

function NodeBox(props: {
  readonly box: Box;
  readonly now: Walk;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { box, now, onKeyDown } = props;
  const { graph, progress, node } = now;
  const { id, x, y, width, height, title, operation } = box;
  const traced = graph.trace.nodes[id]!;
  const isKnown = progress.values.has(id);
  const isActive = id === progress.active;
  const isLeaf = graph.order[id]!.inputs.length === 0;
  // A constant's name is its value.
  const isConstant = constantOf(graph.order[id]!) !== undefined;
  const lines = [
    isKnown ? numbersOf(traced.value) : '?',
    ...(traced.gradient === undefined || !progress.gradients.has(id) ? [] : [numbersOf(traced.gradient)]),
  ];
  const label = `${titleOf(graph, id)}${operation === '' ? '' : ` = ${operation}`}, ${lines.join(', ∂ ')}`;
  return (
    <>
      <g
        class="graph-node"
        role="button"
        tabindex={id === node ? 0 : -1}
        aria-pressed={id === node}
        aria-label={label}
        onClick={() => {
          state.node.value = id;
        }}
        onKeyDown={onKeyDown}
      >
        <rect
          x={x}
          y={y}
          width={width}
          height={height}
          rx={isLeaf ? 14 : 5}
          fill={isActive ? 'var(--accent-soft)' : isLeaf ? 'var(--sunken)' : 'var(--surface)'}
          stroke={id === node ? 'var(--accent)' : 'var(--line-strong)'}
          stroke-width={id === node ? 2.5 : 1.2}
          stroke-dasharray={isKnown ? undefined : '4 3'}
        />
      </g>
      {/* The button's label says the same, better than texts that stand side by side. */}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
      <g
        class={isKnown ? 'graph-texts' : 'graph-texts unknown'}
        aria-hidden="true"
        text-anchor="middle"
        transform={`translate(${x + width / 2} ${y})`}
      >
        <text y={isConstant ? height / 2 + 5 : 17} font-size={13} font-weight={600}>
          {title}
          {operation !== '' && (
            <tspan dx={6} font-weight={400} style={{ fill: 'var(--muted)' }}>
              {operation}
            </tspan>
          )}
        </text>
        {isKnown && !isConstant && (
          <text class="graph-number" y={35}>
            {lines[0]}
          </text>
        )}
        {lines[1] !== undefined && (
          <text class="graph-number graph-gradient" y={53}>
            {`∂ ${lines[1]}`}
          </text>
        )}
      </g>
    </>
  );
}
