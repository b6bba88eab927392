/** A computation as a graph: forward, backward, backward of backward, and the program that is made of it. */
import './room.css';
import { Message, NumberField, Panel, Playback } from '../../components/index.js';
import { Drawing } from './Drawing.js';
import { numbersOf, titleOf } from './describe.js';
import { base, shown } from './model.js';
import { NodePanel } from './NodePanel.js';
import { ProgramPanel } from './ProgramPanel.js';
import { SourcePanel } from './Source.js';
import { t } from './text.js';
import { goTo, player, step, total, walk } from './walk.js';

export default function ComputationGraph() {
  return (
    <div class="stack">
      <SourcePanel />
      <Panel title={t().walk}>
        <Steps />
        {'ok' in base.value && 'error' in shown.value && <Message kind="error">{shown.value.error}</Message>}
        <Drawing />
      </Panel>
      <div class="graph-below">
        <NodePanel />
        <ProgramPanel />
      </div>
    </div>
  );
}

function Steps() {
  const now = walk.value;
  if (now === undefined) return null;
  const finished = step.value >= total.value;
  return (
    <div class="graph-steps">
      <Playback player={player} finished={finished} />
      <div class="stack" style={{ gap: 'var(--space-2)' }}>
        {total.value > 0 && (
          <NumberField
            label={t().position}
            value={step.value}
            onChange={goTo}
            min={0}
            max={total.value}
            step={1}
          />
        )}
        <p class="small muted">{t().stepOf(step.value, total.value, now.graph.forward.length)}</p>
        <p class="small graph-said" role="status">
          <Said />
        </p>
      </div>
    </div>
  );
}

function Said() {
  const { graph, progress } = walk.value!;
  const { active, phase } = progress;
  const name = titleOf(graph, active ?? graph.order.length - 1);
  const end = step.value >= total.value && phase !== 'forward' ? ` ${t().finished}` : '';
  switch (phase) {
    case 'start':
      return <>{t().atStart}</>;
    case 'forward':
      return <>{t().atValue(name, numbersOf(graph.trace.nodes[active!]!.value))}</>;
    case 'seed':
      return <>{t().atSeed(name)}</>;
    default:
      return <>{t().atGradient(name) + end}</>;
  }
}
