/** A text is typed: what the model says, and which words make it say so. */
import type { Explanation } from 'lexigrad';
import { Button, DataTable, Figure, Message, Panel, Select, TextField } from '../../components/index.js';
import { diverging } from '../../shell/colors.js';
import { fixed, percent } from '../../text/format.js';
import { Bars } from '../../text-models/Bars.js';
import { holder, reading, setText } from './model.js';
import { methods, state } from './state.js';
import type { Reading } from './tasks.js';
import { t } from './text.js';

/** More labels than this are not drawn; the likeliest are. */
const MOST_BARS = 12;
const MOST_WORD_BARS = 40;
const MOST_FEATURES = 60;

export function TryPanel() {
  const model = holder.model.value;
  if (model === undefined) return null;
  const answer = reading.answer.value;
  const likeliest = answer?.scores[0]?.label ?? '…';
  return (
    <Panel title={t().try}>
      <TextField label={t().tryText} rows={2} value={state.q.value} onChange={setText} />
      <div class="row settings">
        <Select
          label={t().explain}
          signal={state.label}
          options={[
            ['', t().likeliest(likeliest)],
            ...model.facts.labels.map((label) => [label, label] as const),
          ]}
        />
        <Select label={t().method} signal={state.method} options={methods.map((name) => [name, t()[name]])} />
      </div>
      {reading.failure.value !== undefined && <Message kind="error">{reading.failure.value}</Message>}
      {answer !== undefined && <Answer {...answer} />}
    </Panel>
  );
}

function Answer({ explanation, scores, without }: Reading) {
  const { words, ngrams, label } = explanation;
  return (
    <>
      {words.length === 0 ? (
        <Message>{t().noWords}</Message>
      ) : ngrams.length === 0 ? (
        <Message kind="warning">{t().unknownWords}</Message>
      ) : (
        <p class="small muted">{t().words(label)}</p>
      )}
      <Words explanation={explanation} />
      <div class="columns" style={{ '--column': '18rem' }}>
        <Scores scores={scores} without={without} />
        {words.length > 0 && <Contributions explanation={explanation} />}
      </div>
      <details>
        <summary>{t().ngramTable}</summary>
        <Features explanation={explanation} />
      </details>
    </>
  );
}

/** The words in their order, coloured by contribution; each can be struck out. */
function Words({ explanation: { words } }: { readonly explanation: Explanation }) {
  const struck = state.struck.value;
  const method = state.method.value;
  const largest = largestOf(words.map((word) => word[method]));
  const toggle = (i: number) => {
    state.struck.value = struck.includes(i)
      ? struck.filter((other) => other !== i)
      : [...struck, i].sort((a, b) => a - b);
  };
  return (
    <div class="words">
      {words.map((word, i) => {
        const isStruck = struck.includes(i);
        const value = signed(word[method]);
        return (
          <button
            key={`${word.start}/${word.token}`}
            type="button"
            class="word"
            data-struck={isStruck}
            aria-pressed={isStruck}
            aria-label={isStruck ? t().restore(word.token) : t().strike(word.token, value)}
            onClick={() => toggle(i)}
          >
            <span>{word.token}</span>
            <span
              class="mark"
              style={{ background: isStruck ? 'transparent' : diverging(word[method] / largest) }}
            />
            <span class="value numbers">{isStruck ? '—' : value}</span>
          </button>
        );
      })}
      {struck.length > 0 && (
        <Button
          kind="quiet"
          onClick={() => {
            state.struck.value = [];
          }}
        >
          {t().restoreAll}
        </Button>
      )}
    </div>
  );
}

function Scores({ scores, without }: Pick<Reading, 'scores' | 'without'>) {
  const before = new Map(scores.map(({ label, score }) => [label, score]));
  const now = without ?? scores;
  return (
    <Figure
      title={t().scores}
      fileName="lexigrad-label-scores"
      caption={without === undefined ? undefined : t().thin}
    >
      <Bars
        label={t().scoresLabel(now[0]!.label)}
        domain={[0, 1]}
        numbersWidth={without === undefined ? 56 : 118}
        rows={now.slice(0, MOST_BARS).map(({ label, score }) => ({
          name: label,
          value: score,
          other: without && before.get(label)!,
          shown: without ? `${percent(before.get(label)!)} → ${percent(score)}` : percent(score),
        }))}
      />
    </Figure>
  );
}

function Contributions({ explanation: { words, label } }: { readonly explanation: Explanation }) {
  const method = state.method.value;
  const largest = largestOf(words.map((word) => word[method]));
  return (
    <Figure title={t().contributions(label)} fileName="lexigrad-word-contributions">
      <Bars
        label={t().contributionsLabel(label)}
        domain={[-largest, largest]}
        namesWidth={110}
        rows={words.slice(0, MOST_WORD_BARS).map((word, i) => ({
          name: word.token,
          value: word[method],
          shown: signed(word[method]),
          struck: state.struck.value.includes(i),
        }))}
      />
    </Figure>
  );
}

function Features({ explanation: { ngrams } }: { readonly explanation: Explanation }) {
  const method = state.method.value;
  const rows = ngrams.toSorted((a, b) => Math.abs(b[method]) - Math.abs(a[method])).slice(0, MOST_FEATURES);
  return (
    <DataTable
      title={t().ngramTable}
      fileName="lexigrad-feature-contributions"
      rows={rows}
      columns={[
        { title: t().word, value: ({ ngram }) => ngram },
        { title: t().kind, value: ({ kind }) => kind },
        {
          title: t().contribution,
          value: (row) => row[method],
          show: (row) => signed(row[method]),
          number: true,
        },
      ]}
    />
  );
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${fixed(value)}`;
}

function largestOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
}
