import type { ComponentChildren } from 'preact';
import { dictionary } from '../text/dictionary.js';
import { Button } from './Button.js';
import { saveText } from './save.js';

const t = dictionary(
  { save: 'Save as CSV', none: 'Nothing here yet.' },
  { save: '保存为 CSV', none: '这里还没有内容。' },
);

export type Cell = string | number | boolean | undefined;

export interface Column<Row> {
  readonly title: string;
  /** The value of the cell; it goes into the CSV with all its digits. */
  readonly value: (row: Row) => Cell;
  /** How it is shown (default: as it is). */
  readonly show?: (row: Row) => ComponentChildren;
  /** Right-aligned, in figures of equal width. */
  readonly number?: boolean;
}

/** A table of data that scrolls in itself and can be saved. */
export function DataTable<Row>(props: {
  /** Says what the table is; also the name of the saved file. */
  readonly title: string;
  readonly fileName: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly selected?: (row: Row, index: number) => boolean;
}) {
  const { title, fileName, columns, rows, selected } = props;
  return (
    <div class="table-block">
      <div class="table-head">
        <span class="figure-title">{title}</span>
        <Button
          kind="quiet"
          disabled={rows.length === 0}
          onClick={() => saveText(`${fileName}.csv`, toCsv(columns, rows), 'text/csv')}
        >
          {t().save}
        </Button>
      </div>
      {rows.length === 0 ? (
        <p class="muted small">{t().none}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="table-scroll" tabIndex={0} aria-label={title}>
          <table class="table">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title} scope="col" class={column.number ? 'number' : undefined}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index} data-selected={selected?.(row, index)}>
                  {columns.map((column) => (
                    <td key={column.title} class={column.number ? 'number' : undefined}>
                      {column.show?.(row) ?? String(column.value(row) ?? '')}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

/** RFC 4180: quotes where they are needed, lines ended by CR LF. */
export function toCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const quoted = (cell: Cell) => {
    const text = String(cell ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  return lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}
