/** One word: found by its letters, and the words nearest to it. */
import type { Neighbor } from 'lexigrad/files';
import {
  Button,
  type Column,
  DataTable,
  Message,
  NumberField,
  Panel,
  TextField,
} from '../../components/index.js';
import { count, fixed } from '../../text/format.js';
import { pointOf } from './picture.js';
import { cloud } from './projections.js';
import { neighborsAnswer } from './questions.js';
import { facts, knownForm, rowOf, state } from './state.js';
import { t } from './text.js';

const MOST_MATCHES = 12;

export function WordPanel() {
  const answer = neighborsAnswer.value;
  return (
    <Panel title={t().word}>
      <TextField label={t().search} signal={state.word} hint={t().searchHint} />
      <Matches />
      {answer !== undefined && cloud.value !== undefined && pointOf(answer.word) === undefined && (
        <Message>{t().notOnMap(answer.word)}</Message>
      )}
      {answer !== undefined && (
        <>
          <NeighborTable
            title={t().nearest(answer.word)}
            fileName={`lexigrad-neighbors-${answer.word}`}
            found={answer.found}
          />
          <NumberField label={t().count} signal={state.count} min={1} max={100} step={1} />
        </>
      )}
    </Panel>
  );
}

/** Words that begin with what is typed, then words that have it in them. */
function Matches() {
  const typed = state.word.value.trim();
  if (typed === '' || knownForm(typed) !== undefined) return null;
  const found = matches(facts.value!.words, typed.toLowerCase());
  if (found.length === 0) return <Message>{t().noMatch(typed)}</Message>;
  return (
    <div class="row words small">
      <span class="muted">{t().matches}</span>
      {found.map((word) => (
        <Button
          key={word}
          onClick={() => {
            state.word.value = word;
          }}
        >
          {word}
        </Button>
      ))}
    </div>
  );
}

function matches(words: readonly string[], typed: string): string[] {
  const begins: string[] = [];
  const contains: string[] = [];
  for (const word of words) {
    const at = word.toLowerCase().indexOf(typed);
    if (at === 0) begins.push(word);
    else if (at > 0 && contains.length < MOST_MATCHES) contains.push(word);
    if (begins.length === MOST_MATCHES) break;
  }
  return [...begins, ...contains].slice(0, MOST_MATCHES);
}

export function NeighborTable(props: {
  readonly title: string;
  readonly fileName: string;
  readonly found: readonly Neighbor[];
}) {
  const { counts, labels } = facts.value!;
  const columns: Column<Neighbor>[] = [
    {
      title: t().oneWord,
      value: ({ word }) => word,
      show: ({ word }) => (
        <button
          type="button"
          class="link"
          onClick={() => {
            state.word.value = word;
          }}
        >
          {word}
        </button>
      ),
    },
    {
      title: t().similarity,
      value: ({ similarity }) => similarity,
      show: ({ similarity }) => fixed(similarity, 3),
      number: true,
    },
  ];
  if (counts !== undefined) {
    const value = ({ word }: Neighbor) => counts[rowOf(word)!];
    columns.push({ title: t().frequency, value, show: (row) => count(value(row)!), number: true });
  }
  if (labels !== undefined)
    columns.push({ title: t().label, value: ({ word }) => labels.names[labels.of[rowOf(word)!]!] });
  return <DataTable title={props.title} fileName={props.fileName} columns={columns} rows={props.found} />;
}
