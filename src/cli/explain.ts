/** Explanations as people read them in a terminal: the text with its words marked, then the numbers. */
import type { Explanation, ExplanationMethod, WordContribution } from '../models/classifier/explanation.js';
import { bar, count, displayWidth, pad, printable, probability } from './format.js';
import type { Terminal } from './terminal.js';

const BAR_WIDTH = 20;
/** Of longer texts the strongest words are listed, in their order. */
const MOST_WORDS = 40;
const MOST_NGRAMS = 8;

const NAMES: Readonly<Record<ExplanationMethod, string>> = {
  occlusion: 'left out',
  gradient: 'gradient',
  integrated: 'integrated',
};

const MEANINGS: Readonly<Record<ExplanationMethod, string>> = {
  occlusion: 'left out: how much the logit falls without the word',
  gradient: 'gradient: gradient × input',
  integrated: 'integrated: integrated gradients, which sum to the logit less that of no words',
};

/** Shares of the largest contribution from which a word is marked weakly, clearly and strongly. */
const LEVELS = [0.15, 0.4, 0.75];

/**
 * @param method by which words are marked and ranked. @param integrated whether to show integrated gradients too: without
 * hidden layers they are the same as gradient × input
 */
export function explanationLines(
  explanation: Explanation,
  terminal: Terminal,
  method: ExplanationMethod = 'occlusion',
  integrated = false,
): string {
  const { label, score, logit, words } = explanation;
  const title = `why ${printable(label)} (probability ${probability(score)}, logit ${logit.toFixed(2)}):\n`;
  if (words.length === 0) return title + featureTable(explanation, terminal);
  const shown: ExplanationMethod[] = [
    'occlusion',
    'gradient',
    ...(integrated ? (['integrated'] as const) : []),
  ];
  if (!shown.includes(method)) shown.push(method);
  const sentence = `  ${markedText(explanation, method, terminal)}\n`;
  const meanings = shown.map((each) => MEANINGS[each]).join('; ');
  return (
    title +
    sentence +
    wordTable(explanation, shown, method, terminal) +
    `  (${meanings})\n` +
    ngramTable(explanation, method, terminal)
  );
}

/**
 * The text in colours: green speaks for the label, red against it, the stronger the more. Where there are no colours the
 * words carry their marks behind them: `charged⁺⁺⁺`, `for⁻`.
 */
export function markedText(
  { text, words }: Explanation,
  method: ExplanationMethod,
  terminal: Terminal,
): string {
  const largest = Math.max(1e-9, ...words.map((word) => Math.abs(word[method])));
  const isColoured = terminal.mark('red', '.') !== '.';
  let marked = '';
  let end = 0;
  for (const word of words) {
    if (word.start < end) continue;
    marked += printable(text.slice(end, word.start));
    const written = printable(text.slice(word.start, word.end));
    const strength = LEVELS.filter((level) => Math.abs(word[method]) >= level * largest).length;
    if (isColoured) marked += coloured(written, word[method], strength, terminal);
    else marked += written + (word[method] < 0 ? '⁻' : '⁺').repeat(strength);
    end = word.end;
  }
  return marked + printable(text.slice(end));
}

function coloured(written: string, value: number, strength: number, terminal: Terminal): string {
  const colour = value < 0 ? 'red' : 'green';
  if (strength === 0) return written;
  if (strength === 1) return terminal.mark(colour, written);
  return terminal.mark(strength === 2 ? ['underline', colour] : ['inverse', colour], written);
}

function wordTable(
  { words }: Explanation,
  methods: readonly ExplanationMethod[],
  main: ExplanationMethod,
  terminal: Terminal,
): string {
  const strongest = new Set(byStrength(words, main).slice(0, MOST_WORDS));
  const rows = words.filter((word) => strongest.has(word));
  const width = Math.max(4, ...rows.map(({ token }) => displayWidth(printable(token))));
  const largest = Math.max(1e-9, ...rows.map((word) => Math.abs(word[main])));
  const head = `  ${pad('', width)}${methods.map((method) => NAMES[method].padStart(12)).join('')}\n`;
  const lines = rows.map((word) => {
    const numbers = methods.map((method) => signed(word[method]).padStart(12)).join('');
    return `  ${pad(printable(word.token), width)}${numbers}  ${drawn(word[main], largest, terminal)}`
      .trimEnd()
      .concat('\n');
  });
  const rest =
    words.length > rows.length ? `  (the ${rows.length} strongest of ${count(words.length)} words)\n` : '';
  return head + lines.join('') + rest;
}

/** The strongest features other than single words: sequences, pieces, runs of characters. */
function ngramTable(
  { ngrams, features }: Explanation,
  method: ExplanationMethod,
  terminal: Terminal,
): string {
  const strongest = byStrength(ngrams, method).slice(0, MOST_NGRAMS);
  const rows = [
    ...strongest.map((each) => ({
      name: printable(each.ngram),
      kind: each.kind as string,
      value: each[method],
    })),
    ...features.map(({ name, value, gradient }) => ({
      name: `${printable(name)} = ${Number(value.toPrecision(4))}`,
      kind: 'hand-built',
      value: gradient,
    })),
  ];
  if (rows.length === 0) return '  (the model knows none of its features)\n';
  const width = Math.max(...rows.map(({ name }) => displayWidth(name)));
  const largest = Math.max(1e-9, ...rows.map(({ value }) => Math.abs(value)));
  const lines = rows.map(({ name, kind, value }) =>
    `  ${pad(name, width)}  ${kind.padEnd(10)}  ${signed(value).padStart(6)}  ${drawn(value, largest, terminal)}`
      .trimEnd()
      .concat('\n'),
  );
  return `strongest features by ${NAMES[method]}:\n${lines.join('')}`;
}

/** Of models on numbers alone. */
function featureTable({ features }: Explanation, terminal: Terminal): string {
  const names = features.map(({ name, value }) => `${printable(name)} = ${Number(value.toPrecision(4))}`);
  const width = Math.max(4, ...names.map(displayWidth));
  const largest = Math.max(1e-9, ...features.map(({ gradient }) => Math.abs(gradient)));
  const lines = features.map(({ gradient }, i) =>
    `  ${pad(names[i]!, width)}${signed(gradient).padStart(10)}  ${drawn(gradient, largest, terminal)}`
      .trimEnd()
      .concat('\n'),
  );
  return features.length === 0
    ? '  (the text has no words)\n'
    : `  ${pad('', width)}${'gradient'.padStart(10)}\n${lines.join('')}  (${MEANINGS.gradient})\n`;
}

function byStrength<Item extends Pick<WordContribution, ExplanationMethod>>(
  items: readonly Item[],
  method: ExplanationMethod,
): Item[] {
  return [...items].sort((a, b) => Math.abs(b[method]) - Math.abs(a[method]));
}

function drawn(value: number, largest: number, terminal: Terminal): string {
  const line = bar(Math.abs(value) / largest, BAR_WIDTH);
  return line === '' ? '' : terminal.mark(value < 0 ? 'red' : 'green', line);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
