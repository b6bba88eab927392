/** One unit: its map, large, and its bias and weights, which can be typed. */
import { useMemo } from 'preact/hooks';
import { Figure, HeatMap, NumberField, Panel, Plane } from '../../components/index.js';
import { short } from '../../text/format.js';
import { chosen } from './Diagram.js';
import { symbolOf, unitTitle } from './names.js';
import { placesOf } from './network.js';
import { scalesOf } from './paint.js';
import { PLANE, SIDE, WEIGHT_REACH } from './settings.js';
import { state } from './state.js';
import { t } from './text.js';
import { frame, setWeight, widths } from './training.js';

export function Inspector() {
  const [layer, unit] = chosen();
  const name = unitTitle(layer, unit);
  return (
    <Panel title={name}>
      <div class="play-inspector">
        <UnitMap layer={layer} unit={unit} name={name} />
        {layer === 0 ? <p class="muted small">{t().noWeights}</p> : <Weights layer={layer} unit={unit} />}
      </div>
    </Panel>
  );
}

function UnitMap(props: { readonly layer: number; readonly unit: number; readonly name: string }) {
  const { layer, unit, name } = props;
  const map = frame.value?.maps[layer];
  const isForward = state.side.value === 'forward';
  const count = widths.value[layer]!;
  const values = useMemo(() => {
    if (map === undefined) return new Float32Array(SIDE * SIDE);
    const [scale] = scalesOf([map], isForward ? 1 : 1e-30);
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => map[i * count + unit]! / scale!);
  }, [map, unit, count, isForward]);
  const symbol = symbolOf(layer, unit);
  return (
    <Figure title={isForward ? symbol : `∂z/∂${symbol}`} fileName="lexigrad-playground-unit">
      <Plane
        label={t().mapLabel(name)}
        x={PLANE}
        y={PLANE}
        xLabel="x₁"
        yLabel="x₂"
        widest={260}
        ground={<HeatMap values={values} columns={SIDE} />}
      />
    </Figure>
  );
}

function Weights({ layer, unit }: { readonly layer: number; readonly unit: number }) {
  const now = frame.value;
  if (now === undefined) return null;
  const { weights, bias } = placesOf(widths.value, layer, unit);
  const field = (label: string, symbol: string, place: number) => (
    <NumberField
      key={place}
      plain
      label={label}
      value={now.weights[place]!}
      onChange={(value) => setWeight(place, value)}
      min={-WEIGHT_REACH}
      max={WEIGHT_REACH}
      step={0.1}
      hint={<span class="numbers">{`∂L/∂${symbol} = ${short(now.gradients[place]!)}`}</span>}
    />
  );
  return (
    <div class="stack" style={{ gap: 'var(--space-2)' }}>
      <div class="columns" style={{ '--column': '8.5rem', gap: 'var(--space-2) var(--space-3)' }}>
        {field(t().bias, 'b', bias)}
        {weights.map((place, from) => field(t().weightFrom(symbolOf(layer - 1, from)), 'w', place))}
      </div>
      <p class="muted small">{t().edited}</p>
    </div>
  );
}
