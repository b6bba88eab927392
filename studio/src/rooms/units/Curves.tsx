/** f and f′ over z, large for the chosen activation and small for all. */
import { type Activation, activationNames } from 'lexigrad/nn';
import { Figure, Formula, Handle, Plane, type Scale } from '../../components/index.js';
import { activations } from '../../text/activations.js';
import { type Curve, curve, values } from './model.js';
import { state, Z_REACH } from './state.js';
import { t } from './text.js';

const SPAN = [-Z_REACH, Z_REACH] as const;

export function Curves() {
  const f = state.f.value;
  const drawn = curve(f);
  const { z, a } = values.value;
  return (
    <>
      <div class="row" style={{ gap: 'var(--space-2) var(--space-5)' }}>
        <Formula tex={activations[f].f} />
        <Formula tex={activations[f].derivative} />
      </div>
      <Figure title={t().curves} fileName={`lexigrad-${f}`} caption={t().curveCaption}>
        <Plane
          label={t().curveLabel(activations[f].name)}
          x={SPAN}
          y={reachOf(drawn)}
          xLabel="z"
          aspect={0.55}
        >
          {(scale) => (
            <>
              <Saturated drawn={drawn} scale={scale} />
              <path
                d={pathOf(drawn.z, drawn.a, scale)}
                fill="none"
                stroke="var(--category-1)"
                stroke-width={2.5}
              />
              <path
                d={pathOf(drawn.z, drawn.slope, scale)}
                fill="none"
                stroke="var(--category-2)"
                stroke-width={2}
                stroke-dasharray="6 4"
              />
              {Math.abs(z) <= Z_REACH && (
                <Handle
                  scale={scale}
                  x={z}
                  y={clip(a, scale)}
                  label={t().zHandle}
                  onMove={moveZ}
                  color="var(--category-1)"
                />
              )}
            </>
          )}
        </Plane>
      </Figure>
    </>
  );
}

/** Moves z to where the dot is dragged, by the bias alone. */
function moveZ(z: number): void {
  const bias = state.b.value + z - values.value.z;
  state.b.value = Number(Math.min(Z_REACH, Math.max(-Z_REACH, bias)).toFixed(2));
}

/** Enough for f where it is bounded; of the others the part near the origin. */
function reachOf({ a, slope }: Curve): readonly [number, number] {
  const low = Math.min(...a, ...slope);
  const high = Math.max(...a, ...slope);
  return [Math.max(-4, low) - 0.15, Math.min(4, high) + 0.15];
}

function clip(value: number, { domain }: Scale): number {
  return Math.min(domain.y[1], Math.max(domain.y[0], value));
}

/** The stretches of z where f is flat. */
function Saturated({ drawn, scale }: { readonly drawn: Curve; readonly scale: Scale }) {
  const top = scale.y(scale.domain.y[1]);
  const height = scale.y(scale.domain.y[0]) - top;
  return (
    <g fill="var(--line-strong)" fill-opacity={0.22}>
      {stretches(drawn).map(([from, to]) => (
        <rect key={from} x={scale.x(from)} y={top} width={scale.x(to) - scale.x(from)} height={height} />
      ))}
    </g>
  );
}

function stretches({ z, saturated }: Curve): (readonly [number, number])[] {
  const found: [number, number][] = [];
  saturated.forEach((flat, i) => {
    if (!flat) return;
    if (saturated[i - 1]) found.at(-1)![1] = z[i]!;
    else found.push([z[i]!, z[i]!]);
  });
  return found;
}

/** A line through values; the pen is lifted outside of the plane. */
function pathOf(z: readonly number[], values: readonly number[], scale: Scale): string {
  const [low, high] = scale.domain.y;
  let pen = false;
  return z
    .map((at, i) => {
      const value = values[i]!;
      // A jump is not drawn as a steep line.
      const jumps = i > 0 && Math.abs(value - values[i - 1]!) > 0.6;
      const inside = value >= low && value <= high;
      const command = inside
        ? `${pen && !jumps ? 'L' : 'M'}${scale.x(at).toFixed(1)} ${scale.y(value).toFixed(1)}`
        : '';
      pen = inside;
      return command;
    })
    .join('');
}

const SMALL = { width: 120, height: 64 };

/** Every activation as a small picture that chooses it. */
export function Gallery() {
  return (
    <div class="gallery" role="radiogroup" aria-label={t().gallery}>
      {activationNames.map((name) => (
        <label key={name} class="gallery-item">
          <input
            class="cover"
            type="radio"
            name="activation"
            checked={state.f.value === name}
            onChange={() => {
              state.f.value = name;
            }}
          />
          <Small name={name} />
          {activations[name].name}
        </label>
      ))}
    </div>
  );
}

function Small({ name }: { readonly name: Activation }) {
  const drawn = curve(name);
  const { width, height } = SMALL;
  const scale: Scale = {
    x: (value) => ((value + Z_REACH) / (2 * Z_REACH)) * width,
    y: (value) => height - 8 - ((value + 1.1) / 3.2) * (height - 12),
    invert: () => ({ x: 0, y: 0 }),
    ...SMALL,
    domain: { x: SPAN, y: [-1.3, 2.2] },
  };
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={`M0 ${scale.y(0)}H${width}M${scale.x(0)} 0V${height}`} stroke="var(--line)" />
      <path
        d={pathOf(drawn.z, drawn.slope, scale)}
        fill="none"
        stroke="var(--category-2)"
        stroke-width={1.5}
        stroke-dasharray="4 3"
      />
      <path d={pathOf(drawn.z, drawn.a, scale)} fill="none" stroke="var(--category-1)" stroke-width={2} />
    </svg>
  );
}
