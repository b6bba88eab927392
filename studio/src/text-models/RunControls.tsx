/** Buttons and state of a training run. */
import { Button, Icon, Message, Progress } from '../components/index.js';
import { count, short } from '../text/format.js';
import type { TrainingSession } from './session.js';
import { t } from './text.js';

export function RunControls<Input extends object>(props: {
  readonly session: TrainingSession<Input>;
  readonly start: () => void;
  /** Why nothing can be trained at present: the button is off. */
  readonly disabled: boolean;
  readonly epochs: number;
  /** What is counted: examples, words. */
  readonly unit: string;
  /** Whether the settings differ from those of the paused run. */
  readonly changed: boolean;
}) {
  const { session, start, disabled, epochs, unit, changed } = props;
  const status = session.status.value;
  const active = status === 'running' || status === 'ending';
  const paused = status === 'paused';
  return (
    <>
      <div class="row">
        {active ? (
          <Button kind="primary" disabled={status === 'ending'} onClick={() => session.pause()}>
            <Icon name="pause" />
            {t().pause}
          </Button>
        ) : paused ? (
          <Button kind="primary" disabled={disabled} onClick={() => session.resume()}>
            <Icon name="play" />
            {t().resume}
          </Button>
        ) : (
          <Button kind="primary" disabled={disabled} onClick={start}>
            <Icon name="play" />
            {t().train}
          </Button>
        )}
        {(active || paused) && (
          <Button disabled={status === 'ending'} title={t().stopTitle} onClick={() => session.stop()}>
            {t().stop}
          </Button>
        )}
        {paused && (
          <Button kind="quiet" disabled={disabled} onClick={start}>
            {t().again}
          </Button>
        )}
      </div>
      {active && <Running session={session} epochs={epochs} unit={unit} />}
      {paused && (
        <Message>
          {t().paused} {changed && t().changed}
        </Message>
      )}
      {session.failure.value !== undefined && <Message kind="error">{session.failure.value}</Message>}
    </>
  );
}

function Running<Input extends object>(props: {
  readonly session: TrainingSession<Input>;
  readonly epochs: number;
  readonly unit: string;
}) {
  const { session, epochs, unit } = props;
  const progress = session.progress.value;
  if (session.status.value === 'ending') return <Progress>{t().ending}</Progress>;
  if (progress === undefined) return <Progress>{t().starting}</Progress>;
  const { step, totalSteps, epoch, examplesPerSecond } = progress;
  const last = session.points.value.at(-1);
  const parts = [
    t().epochOf(Math.min(epoch + 1, epochs), epochs),
    ...(last === undefined ? [] : [`${t().loss} ${short(last.loss)}`]),
    ...(examplesPerSecond === 0 ? [] : [t().perSecond(count(examplesPerSecond), unit)]),
  ];
  return <Progress value={step / totalSteps}>{parts.join(' · ')}</Progress>;
}
