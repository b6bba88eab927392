/** The network as a drawing: a map in every unit, edges as wide as their weights, numbers on demand. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Figure, NumberField, Panel, Segments, Toggle, useWidth } from '../../components/index.js';
import { diverging, pixels } from '../../shell/colors.js';
import { activations } from '../../text/activations.js';
import { short } from '../../text/format.js';
import { edgeAt, type Layout, LINE, layoutOf, pathOf, type UnitPlace, unitAt } from './layout.js';
import { unitTitle } from './names.js';
import { paintMaps, scalesOf } from './paint.js';
import type { Frame } from './session.js';
import { state } from './state.js';
import { type Pointed, placeOf, Told } from './Told.js';
import { t } from './text.js';
import { frame, points, widths } from './training.js';

export function DiagramPanel() {
  return (
    <Panel>
      <div class="row">
        <span class="small muted">{t().side}</span>
        <Segments
          label={t().side}
          signal={state.side}
          options={[
            ['forward', t().forward],
            ['backward', t().backward],
          ]}
        />
      </div>
      <Figure
        title={t().diagram}
        fileName="lexigrad-playground-network"
        caption={state.side.value === 'forward' ? t().forwardCaption : t().backwardCaption}
      >
        <Drawing />
      </Figure>
      <Numbers />
      <p class="muted small">{t().diagramHelp}</p>
    </Panel>
  );
}

/** Which numbers stand under the units, and of which point. */
function Numbers() {
  const shown = state.values.value || state.gradients.value;
  const example = frame.value?.example;
  return (
    <div class="stack" style={{ gap: 'var(--space-2)' }}>
      <div class="row play-numbers">
        <Toggle label={t().values} signal={state.values} />
        <Toggle label={t().gradients} signal={state.gradients} />
      </div>
      {shown && points.value.length > 0 && (
        <div class="play-example">
          <NumberField
            label={t().example}
            value={Math.min(state.at.value, points.value.length - 1) + 1}
            onChange={(value) => {
              state.at.value = Math.round(value) - 1;
            }}
            min={1}
            max={points.value.length}
            step={1}
          />
          {example && <ExampleLine at={example.at} loss={example.loss} />}
        </div>
      )}
    </div>
  );
}

function ExampleLine({ at, loss }: { readonly at: number; readonly loss: number }) {
  const point = points.value[at];
  if (point === undefined) return null;
  const [x1, x2, one] = point;
  return <p class="small">{t().exampleIs(short(x1), short(x2), Number(one), short(loss))}</p>;
}

function Drawing() {
  const [place, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<Pointed>();
  const lines = Number(state.values.value) + Number(state.gradients.value);
  const layout = useMemo(() => layoutOf(widths.value, width, lines), [widths.value, width, lines]);
  const now = frame.value;
  const at = (event: { clientX: number; clientY: number; currentTarget: Element }): Pointed | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.x, event.clientY - box.y];
    const unit = unitAt(layout, x, y);
    if (unit !== undefined) return { unit };
    const edge = edgeAt(layout, x, y);
    return edge && { edge };
  };
  const choose = (event: MouseEvent & { readonly currentTarget: Element }) => {
    const chosen = at(event);
    if (chosen === undefined) return;
    state.unit.value =
      'unit' in chosen ? [chosen.unit.layer, chosen.unit.unit] : [chosen.edge.layer, chosen.edge.to];
  };
  return (
    <div ref={place} class="play-drawing" style={{ minHeight: `${layout.height}px` }}>
      {width > 0 && (
        <>
          <Maps layout={layout} now={now} />
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: units take the keyboard's keys themselves */}
          <svg
            role="group"
            aria-label={t().diagramLabel}
            width={layout.width}
            height={layout.height}
            onPointerMove={(event) => setPointed(at(event))}
            onPointerLeave={() => setPointed(undefined)}
            onClick={choose}
          >
            <Titles layout={layout} />
            {now && <Edges layout={layout} now={now} />}
            <Units layout={layout} now={now} />
          </svg>
          {pointed && now && <Told pointed={pointed} now={now} layout={layout} />}
        </>
      )}
    </div>
  );
}

function Maps({ layout, now }: { readonly layout: Layout; readonly now: Frame | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = pixels.value;
  const isForward = state.side.value === 'forward';
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const maps = now?.maps ?? [];
    // Of activations, 1 is the full colour of those that are bounded; gradients are shown relative to their layer.
    paintMaps(canvas.current, layout, maps, scalesOf(maps, isForward ? 1 : 1e-30));
  }, [layout, now, theme, isForward]);
  return (
    <canvas
      ref={canvas}
      class="play-maps"
      style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
    />
  );
}

function Titles({ layout: { units, size } }: { readonly layout: Layout }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <g font-size={11} class="muted" aria-hidden="true">
      {units.map(([first], layer) => {
        const name = state.layers.value[layer - 1]?.[1];
        const text = name === undefined ? (layer === 0 ? t().input : t().output) : activations[name].name;
        const last = layer === units.length - 1;
        return (
          <text
            key={layer}
            x={layer === 0 ? first!.x : last ? first!.x + size : first!.x + size / 2}
            y={12}
            text-anchor={layer === 0 ? 'start' : last ? 'end' : 'middle'}
          >
            {text}
          </text>
        );
      })}
    </g>
  );
}

function Edges({ layout, now }: { readonly layout: Layout; readonly now: Frame }) {
  const paths = useMemo(() => layout.edges.map(pathOf), [layout]);
  const isForward = state.side.value === 'forward';
  const numbers = isForward ? now.weights : now.gradients;
  // Weights of 2 and gradients of the largest size have the full colour and width.
  const full = isForward ? 2 : scalesOf([numbers], 1e-30)[0]!;
  return (
    <g fill="none">
      {layout.edges.map((edge, i) => {
        const strength = Math.max(-1, Math.min(1, numbers[placeOf(edge)]! / full));
        return (
          <path
            key={i}
            d={paths[i]}
            stroke={diverging(Math.round(20 * Math.sign(strength) * Math.abs(strength) ** 0.6) / 20)}
            stroke-width={Math.round(10 * (0.7 + 3.3 * Math.abs(strength))) / 10}
          />
        );
      })}
    </g>
  );
}

function Units({ layout, now }: { readonly layout: Layout; readonly now: Frame | undefined }) {
  const { size, units } = layout;
  const [chosenLayer, chosenUnit] = chosen();
  const group = useRef<SVGGElement>(null);
  const move = (event: KeyboardEvent, { layer, unit }: UnitPlace) => {
    const [across, down] = arrows[event.key] ?? [0, 0];
    if (across === 0 && down === 0) return;
    event.preventDefault();
    const next = Math.min(units.length - 1, Math.max(0, layer + across));
    const count = units[next]!.length;
    // Going sideways, the unit at the same height.
    const beside =
      across === 0 ? unit + down : Math.round(((unit + 0.5) / units[layer]!.length) * count - 0.5);
    state.unit.value = [next, Math.min(count - 1, Math.max(0, beside))];
    requestAnimationFrame(() => group.current?.querySelector<SVGElement>('[tabindex="0"]')?.focus());
  };
  return (
    <g ref={group}>
      {units.flat().map((place) => {
        const { layer, unit, x, y } = place;
        const isChosen = layer === chosenLayer && unit === chosenUnit;
        return (
          <g
            key={`${layer} ${unit}`}
            class="play-unit"
            role="button"
            tabindex={isChosen ? 0 : -1}
            aria-pressed={isChosen}
            aria-label={unitTitle(layer, unit)}
            onKeyDown={(event) => move(event, place)}
          >
            <rect
              x={x}
              y={y}
              width={size}
              height={size}
              rx={3}
              fill="transparent"
              stroke={isChosen ? 'var(--text)' : 'var(--line-strong)'}
              stroke-width={isChosen ? 2.5 : 1}
            />
          </g>
        );
      })}
      {now &&
        units
          .flat()
          .map((place) => (
            <UnitNumbers key={`${place.layer} ${place.unit}`} place={place} size={size} now={now} />
          ))}
    </g>
  );
}

function UnitNumbers(props: { readonly place: UnitPlace; readonly size: number; readonly now: Frame }) {
  const { place, size, now } = props;
  const { example } = now;
  if (example === undefined) return null;
  const lines = [
    state.values.value && ([example.values, 'var(--text)', ''] as const),
    state.gradients.value && ([example.gradients, 'var(--muted)', '∂ '] as const),
  ].filter((line) => line !== false);
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <g aria-hidden="true">
      {lines.map(([numbers, color, mark], i) => (
        <text
          key={mark}
          x={place.x + size / 2}
          y={place.y + size + (i + 1) * LINE - 1}
          text-anchor="middle"
          font-size={11}
          style={{ fill: color }}
        >
          {mark}
          {short(numbers[place.layer]?.[place.unit] ?? Number.NaN, 2)}
        </text>
      ))}
    </g>
  );
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The unit that is looked at, as far as it exists in the present network. */
export function chosen(): readonly [number, number] {
  const [layer, unit] = state.unit.value;
  const at = Math.min(layer, widths.value.length - 1);
  return [at, Math.min(unit, widths.value[at]! - 1)];
}
