/** A sentence is begun, and the next word is expected as it is typed. */
import { signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Figure, Message, Panel, Select } from '../../components/index.js';
import { fixed, percent } from '../../text/format.js';
import { Bars } from '../../text-models/Bars.js';
import { counted, expected, holder, pick } from './model.js';
import { LONGEST_TEXT, methods, state } from './state.js';
import type { Expectation } from './tasks.js';
import { t } from './text.js';

/** The suggestion that Enter takes. */
const chosen = signal(0);

export function ExpectPanel() {
  const id = useId();
  if (holder.model.value === undefined) return null;
  const answer = expected.answer.value;
  const suggestions = answer?.suggestions ?? [];
  const choose = (index: number) => {
    chosen.value = Math.max(0, Math.min(suggestions.length - 1, index));
    state.word.value = suggestions[chosen.value]?.token ?? '';
  };
  const take = (index: number) => {
    const suggestion = suggestions[index];
    if (suggestion === undefined || suggestion.token === '</s>') return;
    pick(suggestion.token);
    chosen.value = 0;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') choose(chosen.value + 1);
    else if (event.key === 'ArrowUp') choose(chosen.value - 1);
    else if (event.key === 'Enter') take(chosen.value);
    else return;
    event.preventDefault();
  };
  const comboBox = {
    role: 'combobox',
    'aria-expanded': suggestions.length > 0,
    'aria-controls': `${id}-list`,
    'aria-autocomplete': 'list',
    'aria-activedescendant': suggestions.length > 0 ? `${id}-list-${chosen.value}` : undefined,
  } as const;
  return (
    <Panel title={t().expect}>
      <div class="field">
        <label class="field-label" for={id}>
          {t().typeHere}
        </label>
        <input
          {...{ id, class: 'input', type: 'text', spellcheck: false, autocomplete: 'off' }}
          {...comboBox}
          value={state.q.value}
          maxLength={LONGEST_TEXT}
          onInput={({ currentTarget }) => {
            state.q.value = currentTarget.value;
            state.word.value = '';
            chosen.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
        <span class="field-hint">{t().typeHint}</span>
      </div>
      {expected.failure.value !== undefined && <Message kind="error">{expected.failure.value}</Message>}
      {answer !== undefined && (
        <div class="columns" style={{ '--column': '18rem' }}>
          <Suggestions id={`${id}-list`} answer={answer} onChoose={choose} onTake={take} />
          <Context answer={answer} />
        </div>
      )}
    </Panel>
  );
}

function Suggestions(props: {
  readonly id: string;
  readonly answer: Expectation;
  readonly onChoose: (index: number) => void;
  readonly onTake: (index: number) => void;
}) {
  const { id, answer, onChoose, onTake } = props;
  const { suggestions, prefix } = answer;
  const order = holder.model.value!.facts.order;
  return (
    <div class="stack" style={{ gap: 'var(--space-3)' }}>
      <Figure
        title={t().suggestions}
        fileName="lexigrad-next-words"
        caption={counted.value ? t().thin(order) : undefined}
      >
        <Bars
          {...{ id, selected: chosen.value, onSelect: onChoose, onPick: onTake }}
          label={t().suggestionsLabel}
          domain={[0, scaleOf(answer)]}
          namesWidth={110}
          rows={suggestions.map(({ token, probability, counted: other }) => ({
            name: shown(token),
            value: probability,
            other,
            shown: percent(probability),
          }))}
        />
      </Figure>
      {suggestions.length === 0 && <Message>{t().nothingBegins(prefix)}</Message>}
      {answer.counted === undefined ? (
        <p class="muted small">{t().noCounts}</p>
      ) : (
        <p class="small">
          <span class="muted">{t().countsSay}</span>{' '}
          {answer.counted
            .map(({ token, probability }) => `${shown(token)} ${percent(probability)}`)
            .join(' · ')}
        </p>
      )}
    </div>
  );
}

/** Bars fill the width at the next of a few round probabilities. */
function scaleOf({ suggestions }: Expectation): number {
  const most = suggestions.reduce(
    (max, { probability, counted: other = 0 }) => Math.max(max, probability, other),
    0,
  );
  return [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1].find((end) => most <= end) ?? 1;
}

function Context({ answer: { explanation, evidence } }: { readonly answer: Expectation }) {
  if (explanation === undefined) return null;
  const { words } = explanation;
  const word = shown(explanation.word);
  const method = state.method.value;
  const largest = words.reduce((most, each) => Math.max(most, Math.abs(each[method])), 1);
  return (
    <div class="stack" style={{ gap: 'var(--space-3)' }}>
      <Figure title={t().context(word)} fileName="lexigrad-context-contributions" caption={t().contextAbout}>
        <Bars
          label={t().contextLabel(word)}
          domain={[-largest, largest]}
          namesWidth={100}
          rows={words.map((each) => ({
            name: each.token === '</s>' ? t().beginning : each.token,
            value: each[method],
            shown: `${each[method] > 0 ? '+' : ''}${fixed(each[method])}`,
          }))}
        />
      </Figure>
      <Select label={t().method} signal={state.method} options={methods.map((name) => [name, t()[name]])} />
      {evidence?.withWord !== undefined && (
        <p class="muted small">
          {evidence.withWord.length === 0
            ? t().noEvidence(word)
            : t().evidence([...evidence.withWord, explanation.word].join(' '))}
        </p>
      )}
    </div>
  );
}

function shown(token: string): string {
  if (token === '</s>') return t().sentenceEnd;
  return token === ' ' ? '␣' : token;
}
