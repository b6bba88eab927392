/** The run: its buttons, its curves, and what came of it. */
import { useMemo } from 'preact/hooks';
import { Empty, Panel } from '../../components/index.js';
import { percent, short } from '../../text/format.js';
import { type Curve, Curves } from '../../text-models/Curves.js';
import { RunControls } from '../../text-models/RunControls.js';
import { data, session, settingsChanged, train } from './model.js';
import { schema } from './state.js';
import { t } from './text.js';

export function TrainingPanel() {
  const trainable = (data.value?.summary.labels.length ?? 0) > 1;
  const epochs = session.input.value?.options.epochs ?? schema.epochs.initial;
  return (
    <Panel title={t().training}>
      <RunControls
        {...{ session, epochs, start: train, disabled: !trainable }}
        unit={t().examples}
        changed={settingsChanged()}
      />
      {session.input.value === undefined ? <Empty>{t().noCurves}</Empty> : <LossCurves epochs={epochs} />}
      <Outcome />
    </Panel>
  );
}

function LossCurves({ epochs }: { readonly epochs: number }) {
  const points = session.points.value;
  const validations = session.validations.value;
  const totalSteps = session.progress.value?.totalSteps;
  const [training, validation] = [t().trainLoss, t().validLoss];
  const curves = useMemo((): Curve[] => {
    const epochOf = (step: number) => (step / (totalSteps ?? 1)) * epochs;
    const losses = points.map(({ step, loss }) => [epochOf(step), loss] as const);
    const held = validations.flatMap(({ epoch, validation: measures }) =>
      measures?.loss === undefined ? [] : [[epoch, measures.loss] as const],
    );
    return [
      { name: training, color: 'var(--category-1)', points: losses },
      ...(held.length === 0
        ? []
        : [{ name: validation, color: 'var(--category-2)', points: held, dots: true }]),
    ];
  }, [points, validations, totalSteps, epochs, training, validation]);
  const reached = Math.max(1, Math.ceil(curves[0]!.points.at(-1)?.[0] ?? 1));
  return (
    <Curves
      title={t().curves}
      fileName="lexigrad-classifier-loss"
      label={t().curvesLabel}
      yLabel={t().loss}
      // Most runs stop long before the last epoch that is allowed.
      epochs={Math.min(epochs, Math.max(5, reached))}
      curves={curves}
    />
  );
}

/** The best epoch in words, when the run is over. */
function Outcome() {
  if (session.status.value !== 'finished') return null;
  const held = session.validations.value.filter(({ validation }) => validation !== undefined);
  if (held.length === 0) return null;
  const best = held.reduce((a, b) => (b.validation!.loss! < a.validation!.loss! ? b : a));
  const { accuracy, loss } = best.validation!;
  const early = held.length < (session.input.value?.options.epochs ?? schema.epochs.initial);
  return (
    <p class="small">
      {t().trainOutcome(String(best.epoch), accuracy === undefined ? '–' : percent(accuracy), short(loss!))}{' '}
      {early && <span class="muted">{t().early}</span>}
    </p>
  );
}
