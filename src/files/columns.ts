/** Which columns of a table hold the text, the label, the numbers: by name, or by looking at the first rows. */
import { DataError } from '../base/errors.js';
import type { ColumnReference, ReadOptions } from './examples.js';
import { isNumber } from './formats.js';

export interface Columns {
  readonly header: boolean;
  readonly names: readonly string[];
  readonly label: number;
  /** The columns of text, or of numbers, in order. */
  readonly inputs: readonly number[];
  readonly notes: readonly string[];
}

type Rows = readonly (readonly string[])[];

/** Titles go before the bodies they belong to. */
const TITLE_NAMES = ['title', 'headline', 'subject', '标题'];
const BODY_NAMES = [
  ...[
    'text',
    'message',
    'content',
    'review',
    'sentence',
    'description',
    'body',
    'comment',
    'utterance',
    'query',
  ],
  ...['question', 'tweet', 'document', 'article', 'post', 'abstract', 'sms', 'email', 'phrase', 'input'],
  ...['review_text', 'review_body', 'review_content', 'full_text', 'text_a', 'txt'],
  ...['文本', '内容', '正文', '评论', '句子', '消息', '问题', '描述', '评价', '文字'],
];
const LABEL_NAMES = [
  ...['label', 'labels', 'category', 'class', 'intent', 'sentiment', 'target', 'topic', 'tag', 'polarity'],
  ...['rating', 'stars', 'emotion', 'department', 'type', 'output', 'y', 'class_index', 'class index'],
  ...['标签', '类别', '分类', '类目', '意图', '情感', '主题', '类型'],
];

/**
 * Finds the text and label columns.
 *
 * @param rows the first rows, the header among them if there is one; all of the same length.
 * @throws DataError when a named column is not there, or the columns cannot be told apart.
 */
export function chooseTextColumns(rows: Rows, options: ReadOptions, file: string): Columns {
  const width = rows[0]!.length;
  if (width < 2) {
    throw new DataError(
      'there is only one column, but a classifier needs a text and a label in each row: check the delimiter, ' +
        'or train a language model on the text alone',
      { file, line: 1 },
    );
  }
  const notes: string[] = [];
  const header = options.header ?? looksLikeHeader(rows);
  const names = columnNames(rows, header);
  const body = header ? rows.slice(1) : rows;
  const summaries = names.map((_, column) => summarize(body, column));

  const asked = options.textColumn === undefined ? [] : [options.textColumn].flat();
  const askedTexts = asked.map((reference) => findColumn(reference, names, file));
  const namedTexts = header ? textColumnsByName(names) : [];
  let texts = askedTexts.length > 0 ? askedTexts : namedTexts;

  let label: number;
  if (options.labelColumn !== undefined) {
    label = findColumn(options.labelColumn, names, file);
  } else {
    const named = header ? columnByName(names, LABEL_NAMES, texts) : undefined;
    label = named ?? labelColumnByLooking(summaries, texts, file, names);
    if (named === undefined && !(width === 2 && texts.length > 0)) {
      notes.push(`${names[label]} is taken for the label: it has few different values`);
    }
  }
  texts = texts.filter((column) => column !== label);
  if (texts.length === 0) {
    texts = textColumnsByLooking(summaries, label);
    const list = texts.map((column) => names[column]).join(' and ');
    notes.push(`${list} ${texts.length > 1 ? 'are' : 'is'} taken for the text: it is the longest`);
  }
  notes.unshift(header ? 'the first row names the columns' : 'there is no header: the first row is data');
  return { header, names, label, inputs: texts, notes };
}

/**
 * Finds the columns of a table of numbers: all of them but the label. Undefined when the table is not one.
 *
 * @throws DataError when a named label column is not there.
 */
export function chooseNumericColumns(rows: Rows, options: ReadOptions, file: string): Columns | undefined {
  const width = rows[0]!.length;
  if (width < 2) return undefined;
  const header = options.header ?? (looksLikeHeader(rows) || numbersBelow(rows));
  const body = header ? rows.slice(1) : rows;
  if (body.length === 0) return undefined;
  const names = columnNames(rows, header);
  const summaries = names.map((_, column) => summarize(body, column));
  const others = summaries.flatMap((summary, column) => (summary.numeric ? [] : [column]));

  const named = header ? columnByName(names, LABEL_NAMES, []) : undefined;
  const label =
    options.labelColumn !== undefined
      ? findColumn(options.labelColumn, names, file)
      : (named ?? others[0] ?? width - 1);
  if (others.some((column) => column !== label)) return undefined;
  const { prose, distinctShare } = summaries[label]!;
  // One number and one column of other values: a score and a text, unless the values repeat as classes do.
  if (others.length > 0 && (prose || (width === 2 && distinctShare > 0.5 && named === undefined)))
    return undefined;
  const inputs = names.flatMap((_, column) => (column === label ? [] : [column]));
  const notes = [
    header ? 'the first row names the columns' : 'there is no header: the first row is data',
    `all columns but ${names[label]}, the label, are numbers`,
  ];
  return { header, names, label, inputs, notes };
}

interface ColumnSummary {
  readonly numeric: boolean;
  /** Different values ÷ rows. */
  readonly distinctShare: number;
  readonly distinct: number;
  readonly meanLength: number;
  /** Most values are more than one word. */
  readonly prose: boolean;
}

function summarize(body: Rows, column: number): ColumnSummary {
  const values = body.map((row) => row[column]!.trim());
  const rows = Math.max(1, values.length);
  const distinct = new Set(values).size;
  return {
    numeric: values.every(isNumber),
    distinct,
    distinctShare: distinct / rows,
    meanLength: values.reduce((sum, value) => sum + value.length, 0) / rows,
    prose: values.filter(isProse).length > rows / 2,
  };
}

/** At least three words, or as much in a script that is written without spaces. */
function isProse(value: string): boolean {
  return (
    /\S\s+\S+\s+\S/.test(value) ||
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{6}/u.test(value)
  );
}

function labelColumnByLooking(
  summaries: readonly ColumnSummary[],
  taken: readonly number[],
  file: string,
  names: readonly string[],
): number {
  const free = summaries.map((_, column) => column).filter((column) => !taken.includes(column));
  const varied = free.filter((column) => summaries[column]!.distinct > 1);
  // A file sorted by class shows only one of them at its beginning.
  const candidates = varied.some((column) => summaries[column]!.distinctShare <= 0.5) ? varied : free;
  const [best] = candidates.sort((a, b) => {
    const [left, right] = [summaries[a]!, summaries[b]!];
    return left.distinct - right.distinct || left.meanLength - right.meanLength;
  });
  if (
    best === undefined ||
    (free.length > 1 && summaries[best]!.distinct > 20 && summaries[best]!.distinctShare > 0.8)
  ) {
    throw new DataError(
      `no column looks like a label: in each nearly every value is different. ` +
        `Say which one it is (label column), one of: ${names.join(', ')}`,
      { file },
    );
  }
  return best;
}

function textColumnsByLooking(summaries: readonly ColumnSummary[], label: number): number[] {
  const others = summaries.map((_, column) => column).filter((column) => column !== label);
  const prose = others.filter((column) => summaries[column]!.prose);
  if (prose.length > 0) return prose;
  return others.sort((a, b) => summaries[b]!.meanLength - summaries[a]!.meanLength).slice(0, 1);
}

function textColumnsByName(names: readonly string[]): number[] {
  const title = columnByName(names, TITLE_NAMES, []);
  const body = columnByName(names, BODY_NAMES, []);
  return [title, body].filter((column) => column !== undefined);
}

/** The column whose name comes first in the list of known names. */
function columnByName(
  names: readonly string[],
  known: readonly string[],
  taken: readonly number[],
): number | undefined {
  const plain = names.map((name, column) => (taken.includes(column) ? '' : plainName(name)));
  for (const name of known) {
    const column = plain.indexOf(name);
    if (column >= 0) return column;
  }
  return undefined;
}

function findColumn(reference: ColumnReference, names: readonly string[], file: string): number {
  const byName = names.findIndex(
    (name) => name === reference || plainName(name) === plainName(String(reference)),
  );
  if (byName >= 0) return byName;
  const position = Number(reference);
  if (Number.isInteger(position) && position >= 1 && position <= names.length) return position - 1;
  throw new DataError(`there is no column '${reference}'; the columns are: ${names.join(', ')}`, {
    file,
    line: 1,
  });
}

function columnNames(rows: Rows, header: boolean): string[] {
  return rows[0]!.map((cell, column) =>
    header && cell.trim() !== '' ? cell.trim() : `column ${column + 1}`,
  );
}

function plainName(name: string): string {
  return name.trim().toLowerCase();
}

function looksLikeHeader(rows: Rows): boolean {
  const first = rows[0]!;
  const body = rows.slice(1);
  const known = new Set([...TITLE_NAMES, ...BODY_NAMES, ...LABEL_NAMES]);
  const recurs = (cell: string, column: number) => body.some((row) => row[column] === cell);
  if (first.some((cell, column) => known.has(plainName(cell)) && !recurs(cell, column))) return true;
  if (body.length < 4) return false;
  // Names are short and occur once, above values that repeat or above numbers.
  const areNames =
    new Set(first).size === first.length && first.every((cell) => cell.length <= 30 && !isProse(cell));
  if (!areNames || first.some(isNumber)) return false;
  return (
    numbersBelow(rows) ||
    (first.some((cell, column) => summarize(body, column).distinctShare <= 0.5 && !recurs(cell, column)) &&
      first.every(
        (cell, column) =>
          !summarize(body, column).prose || cell.length < summarize(body, column).meanLength / 2,
      ))
  );
}

/** Whether some column has numbers under a first cell that is none. */
function numbersBelow(rows: Rows): boolean {
  const body = rows.slice(1);
  return (
    body.length > 0 &&
    rows[0]!.every((cell) => !isNumber(cell)) &&
    rows[0]!.some((_, column) => summarize(body, column).numeric)
  );
}
