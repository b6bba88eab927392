/** The labelled texts: where they come from, and how they were understood. */
import {
  Button,
  DataTable,
  Facts,
  FileDrop,
  type GivenFile,
  Message,
  Panel,
  Select,
} from '../../components/index.js';
import { count } from '../../text/format.js';
import { GivenFiles } from '../../text-models/GivenFiles.js';
import { chooseColumns, data, dataFailure, openData, openModel, openSample } from './model.js';
import { state } from './state.js';
import type { DataSummary } from './tasks.js';
import { t } from './text.js';

const LARGEST_MEGABYTES = 50;

/** Whoever drops a model here means it as one. */
async function open(file: GivenFile): Promise<void> {
  if (/\.lexigrad$/i.test(file.name)) await openModel(file);
  else await openData(file);
}

export function DataPanel() {
  const opened = data.value;
  return (
    <Panel
      title={t().data}
      aside={
        <Button kind="quiet" onClick={() => openSample()}>
          {t().sample}
        </Button>
      }
    >
      <FileDrop
        label={t().dataDrop}
        accept=".csv,.tsv,.tab,.txt,.jsonl,.ndjson,.ft,.lexigrad"
        largestMegabytes={LARGEST_MEGABYTES}
        onFile={open}
      />
      <GivenFiles wanted={/\.(csv|tsv|tab|jsonl|ndjson|ft|txt)$/i} onFile={openData} />
      {opened !== undefined && <Opened name={opened.source.name} summary={opened.summary} />}
      {dataFailure.value !== undefined && <Message kind="error">{dataFailure.value}</Message>}
    </Panel>
  );
}

function Opened({ name, summary }: { readonly name: string; readonly summary: DataSummary }) {
  const { rows, labels, notes, first } = summary;
  return (
    <>
      <Facts
        of={[
          [t().file, name],
          [t().rows, count(rows)],
          [t().labels, count(labels.length)],
        ]}
      />
      {labels.length === 1 && <Message kind="warning">{t().oneLabel(labels[0]!.label)}</Message>}
      <Columns {...summary} />
      <details>
        <summary>{t().understood}</summary>
        <ul class="notes small muted">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
        <div class="stack">
          <DataTable
            title={t().labelCounts}
            fileName="lexigrad-labels"
            rows={labels}
            columns={[
              { title: t().label, value: ({ label }) => label },
              { title: t().rows, value: (label) => label.rows, number: true },
            ]}
          />
          <DataTable
            title={t().firstRows}
            fileName="lexigrad-first-rows"
            rows={first}
            columns={[
              { title: t().line, value: ({ line }) => line, number: true },
              { title: t().label, value: ({ label }) => label },
              { title: t().text, value: ({ text }) => text },
            ]}
          />
        </div>
      </details>
    </>
  );
}

/** fastText lines have no columns. */
function Columns({ columns, textColumns, labelColumn = '' }: DataSummary) {
  if (columns.length < 2) return null;
  const { textColumn: text, labelColumn: label } = state;
  const options = (found: string) => [
    ['', t().found(found)] as const,
    ...columns.map((name) => [name, name] as const),
  ];
  return (
    <div class="columns" style={{ '--column': '7rem', gap: 'var(--space-2)' }}>
      <Select
        label={t().textColumn}
        value={text.value}
        onChange={(name) => chooseColumns(name, label.value)}
        options={options(text.value === '' ? textColumns.join(' + ') : '…')}
      />
      <Select
        label={t().labelColumn}
        value={label.value}
        onChange={(name) => chooseColumns(text.value, name)}
        options={options(label.value === '' ? labelColumn : '…')}
      />
    </div>
  );
}
