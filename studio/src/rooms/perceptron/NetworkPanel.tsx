/** The two-layer network: what it says of the plane, its hidden space, its loss and its weights. */
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { lineInBox } from '../../components/geometry.js';
import {
  Button,
  createPlayer,
  Empty,
  Facts,
  Figure,
  HeatMap,
  NumberField,
  Panel,
  Plane,
  Playback,
  type Scale,
  Select,
} from '../../components/index.js';
import { activations } from '../../text/activations.js';
import { short } from '../../text/format.js';
import { flatWeights } from './network.js';
import { advance, hasPoints, hiddenSpan, hiddenSurface, SIDE, surface, trained } from './network-state.js';
import { Mark, PointsPlane } from './PointsPlane.js';
import { hiddenActivations, MOST_NETWORK_STEPS, schema, state, WEIGHT_REACH } from './state.js';
import { t } from './text.js';

const player = createPlayer({
  step: advance,
  reset: () => {
    state.k.value = 0;
  },
  speed: signal(60),
});

/** The tint of a probability: −1 for class 0, 1 for class 1, a little paler than the points. */
function tints(probabilities: ArrayLike<number>): number[] {
  return Array.from(probabilities, (probability) => 0.75 * (2 * probability - 1));
}

export function NetworkPanel() {
  return (
    <Panel title={t().network}>
      <p class="muted small">{t().networkAbout}</p>
      <Playback
        player={player}
        fastest={2000}
        finished={!hasPoints.value || state.k.value >= MOST_NETWORK_STEPS}
      />
      {hasPoints.value ? <Pictures /> : <Empty>{t().none}</Empty>}
      <Settings />
    </Panel>
  );
}

function Pictures() {
  const ground = useMemo(() => tints(surface.value), [surface.value]);
  return (
    <>
      <div class="columns" style={{ '--column': '15rem' }}>
        <Figure title={t().networkPlane} fileName="lexigrad-network" caption={t().networkCaption}>
          <PointsPlane label={t().networkPlaneLabel} ground={ground} />
        </Figure>
        {state.units.value === 2 ? <HiddenSpace /> : <Empty>{t().hiddenOnly}</Empty>}
      </div>
      <Numbers />
      <Loss />
      <Weights />
    </>
  );
}

function HiddenSpace() {
  const { looked } = trained.value;
  const span = hiddenSpan.value;
  const ground = useMemo(() => tints(hiddenSurface.value), [hiddenSurface.value]);
  const { output, outputBias } = looked.weights;
  const line = lineInBox([output[0]!, output[1]!, outputBias], span, span);
  return (
    <Figure title={t().hidden} fileName="lexigrad-hidden-space" caption={t().hiddenCaption}>
      <Plane
        label={t().hiddenLabel}
        x={span}
        y={span}
        xLabel="h₁"
        yLabel="h₂"
        widest={400}
        ground={<HeatMap values={ground} columns={SIDE} />}
      >
        {(scale) => (
          <>
            {line && (
              <line
                x1={scale.x(line[0].x)}
                y1={scale.y(line[0].y)}
                x2={scale.x(line[1].x)}
                y2={scale.y(line[1].y)}
                stroke="var(--text)"
                stroke-width={2}
                stroke-dasharray="6 4"
              />
            )}
            {state.points.value.map(([, , one], i) => {
              const [h1, h2] = looked.hidden[i] as readonly [number, number];
              return (
                <g key={i} transform={`translate(${scale.x(h1)} ${scale.y(h2)})`}>
                  <Mark one={one} />
                </g>
              );
            })}
          </>
        )}
      </Plane>
    </Figure>
  );
}

function Numbers() {
  const { loss, probabilities, gradient, saturated } = trained.value.looked;
  const wrong = state.points.value.filter(([, , one], i) => probabilities[i]! > 0.5 !== one).length;
  const dead = saturated.flatMap((share, i) => (share === 1 ? [`h${subscript(i + 1)}`] : []));
  return (
    <Facts
      of={[
        [t().steps, state.k.value],
        [t().loss, short(loss)],
        [t().wrongPoints, `${wrong} / ${probabilities.length}`],
        [t().gradient, short(gradient)],
        [t().deadUnits, dead.length === 0 ? t().deadNone : dead.join(', ')],
      ]}
    />
  );
}

/** More points than the drawing has pixels would be drawn for nothing. */
const MOST_DRAWN = 300;

function Loss() {
  const { network, looked } = trained.value;
  const losses = [...network.losses, looked.loss];
  const every = Math.ceil(losses.length / MOST_DRAWN);
  const drawn = losses
    .map((loss, step) => [step, loss] as const)
    .filter(([step]) => step % every === 0 || step === losses.length - 1);
  const highest = Math.max(0.8, ...drawn.map(([, loss]) => loss));
  const path = (scale: Scale) =>
    drawn
      .map(
        ([step, loss], i) => `${i === 0 ? 'M' : 'L'}${scale.x(step).toFixed(1)} ${scale.y(loss).toFixed(1)}`,
      )
      .join('');
  return (
    <Figure title={t().lossFigure} fileName="lexigrad-loss">
      <Plane
        label={t().lossLabel}
        x={[0, Math.max(10, losses.length - 1)]}
        y={[0, highest]}
        xLabel={t().steps}
        aspect={0.3}
        widest={900}
      >
        {(scale) => <path d={path(scale)} fill="none" stroke="var(--category-1)" stroke-width={2} />}
      </Plane>
    </Figure>
  );
}

/** More hidden units than this have too many weights to type. */
const MOST_TYPED = 4;

/** A table of fields, one row for each unit. What is typed is what training starts from. */
function Weights() {
  if (state.units.value > MOST_TYPED) return null;
  const { weights } = trained.value.looked;
  const flat = flatWeights(weights);
  const units = weights.hidden.length;
  const set = (index: number) => (value: number) => {
    state.weights.value = flat.toSpliced(index, 1, value);
    state.k.value = 0;
  };
  const field = (to: string, from: string, index: number) => (
    <NumberField
      plain
      label={`${to} ← ${from}`}
      value={flat[index]!}
      onChange={set(index)}
      min={-WEIGHT_REACH}
      max={WEIGHT_REACH}
      step={0.1}
    />
  );
  return (
    <details>
      <summary>{t().editWeights}</summary>
      <div class="stack" style={{ gap: 'var(--space-2)', marginTop: 'var(--space-2)' }}>
        {weights.hidden.map((_, i) => {
          const name = `h${subscript(i + 1)}`;
          return (
            <div class="weights-row" key={name}>
              {field(name, 'x₁', 2 * i)}
              {field(name, 'x₂', 2 * i + 1)}
              {field(name, t().bias, 2 * units + i)}
              {field('ŷ', name, 3 * units + i)}
            </div>
          );
        })}
        <div class="weights-row">{field('ŷ', t().bias, 4 * units)}</div>
        <p class="muted small">{t().weightsHint}</p>
      </div>
    </details>
  );
}

/** Steps that are made again while a slider moves. */
const LONGEST_REPLAY = 500;

function Settings() {
  const restart = () => {
    state.k.value = 0;
  };
  return (
    <div class="columns" style={{ '--column': '13rem' }}>
      <Select
        label={t().activation}
        value={state.f.value}
        onChange={(name) => {
          state.f.value = name;
          restart();
        }}
        options={hiddenActivations.map((name) => [name, activations[name].name] as const)}
      />
      <NumberField
        label={t().rate}
        value={state.eta.value}
        onChange={(eta) => {
          state.eta.value = eta;
          // A short course is shown at once as it is with this rate; a long one would make the slider stutter.
          if (state.k.value > LONGEST_REPLAY) restart();
        }}
        min={0.001}
        max={1000}
        logarithmic
      />
      <NumberField
        label={t().units}
        value={state.units.value}
        onChange={(units) => {
          state.units.value = Math.round(units);
          state.weights.value = schema.weights.initial;
          restart();
        }}
        min={1}
        max={8}
        step={1}
      />
      <NumberField
        label={t().seed}
        value={state.seed.value}
        onChange={(seed) => {
          state.seed.value = Math.round(seed);
          state.weights.value = schema.weights.initial;
          restart();
        }}
        min={1}
        max={9999}
        step={1}
      />
      {state.weights.value.length > 0 && (
        <Button
          onClick={() => {
            state.weights.value = schema.weights.initial;
            restart();
          }}
        >
          {t().seeded}
        </Button>
      )}
    </div>
  );
}

function subscript(index: number): string {
  return String.fromCodePoint(0x2080 + index);
}
