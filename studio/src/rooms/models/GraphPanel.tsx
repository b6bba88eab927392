/** The graph of a model, drawn. */
import { Figure, Message, Panel } from '../../components/index.js';
import { count } from '../../text/format.js';
import type { Drawing, GraphNodeKind, Inspected } from './tasks.js';
import { t } from './text.js';

const KINDS: readonly GraphNodeKind[] = ['input', 'weight', 'constant', 'operation', 'output'];

export function GraphPanel({ model }: { readonly model: Inspected }) {
  const { drawing, undrawn, file } = model;
  return (
    <Panel title={t().graph}>
      {drawing !== undefined && <Graph drawing={drawing} file={file} />}
      {drawing === undefined &&
        (undrawn === undefined ? (
          <p class="muted small">{t().noGraph}</p>
        ) : (
          <Message kind="warning">{t().undrawn(undrawn)}</Message>
        ))}
    </Panel>
  );
}

function Graph({ drawing, file }: { readonly drawing: Drawing; readonly file: string }) {
  const { width, height, nodes, edges } = drawing;
  const used = KINDS.filter((kind) => nodes.some((node) => node.kind === kind));
  return (
    <Figure
      title={t().graphTitle}
      fileName="lexigrad-graph"
      caption={
        <span class="kinds">
          {used.map((kind) => (
            <span key={kind} class="kind" data-kind={kind}>
              {t()[kind]}
            </span>
          ))}
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="graph" tabIndex={0} aria-label={t().graph}>
        <svg role="img" aria-label={t().graphLabel(count(nodes.length), file)} width={width} height={height}>
          <defs>
            <marker
              id="model-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0L8 4L0 8z" fill="var(--line-strong)" />
            </marker>
          </defs>
          {edges.map(({ points, shape, x, y }, i) => (
            <g key={i}>
              <path
                d={points.map(([px, py], k) => `${k === 0 ? 'M' : 'L'}${px} ${py}`).join('')}
                fill="none"
                stroke="var(--line-strong)"
                stroke-width="1.2"
                marker-end="url(#model-arrow)"
              />
              <text class="shape" x={x} y={y} text-anchor="middle" dominant-baseline="middle" font-size="11">
                {shape}
              </text>
            </g>
          ))}
          {nodes.map(({ kind, title, detail, x, y, width: wide, height: high }, i) => (
            <g key={i} class="node" data-kind={kind} transform={`translate(${x - wide / 2} ${y - high / 2})`}>
              <rect
                width={wide}
                height={high}
                rx={kind === 'operation' ? 8 : kind === 'output' ? high / 2 : 2}
              />
              <text
                x={wide / 2}
                y={detail === '' ? high / 2 + 4 : 18}
                text-anchor="middle"
                font-size="13"
                font-weight="600"
              >
                {title}
              </text>
              {detail !== '' && (
                <text class="detail" x={wide / 2} y={34} text-anchor="middle" font-size="11">
                  {detail}
                </text>
              )}
            </g>
          ))}
        </svg>
      </section>
    </Figure>
  );
}
