/** One unit: z = w · x + b, a = f(z), its gradients, and a chain of such units. */
import './room.css';
import { Facts, Message, NumberField, Panel } from '../../components/index.js';
import { short } from '../../text/format.js';
import { Chain } from './Chain.js';
import { Curves, Gallery } from './Curves.js';
import { Diagram } from './Diagram.js';
import { InputPlane } from './InputPlane.js';
import { values } from './model.js';
import { REACH, state, Z_REACH } from './state.js';
import { t } from './text.js';

export default function Units() {
  return (
    <div class="stack">
      <div class="beside">
        <div class="keep-in-view">
          <Panel title={t().unit}>
            <Controls />
          </Panel>
        </div>
        <div class="stack">
          <div class="columns" style={{ '--column': '20rem' }}>
            <Panel>
              <Diagram />
              <State />
            </Panel>
            <Panel>
              <InputPlane />
            </Panel>
          </div>
          <div class="columns" style={{ '--column': '20rem' }}>
            <Panel>
              <Curves />
            </Panel>
            <Panel title={t().gallery}>
              <Gallery />
              <p class="muted small">{t().galleryCaption}</p>
            </Panel>
          </div>
        </div>
      </div>
      <Chain />
    </div>
  );
}

function Controls() {
  const { x1, x2, w1, w2, b } = state;
  return (
    <>
      <NumberField label={t().weight(1)} signal={w1} min={-REACH} max={REACH} />
      <NumberField label={t().weight(2)} signal={w2} min={-REACH} max={REACH} />
      <NumberField label={t().bias} signal={b} min={-Z_REACH} max={Z_REACH} />
      <NumberField label={t().input(1)} signal={x1} min={-REACH} max={REACH} />
      <NumberField label={t().input(2)} signal={x2} min={-REACH} max={REACH} />
    </>
  );
}

function State() {
  const { slope, saturated, weightGradient, biasGradient, inputGradient } = values.value;
  const pair = ([first, second]: readonly number[]) => `${short(first!)}, ${short(second!)}`;
  return (
    <>
      {saturated ? (
        <Message kind="warning">{t().saturated(short(slope))}</Message>
      ) : (
        <Message kind="success">{t().alive(short(slope))}</Message>
      )}
      <h3>{t().gradients}</h3>
      <Facts
        of={[
          ['∂a/∂w₁, ∂a/∂w₂', pair(weightGradient)],
          ['∂a/∂b', short(biasGradient)],
          ['∂a/∂x₁, ∂a/∂x₂', pair(inputGradient)],
        ]}
      />
    </>
  );
}
