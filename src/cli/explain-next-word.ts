/** Why a word comes next, as people read it in a terminal of 80 columns. */
import { SENTENCE_END } from '../models/language-model/corpus.js';
import type { ContextWord, NextWordExplanation } from '../models/language-model/explain.js';
import type { ContextIndex, NearestContext } from '../models/language-model/nearest-contexts.js';
import type { NgramEvidence, Opinion } from '../models/language-model/opinions.js';
import { bar, count, cut, displayWidth, pad, printable, probability } from './format.js';
import type { Terminal } from './terminal.js';

const COLUMNS = 80;
const BAR_WIDTH = 20;
/** Of longer contexts the strongest words are listed, in their order. */
const MOST_WORDS = 12;
const LONGEST_WORD = 20;
/** Words that follow a nearest context. */
const MOST_FOLLOWERS = 3;
/** Shares of the largest contribution from which a word is marked weakly, clearly and strongly. */
const LEVELS = [0.15, 0.4, 0.75];

/** The words of the context marked, and what each did. @param join how the model's tokens are written: '' for characters */
export function nextWordExplanation(
  explanation: NextWordExplanation,
  terminal: Terminal,
  join: string,
): string {
  const { word, probability: p, rank, bits, originBits, words } = explanation;
  const place = rank === 1 ? 'the likeliest' : `number ${count(rank)} by likelihood`;
  return (
    `why ${terminal.mark('bold', shown(word))}? p = ${probability(p)}, ${place}\n` +
    `  ${markedContext(explanation, terminal, join)} ${terminal.mark('bold', `→ ${shown(word)}`)}\n` +
    wordTable(words, terminal) +
    `  log₂ p is ${bits.toFixed(2)} with these words and ${originBits.toFixed(2)} with none of them.\n` +
    '  Numbers are bits: +1 makes the word twice as likely. left out: what is lost\n' +
    '  without the word; gradient: gradient × input; integrated: integrated\n' +
    '  gradients, which sum to the difference.\n' +
    similarWords(explanation)
  );
}

/** Green speaks for the word and red against it; without colours, marks stand behind: `gets⁺⁺⁺`, `the⁻`. */
function markedContext({ unseen, words }: NextWordExplanation, terminal: Terminal, join: string): string {
  const largest = Math.max(1e-9, ...words.map(({ occlusion }) => Math.abs(occlusion)));
  const isColoured = terminal.mark('red', '.') !== '.';
  const marked = words
    .filter((word, i) => !isBeginning(word, i))
    .map(({ token, occlusion }) => {
      const strength = LEVELS.filter((level) => Math.abs(occlusion) >= level * largest).length;
      if (!isColoured) return printable(token) + (occlusion < 0 ? '⁻' : '⁺').repeat(strength);
      if (strength === 0) return printable(token);
      const colour = occlusion < 0 ? 'red' : 'green';
      const styles = [[colour], ['underline', colour], ['inverse', colour]] as const;
      return terminal.mark([...styles[strength - 1]!], printable(token));
    });
  const far =
    unseen.length === 0 ? '' : terminal.mark('dim', `(${cutLeft(unseen.map(printable).join(join), 30)}) `);
  return far + marked.join(join);
}

/** Whether a word of the context stands for whatever is before the text. */
function isBeginning({ token }: ContextWord, i: number): boolean {
  return i === 0 && token === SENTENCE_END;
}

function wordTable(words: readonly ContextWord[], terminal: Terminal): string {
  const strongest = new Set(
    [...words].sort((a, b) => Math.abs(b.occlusion) - Math.abs(a.occlusion)).slice(0, MOST_WORDS),
  );
  const rows = words
    .map((word, i) => ({ ...word, name: nameOf(word, i), isShown: strongest.has(word) }))
    .filter(({ isShown }) => isShown);
  const width = Math.max(4, ...rows.map(({ name }) => displayWidth(name)));
  const largest = Math.max(1e-9, ...rows.map(({ occlusion }) => Math.abs(occlusion)));
  const head = `  ${pad('', width)}${['left out', 'gradient', 'integrated'].map((name) => name.padStart(11)).join('')}\n`;
  const lines = rows.map(({ name, occlusion, gradient, integrated }) => {
    const numbers = [occlusion, gradient, integrated].map((value) => signed(value).padStart(11)).join('');
    const drawn = bar(Math.abs(occlusion) / largest, BAR_WIDTH);
    const coloured = drawn === '' ? '' : terminal.mark(occlusion < 0 ? 'red' : 'green', drawn);
    return `${`  ${pad(name, width)}${numbers}  ${coloured}`.trimEnd()}\n`;
  });
  const rest =
    words.length > rows.length ? `  (the ${rows.length} strongest of ${count(words.length)})\n` : '';
  return head + lines.join('') + rest;
}

function nameOf(word: ContextWord, i: number): string {
  const { token, places, unknown } = word;
  if (isBeginning(word, i)) return places === 1 ? '(beginning)' : `(beginning ×${places})`;
  return cut(shown(token), LONGEST_WORD) + (unknown ? ' (<unk>)' : '');
}

function similarWords({ word, similar }: NextWordExplanation): string {
  if (similar.length === 0) return '';
  let line = `nearest to ${shown(word)} in E:`;
  for (const [i, each] of similar.entries()) {
    const longer = `${line}${i === 0 ? '' : ','} ${shown(each.word)} ${each.similarity.toFixed(2)}`;
    if (displayWidth(longer) > COLUMNS) break;
    line = longer;
  }
  return `\n${line}\n`;
}

/** Both models' probabilities side by side. */
export function opinionTable(
  opinions: readonly Opinion[],
  { context, withWord }: NgramEvidence,
  word: string,
  terminal: Terminal,
  join: string,
): string {
  const quoted = (words: readonly string[]) => `“${printable(words.join(join))}”`;
  const names = opinions.map(({ token }) => cut(shown(token), LONGEST_WORD));
  const width = Math.max(4, ...names.map(displayWidth));
  const number = (value: number | undefined) => (value === undefined ? '–' : probability(value)).padStart(9);
  const lines = opinions.map(({ token, first, second }, i) => {
    const line = `  ${pad(names[i]!, width)}${number(first)}${number(second)}`;
    return `${token === word ? terminal.mark('bold', line) : line}\n`;
  });
  const known =
    context.length === 0
      ? 'The counts know no end of the text.'
      : `The longest end of the text that the counts know is ${quoted(context)}.`;
  let seen = `They have seen it followed by ${quoted([word])}.`;
  if (withWord === undefined) seen = `The word ${quoted([word])} they do not know.`;
  else if (context.length === 0) seen = 'They go by how frequent words are.';
  else if (withWord.length === 0) seen = `They have not seen ${quoted([word])} behind any part of it.`;
  else if (withWord.length < context.length)
    seen = `They have seen ${quoted([word])} only behind ${quoted(withWord)}.`;
  const head = `  ${pad('', width)}${'network'.padStart(9)}${'n-grams'.padStart(9)}\n`;
  return `\nthe network and the n-grams:\n${head}${lines.join('')}${wrapped(`${known} ${seen}`)}`;
}

/** The places of the corpus where the network was in nearly the same state. */
export function nearestTable(
  found: readonly NearestContext[],
  index: ContextIndex,
  word: string,
  terminal: Terminal,
  join: string,
): string {
  const width = 36;
  const lines = found.map(({ similarity, tokens, next }) => {
    const context = tokens.length === 0 ? '(beginning)' : tokens.map(printable).join(join);
    const followers = next.slice(0, MOST_FOLLOWERS).map(({ token, count: times }) => {
      const written = `${cut(shown(token), LONGEST_WORD)} ${count(times)}`;
      return token === word ? terminal.mark('bold', written) : written;
    });
    const more = next.length > MOST_FOLLOWERS ? ', …' : '';
    return `  ${similarity.toFixed(3)}  ${pad(cutLeft(context, width), width)}  → ${followers.join(', ')}${more}\n`;
  });
  const some =
    index.positions < index.corpusPositions
      ? `; ${count(index.positions)} of ${count(index.corpusPositions)} places, evenly spread`
      : '';
  return (
    `\nthe nearest of ${count(index.size)} different contexts${some}, by the cosine of\n` +
    `the hidden vectors, and how often what came next there:\n${lines.join('')}`
  );
}

/** Spaces and line ends as something that can be seen. */
export function shown(token: string): string {
  return token === ' ' ? '␣' : printable(token);
}

/** Cuts a text at its beginning. */
function cutLeft(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const character of [...text].reverse()) {
    if (displayWidth(character + kept) > width - 1) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

/** Breaks a text into lines at its spaces. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = ' ';
  for (const word of text.split(' ')) {
    if (displayWidth(line) + 1 + displayWidth(word) > COLUMNS) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}
