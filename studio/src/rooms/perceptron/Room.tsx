/** A perceptron and a two-layer network on the same points in the plane. */
import './room.css';
import { Fragment } from 'preact';
import { Button, Message, Panel, Segments } from '../../components/index.js';
import { NetworkPanel } from './NetworkPanel.js';
import { brush } from './network-state.js';
import { PerceptronPanel } from './PerceptronPanel.js';
import { setPoints } from './PointsPlane.js';
import { choosePreset, type PresetName, presentPreset, presetNames, presets } from './presets.js';
import { MOST_POINTS, state } from './state.js';
import { t } from './text.js';

export default function PerceptronAndXor() {
  return (
    <div class="stack">
      <Panel>
        <Presets />
        <Points />
      </Panel>
      <div class="learners">
        <PerceptronPanel />
        <NetworkPanel />
      </div>
    </div>
  );
}

function Presets() {
  const present = presentPreset();
  return (
    <>
      <div class="presets" role="radiogroup" aria-label={t().preset}>
        {[true, false].map((works) => (
          <Fragment key={works}>
            <span class="small muted">{works ? t().works : t().fails}</span>
            <PillsOf works={works} present={present} />
          </Fragment>
        ))}
      </div>
      {present !== undefined && (
        <Message kind={presets[present].works ? 'info' : 'warning'}>{t()[whyOf(present)]}</Message>
      )}
    </>
  );
}

function PillsOf({ works, present }: { readonly works: boolean; readonly present: PresetName | undefined }) {
  return (
    <div class="row">
      {presetNames
        .filter((name) => presets[name].works === works)
        .map((name) => (
          <label key={name} class={works ? 'preset' : 'preset fails'}>
            <input
              class="cover"
              type="radio"
              name="preset"
              checked={name === present}
              onChange={() => choosePreset(name)}
            />
            {t()[name]}
          </label>
        ))}
    </div>
  );
}

function whyOf<Name extends PresetName>(name: Name): `${Name}Why` {
  return `${name}Why`;
}

function Points() {
  const { points } = state;
  const full = points.value.length >= MOST_POINTS;
  return (
    <div class="row">
      <span class="small">{t().brush}</span>
      <Segments
        label={t().brush}
        signal={brush}
        options={[
          ['0', '0 ●'],
          ['1', '1 ■'],
        ]}
      />
      <Button kind="quiet" disabled={points.value.length === 0} onClick={() => setPoints([])}>
        {t().clear}
      </Button>
      <span class="muted small">{full ? t().tooMany(MOST_POINTS) : t().pointsHelp}</span>
    </div>
  );
}
