/** A network of any layers on points in the plane: what every unit sees, what every weight does, and how it learns. */
import './room.css';
import { useEffect } from 'preact/hooks';
import {
  Button,
  Facts,
  Icon,
  Message,
  NumberField,
  Panel,
  Presets,
  Progress,
} from '../../components/index.js';
import { count, short } from '../../text/format.js';
import { WorkerState } from '../../worker/index.js';
import { DataPanel, LearningPanel, NetworkPanel } from './Controls.js';
import { DiagramPanel } from './Diagram.js';
import { Inspector } from './Inspector.js';
import { choosePreset, presentPreset, presetNames, presets } from './presets.js';
import { SavePanel } from './SavePanel.js';
import { Curve, Surface } from './Surface.js';
import { MOST_STEPS } from './settings.js';
import { state } from './state.js';
import { t } from './text.js';
import {
  advance,
  client,
  failure,
  follow,
  frame,
  hasPoints,
  playing,
  reset,
  restart,
  settings,
  status,
  toggle,
} from './training.js';

export default function Playground() {
  useEffect(follow, []);
  return (
    <div class="stack playground">
      <Panel>
        <Presets
          label={t().preset}
          worksLabel={t().works}
          failsLabel={t().fails}
          present={presentPreset()}
          onChoose={choosePreset}
          options={presetNames.map((name) => ({
            name,
            works: presets[name].works,
            title: t()[name],
            why: t()[`${name}Why`],
          }))}
        />
      </Panel>
      <div class="play-rows">
        <div class="play-controls">
          <DataPanel />
          <NetworkPanel />
          <LearningPanel />
        </div>
        <div class="play-main">
          <Training />
          <DiagramPanel />
          <Inspector />
          <SavePanel />
        </div>
        <div class="play-results">
          <Panel>
            <Surface />
            <Curve />
          </Panel>
        </div>
      </div>
    </div>
  );
}

function Training() {
  const finished = (frame.value?.step ?? 0) >= MOST_STEPS;
  const { testShare, points, batchSize } = settings.value;
  const epoch = Math.max(1, Math.ceil((points.length - Math.round(testShare * points.length)) / batchSize));
  const still = !hasPoints.value || finished;
  return (
    <Panel>
      <div class="row">
        <Button kind="primary" disabled={still} onClick={toggle}>
          <Icon name={playing.value ? 'pause' : 'play'} />
          {playing.value ? t().pause : t().train}
        </Button>
        <Button disabled={still} onClick={() => advance(1)}>
          <Icon name="step" />
          {t().oneStep}
        </Button>
        <Button disabled={still} onClick={() => advance(epoch)}>
          {t().oneEpoch}
        </Button>
        <Button onClick={reset}>
          <Icon name="reset" />
          {t().reset}
        </Button>
      </div>
      <div class="play-run">
        <Measures />
        <NumberField
          label={t().speed}
          value={state.speed.value}
          onChange={(speed) => {
            state.speed.value = Math.round(speed);
          }}
          min={1}
          max={5000}
          logarithmic
        />
      </div>
      <State finished={finished} />
    </Panel>
  );
}

function Measures() {
  const now = frame.value;
  const { stepsPerSecond } = status.value;
  if (now === undefined) return <p class="muted small">{hasPoints.value ? t().starting : t().none}</p>;
  const { step, epoch, train, test } = now;
  const hasTest = test.points > 0;
  return (
    <Facts
      of={[
        [`${t().step} · ${t().epoch}`, `${count(step)} · ${count(epoch)}`],
        [t().trainLoss, short(train.loss)],
        [t().testLoss, hasTest ? short(test.loss) : '–'],
        [t().wrong, `${train.wrong}/${train.points}; ${test.wrong}/${test.points}`],
        [t().pace, playing.value && stepsPerSecond > 0 ? count(stepsPerSecond) : '–'],
      ]}
    />
  );
}

function State({ finished }: { readonly finished: boolean }) {
  const { catchingUp, diverged } = status.value;
  const step = frame.value?.step ?? 0;
  const target = state.k.value;
  return (
    <>
      {catchingUp && target > step && (
        <Progress value={step / target}>{t().catchingUp(step, target)}</Progress>
      )}
      {diverged && <Message kind="error">{t().diverged}</Message>}
      {finished && <Message>{t().longest(count(MOST_STEPS))}</Message>}
      <WorkerState client={client} onRestart={restart} />
      {failure.value !== undefined && <Message kind="error">{failure.value}</Message>}
    </>
  );
}
