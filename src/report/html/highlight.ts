/** A text with its words marked by what they did for or against a label. */
import type {
  Explanation,
  ExplanationMethod,
  WordContribution,
} from '../../models/classifier/explanation.js';
import { signed } from '../format.js';
import { type Content, html, type Markup } from './markup.js';
import { shareStyle } from './page.js';

/** Contributions below this share of the largest are left unmarked. */
const FAINT = 0.1;

/** @param method the measure that is shown (default occlusion) */
export function highlight({ text, words }: Explanation, method: ExplanationMethod = 'occlusion'): Markup {
  const largest = Math.max(1e-9, ...words.map((word) => Math.abs(word[method])));
  const parts: Content[] = [];
  let end = 0;
  for (const word of words) {
    if (word.start < end) continue;
    parts.push(text.slice(end, word.start), marked(text.slice(word.start, word.end), word, method, largest));
    end = word.end;
  }
  parts.push(text.slice(end));
  return html`<p class="text" dir="auto">${parts}</p>`;
}

function marked(
  written: string,
  word: WordContribution,
  method: ExplanationMethod,
  largest: number,
): Content {
  const share = Math.abs(word[method]) / largest;
  if (share < FAINT) return written;
  const side = word[method] < 0 ? 'against' : 'for';
  return html`<mark class="${side}" style="${shareStyle(share)}" title="${signed(word[method])}">${written}</mark>`;
}

/** What the marks mean. */
export function scale(label: string): Markup {
  return html`<p class="scale"><span><mark class="for" style="--v:.7">speaks for</mark> ${label}</span><span><mark class="against" style="--v:.7">speaks against</mark> it</span></p>`;
}
