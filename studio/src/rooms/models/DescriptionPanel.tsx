/** What a model says of itself. */
import { DataTable, Panel } from '../../components/index.js';
import { count, short } from '../../text/format.js';
import type { Entries, Inspected } from './tasks.js';
import { t } from './text.js';

const MOST_LABELS = 60;

export function DescriptionPanel({ model }: { readonly model: Inspected }) {
  const { config, record, labels, vocabulary } = model;
  const isSilent = Object.keys(config).length === 0 && labels === undefined && vocabulary === undefined;
  return (
    <Panel title={t().config}>
      {isSilent && <p class="muted small">{t().noConfig}</p>}
      <div class="columns">
        {Object.keys(config).length > 0 && <EntryTable title={t().settings} file="config" entries={config} />}
        {Object.keys(record).length > 0 && <EntryTable title={t().record} file="record" entries={record} />}
      </div>
      {labels !== undefined && (
        <div class="words">
          <span class="figure-title">{t().labels(count(labels.length))}</span>
          <p class="small">{labels.slice(0, MOST_LABELS).join(', ')}</p>
        </div>
      )}
      {vocabulary !== undefined && (
        <div class="words">
          <span class="figure-title">{t().words(count(vocabulary.size))}</span>
          <p class="small">
            {vocabulary.first.map(([word, seen]) => (
              <span key={word} title={seen === undefined ? undefined : count(seen)}>
                {word}{' '}
              </span>
            ))}
          </p>
        </div>
      )}
    </Panel>
  );
}

function EntryTable(props: { readonly title: string; readonly file: string; readonly entries: Entries }) {
  return (
    <DataTable
      title={props.title}
      fileName={`lexigrad-${props.file}`}
      rows={Object.entries(props.entries)}
      columns={[
        { title: t().name, value: ([name]) => name },
        { title: t().value, value: ([, value]) => value, show: ([, value]) => shown(value) },
      ]}
    />
  );
}

export function shown(value: Entries[string] | undefined): string {
  if (value === undefined) return t().none;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : short(value, 5);
  // Numbers in lists: no more digits than anybody reads; the saved table has all of them.
  return String(value).replace(/-?\d+\.\d{5,}(e[-+]?\d+)?/g, (number) => short(Number(number), 5));
}
