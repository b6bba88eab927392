/** Numbers, tables and foreign text as people read them in a terminal. */

/** 12,345 */
export function count(value: number): string {
  // By hand for whole numbers: the first use of a locale takes tens of milliseconds to load it.
  return Number.isInteger(value)
    ? String(value).replace(/\B(?=(\d{3})+$)/g, ',')
    : value.toLocaleString('en');
}

/** `1 text`, `2 texts` */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** 12.3 % */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** 850 B, 1.2 MB: powers of 1000, as file managers show them. */
export function bytes(value: number): string {
  return `${scaled(value)}B`;
}

/** 1.25 M, 850: at most three digits. */
export function scaled(value: number): string {
  const scales = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  for (const [limit, suffix] of scales) {
    if (value >= limit) return `${Number((value / limit).toPrecision(3))} ${suffix}`;
  }
  return `${Number(value.toPrecision(3))} `;
}

/** 16,500 texts/s */
export function rate(perSecond: number, unit: string): string {
  return `${count(Number(perSecond.toPrecision(3)))} ${unit}/s`;
}

/** 3.2 s, 48 s, then as `duration`. */
export function elapsed(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return seconds < 59.5 ? `${Math.round(seconds)} s` : duration(seconds);
}

/** 0:07, 12:34, 1:02:03 */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A measure: 0.8123 for shares, 141.2 for perplexities. */
export function measure(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(2);
}

/** A probability: 0.9731, and still something where it is tiny. */
export function probability(value: number): string {
  return value >= 0.00005 || value === 0 ? value.toFixed(4) : value.toExponential(1);
}

/**
 * Text from files made visible and harmless: control characters, which could steer the terminal, are spelt out.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\x${character.codePointAt(0)!.toString(16).padStart(2, '0')}`;
  });
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WITHOUT_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns that a text takes in a terminal: Chinese characters and emoji take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (WIDE.test(character)) width += 2;
    else if (!WITHOUT_WIDTH.test(character)) width += 1;
  }
  return width;
}

/** Fills a text up with spaces on the right, or on the left. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'right' ? text + spaces : spaces + text;
}

/** Cuts a text to a width, with `…` where something is missing. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (displayWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Rows of cells under each other: the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => pad(cell, widths[column]!, column === 0 ? 'right' : 'left')).join('  '),
  );
  return lines.map((line) => `${indent}${line.trimEnd()}\n`).join('');
}

/** A bar of eighths of blocks. @param share of the width, 0 … 1 */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7]!;
}
