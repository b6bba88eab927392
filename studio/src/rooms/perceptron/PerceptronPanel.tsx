/** The perceptron: its boundary, its last step in words, and whether it can ever be done. */

import type { Perceptron } from 'lexigrad';
import { useMemo } from 'preact/hooks';
import { lineInBox } from '../../components/geometry.js';
import {
  createPlayer,
  Facts,
  Figure,
  Formula,
  Message,
  NumberField,
  Panel,
  Playback,
  type Scale,
} from '../../components/index.js';
import { short } from '../../text/format.js';
import { SIDE } from './network-state.js';
import { PointsPlane } from './PointsPlane.js';
import { advance, course, lastStep, present, previous, startFrom, stepsMade } from './perceptron.js';
import { PLANE, schema, state, WEIGHT_REACH } from './state.js';
import { t } from './text.js';

const player = createPlayer({
  step: advance,
  reset: () => {
    state.t.value = 0;
    state.from.value = schema.from.initial;
  },
});

/** How strongly the two sides are tinted. */
const TINT = 0.3;
const places = Array.from({ length: SIDE * SIDE }, (_, i) => {
  const at = (part: number) => PLANE[0] + ((PLANE[1] - PLANE[0]) * part) / (SIDE - 1);
  return [at(i % SIDE), at(SIDE - 1 - Math.floor(i / SIDE))];
});

export function PerceptronPanel() {
  const perceptron = present.value;
  const ground = useMemo(
    () => places.map((place) => (perceptron.output(place) === 1 ? TINT : -TINT)),
    [perceptron],
  );
  const { steps, problem } = course.value;
  return (
    <Panel title={t().perceptron}>
      <p class="muted small">{t().perceptronAbout}</p>
      <Formula tex="w \leftarrow w + \eta\,(y - \hat y)\,x,\qquad b \leftarrow b + \eta\,(y - \hat y)" />
      <Playback player={player} finished={stepsMade.value >= steps.length} />
      <Figure title={t().plane} fileName="lexigrad-perceptron" caption={t().planeCaption}>
        <PointsPlane label={t().planeLabel} ground={ground} marked={lastStep.value?.example}>
          {(scale) => (
            <>
              {lastStep.value?.mistake && <Boundary of={previous.value} scale={scale} dotted />}
              <Boundary of={perceptron} scale={scale} />
            </>
          )}
        </PointsPlane>
      </Figure>
      <LastStep />
      {problem === undefined ? <Outlook /> : <Message kind="warning">{t().oneClass}</Message>}
      <NumberField label={t().rate} signal={state.rate} min={0.01} max={10} logarithmic />
      <Weights />
      <Counts />
    </Panel>
  );
}

function Boundary(props: { readonly of: Perceptron; readonly scale: Scale; readonly dotted?: boolean }) {
  const { of, scale, dotted = false } = props;
  const [w1, w2] = of.weights as readonly [number, number];
  const line = lineInBox([w1, w2, of.bias], PLANE, PLANE);
  if (line === undefined) return null;
  const [from, to] = line;
  return (
    <line
      x1={scale.x(from.x)}
      y1={scale.y(from.y)}
      x2={scale.x(to.x)}
      y2={scale.y(to.y)}
      stroke="var(--text)"
      stroke-width={dotted ? 1.5 : 2.5}
      stroke-dasharray={dotted ? '2 5' : undefined}
      stroke-linecap="round"
    />
  );
}

function LastStep() {
  const step = lastStep.value;
  const zero = present.value.weights.every((weight) => weight === 0);
  if (step === undefined) return <p class="small muted">{zero ? t().noBoundary : t().start}</p>;
  const number = stepsMade.value;
  const { example, output, target, mistake } = step;
  if (!mistake) return <p class="small">{t().right(number, example + 1, output)}</p>;
  const before = previous.value;
  const change = [
    ...step.weights.map((weight, i) => weight - before.weights[i]!),
    step.bias - before.bias,
  ].map((value) => short(value));
  return (
    <p class="small">
      {t().wrong(number, example + 1, target, output, `(${change.slice(0, 2).join(', ')}), ${change[2]}`)}
    </p>
  );
}

/** Whether it has converged, will, or never can, and why. */
function Outlook() {
  const { report, steps } = course.value;
  if (report === undefined) return null;
  if (report.separable === false && report.proof !== undefined) {
    const { point, negative, positive } = report.proof;
    const names = (points: readonly number[]) => points.map((i) => i + 1).join(', ');
    return (
      <Message kind="warning">
        {t().inseparable(
          `(${point.map((value) => short(value)).join(', ')})`,
          names(negative.points),
          names(positive.points),
        )}
      </Message>
    );
  }
  if (report.separable === undefined) return <Message>{t().unknown}</Message>;
  if (stepsMade.value < steps.length) return <Message>{t().willConverge}</Message>;
  return report.converged ? (
    <Message kind="success">{t().converged(report.epochs)}</Message>
  ) : (
    <Message kind="warning">{t().notYet}</Message>
  );
}

function Weights() {
  const { weights, bias } = present.value;
  const [w1, w2] = weights as readonly [number, number];
  const field = (label: string, value: number, onChange: (value: number) => void) => (
    <NumberField
      plain
      label={label}
      value={value}
      onChange={onChange}
      min={-WEIGHT_REACH}
      max={WEIGHT_REACH}
      step={0.1}
    />
  );
  return (
    <>
      <h3>{t().weights}</h3>
      <div class="columns" style={{ '--column': '5rem', gap: 'var(--space-2)' }}>
        {field('w₁', w1, (value) => startFrom([value, w2, bias]))}
        {field('w₂', w2, (value) => startFrom([w1, value, bias]))}
        {field('b', bias, (value) => startFrom([w1, w2, value]))}
      </div>
      <p class="muted small">{t().weightsHint}</p>
    </>
  );
}

function Counts() {
  const step = lastStep.value;
  const made = course.value.steps.slice(0, stepsMade.value);
  const mistakes = made.filter(({ epoch, mistake }) => epoch === step?.epoch && mistake).length;
  return (
    <Facts
      of={[
        [t().steps, stepsMade.value],
        [t().epoch, step === undefined ? 0 : step.epoch + 1],
        [t().mistakes, mistakes],
      ]}
    />
  );
}
