/** What the graph is of: an expression with its values, or a network; and what it is differentiated by. */
import { batch } from '@preact/signals';
import { Button, Message, NumberField, Panel, Select, TextField } from '../../components/index.js';
import { functionNames } from './expression.js';
import { base, type Outcome, shown } from './model.js';
import { MOST_DERIVATIVES, schema, sources, state } from './state.js';
import { t } from './text.js';

export function SourcePanel() {
  const source = state.source.value;
  return (
    <Panel>
      <div class="graph-source">
        <div class="stack graph-tight">
          <Select
            label={t().what}
            value={source}
            onChange={(next) =>
              anew(() => {
                state.source.value = next;
              })
            }
            options={sources.map((name) => [name, t()[name]] as const)}
          />
          {source === 'expression' ? (
            <Expression />
          ) : (
            <p class="muted small">
              {
                { feedforward: t().feedforwardAbout, softmax: t().softmaxAbout, window: t().windowAbout }[
                  source
                ]
              }
            </p>
          )}
        </div>
        <div class="stack graph-tight">
          {source === 'expression' && <Inputs />}
          <Derivative />
        </div>
      </div>
    </Panel>
  );
}

/** Another graph begins at its first step, and is not differentiated. */
function anew(how: () => void): void {
  batch(() => {
    how();
    state.by.value = schema.by.initial;
    state.step.value = 0;
    state.node.value = -1;
  });
}

function Expression() {
  return (
    <>
      <TextField
        label={t().expressionLabel}
        rows={2}
        value={state.expression.value}
        onChange={(text) =>
          anew(() => {
            state.expression.value = text.slice(0, 500);
          })
        }
      />
      <Failure of={base.value} />
      <p class="muted small">{t().expressionHint(functionNames.join(' '))}</p>
    </>
  );
}

/** What is wrong and where, with the line and a mark under the column. */
function Failure({ of }: { readonly of: Outcome<unknown> }) {
  if ('ok' in of) return null;
  const { error, place } = of;
  if (place === undefined) return <Message kind="error">{error}</Message>;
  const line = state.expression.value.split(/\n/)[place.line - 1] ?? '';
  return (
    <Message kind="error">
      <span>
        {t().where(place.line, place.column)}
        {error}
      </span>
      <pre class="graph-mark">{`${line}\n${' '.repeat(Math.max(0, place.column - 1))}↑`}</pre>
    </Message>
  );
}

function Inputs() {
  if (!('ok' in base.value)) return null;
  const { leaves, feeds } = base.value.ok;
  const names = Object.keys(leaves);
  if (names.length === 0) return null;
  const set = (name: string, value: number) => {
    const others = state.at.value.filter(([other]) => other !== name);
    state.at.value = [...others, [name, value]].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) as [
      string,
      number,
    ][];
  };
  return (
    <fieldset class="graph-inputs">
      <legend class="field-label">{t().inputs}</legend>
      {names.map((name) => (
        <NumberField
          key={name}
          plain
          label={name}
          value={feeds[name] as number}
          onChange={(value) => set(name, value)}
          min={-1e6}
          max={1e6}
          step={0.5}
        />
      ))}
    </fieldset>
  );
}

function Derivative() {
  if (!('ok' in base.value)) return null;
  const { leaves } = base.value.ok;
  const by = state.by.value;
  const setBy = (next: readonly string[]) =>
    batch(() => {
      state.by.value = next;
      state.step.value = 0;
      state.node.value = -1;
    });
  const result = 'ok' in shown.value ? shown.value.ok : undefined;
  return (
    <div class="stack" style={{ gap: 'var(--space-2)' }}>
      <h3>{t().derivative}</h3>
      <p class="muted small">{t().derivativeAbout}</p>
      <div class="row">
        {Object.keys(leaves).map((name) => (
          <Button key={name} disabled={by.length >= MOST_DERIVATIVES} onClick={() => setBy([...by, name])}>
            {t().by(name)}
          </Button>
        ))}
      </div>
      {by.length > 0 && (
        <div class="row">
          <code>{result?.resultName}</code>
          <Button kind="quiet" onClick={() => setBy(by.slice(0, -1))}>
            {t().back}
          </Button>
        </div>
      )}
      {result?.summed.map((name) => (
        <p key={name} class="muted small">
          {t().sumNote(name)}
        </p>
      ))}
      {by.length > 0 && result?.backward.length === 0 && <Message>{t().constant}</Message>}
      {state.source.value !== 'expression' && <Failure of={shown.value} />}
    </div>
  );
}
