/** Words that complete a proportion. */
import { Message, Panel, TextField } from '../../components/index.js';
import { analogyAnswer, analogyFailure } from './questions.js';
import { knownForm, state } from './state.js';
import { t } from './text.js';
import { NeighborTable } from './WordPanel.js';

export function AnalogyPanel() {
  const answer = analogyAnswer.value;
  const unknown = [state.a, state.b, state.c].map(({ value }) => value.trim()).find(isUnknown);
  return (
    <Panel title={t().analogy}>
      <p class="muted small">{t().analogyAbout}</p>
      <div class="three">
        <TextField label="a" signal={state.a} />
        <TextField label="b" signal={state.b} />
        <TextField label="c" signal={state.c} />
      </div>
      {unknown !== undefined && <Message kind="warning">{t().unknown(unknown)}</Message>}
      {analogyFailure.value !== undefined && <Message kind="error">{analogyFailure.value}</Message>}
      {answer !== undefined && (
        <NeighborTable
          title={t().completes(...answer.words)}
          fileName={`lexigrad-analogy-${answer.words.join('-')}`}
          found={answer.found}
        />
      )}
    </Panel>
  );
}

function isUnknown(word: string): boolean {
  return word !== '' && knownForm(word) === undefined;
}
