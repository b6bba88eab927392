/** Pasted tables: two columns of numbers and one of classes become points in the plane. */
import { MOST_POINTS, type Point } from './settings.js';
import { t } from './text.js';

export interface ReadTable {
  readonly points: readonly Point[];
  /** Centre of both axes, then half their width: the plane's −1 … 1. */
  readonly scale: readonly [number, number, number, number];
  /** What was done with the table, in a sentence. */
  readonly note: string;
}

interface Row {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/**
 * Reads lines of `x₁, x₂, class`; commas, semicolons, tabs or spaces part the columns, and a first line without numbers
 * names them. The classes are two words or numbers; the larger one, in code-unit order, becomes class 1. Of more than
 * `MOST_POINTS` rows some are taken, evenly.
 *
 * @throws Error that names the line which cannot be read.
 */
export function readTable(text: string): ReadTable {
  const rows = rowsOf(text);
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length !== 2) throw new Error(t().twoClasses(labels.length, labels.slice(0, 6).join(', ')));
  const [x, y] = [extent(rows.map((row) => row.x)), extent(rows.map((row) => row.y))];
  const taken = sample(rows);
  return {
    points: taken.map((row) => [
      rounded((row.x - x.center) / x.half),
      rounded((row.y - y.center) / y.half),
      row.label === labels[1],
    ]),
    scale: [x.center, y.center, x.half, y.half],
    note: t().tableRead(rows.length, taken.length, labels[0]!, labels[1]!),
  };
}

function rowsOf(text: string): Row[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const sign = [';', '\t', ','].find((candidate) => lines.find(isFull)?.includes(candidate));
  const rows: Row[] = [];
  lines.forEach((line, i) => {
    if (!isFull(line)) return;
    const cells = (sign === undefined ? line.trim().split(/\s+/) : line.split(sign)).map(bare);
    const [x, y, label] = cells;
    const numbers = [x, y].map((cell) => (cell === undefined || cell === '' ? Number.NaN : Number(cell)));
    const isHeader = rows.length === 0 && numbers.every(Number.isNaN) && cells.length >= 3;
    if (isHeader && lines.slice(0, i).every((before) => !isFull(before))) return;
    if (cells.length < 3 || label === '') throw new Error(t().columns(i + 1, line.trim().slice(0, 60)));
    if (!numbers.every(Number.isFinite)) throw new Error(t().noNumber(i + 1, line.trim().slice(0, 60)));
    rows.push({ x: numbers[0]!, y: numbers[1]!, label: label! });
  });
  if (rows.length === 0) throw new Error(t().noRows);
  return rows;
}

function isFull(line: string): boolean {
  return line.trim() !== '';
}

function bare(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

function extent(values: readonly number[]): { readonly center: number; readonly half: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // As the address writes them, so that whoever opens it has the same points.
  const [center, half] = [(low + high) / 2, (high - low) / 2 || 1].map((value) =>
    Number(value.toPrecision(8)),
  );
  return { center: center!, half: half! };
}

function sample(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= MOST_POINTS) return rows;
  return Array.from({ length: MOST_POINTS }, (_, i) => rows[Math.floor((i * rows.length) / MOST_POINTS)]!);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
