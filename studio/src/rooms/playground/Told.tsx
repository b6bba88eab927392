import { short } from '../../text/format.js';
import type { EdgePlace, Layout, UnitPlace } from './layout.js';
import { layerTitle, symbolOf } from './names.js';
import { placesOf } from './network.js';
import type { Frame } from './session.js';
import { widths } from './training.js';

/** What the pointer is at. */
export type Pointed = { readonly unit: UnitPlace } | { readonly edge: EdgePlace };

/** The place of an edge's weight among all weights and biases. */
export function placeOf({ layer, to, from }: EdgePlace): number {
  return placesOf(widths.value, layer, to).weights[from]!;
}

/** The numbers of what is pointed at. */
export function Told({
  pointed,
  now,
  layout,
}: {
  readonly pointed: Pointed;
  readonly now: Frame;
  readonly layout: Layout;
}) {
  const isEdge = 'edge' in pointed;
  const x = isEdge ? (pointed.edge.x1 + pointed.edge.x2) / 2 : pointed.unit.x + layout.size / 2;
  const y = isEdge ? (pointed.edge.y1 + pointed.edge.y2) / 2 : pointed.unit.y;
  return (
    <div
      class="play-told"
      role="tooltip"
      style={{ left: `${Math.min(layout.width - 90, Math.max(90, x))}px`, top: `${y - 6}px` }}
    >
      {isEdge ? edgeLines(pointed.edge, now) : unitLines(pointed.unit, now)}
    </div>
  );
}

function edgeLines(edge: EdgePlace, { weights, gradients }: Frame) {
  const place = placeOf(edge);
  return [
    <span key="name">{`${symbolOf(edge.layer - 1, edge.from)} → ${symbolOf(edge.layer, edge.to)}`}</span>,
    <span key="w" class="numbers">{`w = ${short(weights[place]!)}`}</span>,
    <span key="g" class="numbers">{`∂L/∂w = ${short(gradients[place]!)}`}</span>,
  ];
}

function unitLines({ layer, unit }: UnitPlace, { weights, example }: Frame) {
  const bias = layer === 0 ? undefined : weights[placesOf(widths.value, layer, unit).bias];
  const value = example?.values[layer]?.[unit];
  const gradient = example?.gradients[layer]?.[unit];
  const symbol = symbolOf(layer, unit);
  return [
    <span key="name">{`${layerTitle(layer)} · ${symbol}`}</span>,
    bias !== undefined && <span key="b" class="numbers">{`b = ${short(bias)}`}</span>,
    value !== undefined && <span key="a" class="numbers">{`${symbol} = ${short(value)}`}</span>,
    gradient !== undefined && <span key="g" class="numbers">{`∂L/∂${symbol} = ${short(gradient)}`}</span>,
  ];
}
