/** The run: its buttons, and its perplexity beside that of counted n-grams. */
import { useMemo } from 'preact/hooks';
import { Empty, Panel } from '../../components/index.js';
import { fixed } from '../../text/format.js';
import { type Curve, Curves, type Level } from '../../text-models/Curves.js';
import { RunControls } from '../../text-models/RunControls.js';
import { baseline, opened, session, settingsChanged, train } from './model.js';
import { schema } from './state.js';
import { t } from './text.js';

export function TrainingPanel() {
  const { options } = session.input.value ?? {};
  const epochs = options?.epochs ?? schema.epochs.initial;
  return (
    <Panel title={t().training}>
      <RunControls
        {...{ session, epochs, start: train, disabled: opened.value === undefined }}
        unit={t().unit}
        changed={settingsChanged()}
      />
      {options === undefined ? (
        <Empty>{t().noCurves}</Empty>
      ) : (
        <PerplexityCurves epochs={epochs} order={options.order ?? schema.order.initial} />
      )}
      <Outcome />
    </Panel>
  );
}

/** The first batches of a run know nothing; a curve that begins there would be flat ever after. */
const HIGHEST = 3;

function PerplexityCurves({ epochs, order }: { readonly epochs: number; readonly order: number }) {
  const points = session.points.value;
  const validations = session.validations.value;
  const totalSteps = session.progress.value?.totalSteps;
  const { perplexity: counted, best } = baseline.value ?? {};
  const words = t();
  const curves = useMemo((): Curve[] => {
    const epochOf = (step: number) => (step / (totalSteps ?? 1)) * epochs;
    const held = validations.flatMap(({ epoch, validation }) =>
      validation?.perplexity === undefined ? [] : [[epoch, validation.perplexity] as const],
    );
    const highest = HIGHEST * Math.max(counted ?? 0, ...held.map(([, value]) => value));
    const training = points
      .map(({ step, loss }) => [epochOf(step), Math.exp(loss)] as const)
      .filter(([, value]) => highest === 0 || value <= highest);
    return [
      { name: words.trainCurve, color: 'var(--category-1)', points: training },
      ...(held.length === 0
        ? []
        : [{ name: words.validCurve, color: 'var(--category-2)', points: held, dots: true }]),
    ];
  }, [points, validations, totalSteps, epochs, counted, words]);
  const levels = useMemo(
    (): Level[] => [
      ...(counted === undefined
        ? []
        : [{ name: words.ngramLevel(order), value: counted, color: 'var(--category-8)', dash: '6 4' }]),
      ...(best === undefined
        ? []
        : [{ name: words.bestLevel, value: best, color: 'var(--category-3)', dash: '2 3' }]),
    ],
    [counted, best, order, words],
  );
  return (
    <Curves
      title={t().curves}
      fileName="lexigrad-perplexity"
      label={t().curvesLabel}
      yLabel={t().perplexity}
      logarithmic
      {...{ epochs, curves, levels }}
    />
  );
}

/** The best epoch in words, when the run is over. */
function Outcome() {
  if (session.status.value !== 'finished') return null;
  const held = session.validations.value.filter(({ validation }) => validation !== undefined);
  if (held.length === 0) return null;
  const best = held.reduce((a, b) => (b.validation!.perplexity! < a.validation!.perplexity! ? b : a));
  const counted = baseline.value?.perplexity;
  return (
    <p class="small">
      {t().outcome(String(best.epoch), fixed(best.validation!.perplexity!))}{' '}
      {counted !== undefined && t().better(fixed(counted))}
    </p>
  );
}
