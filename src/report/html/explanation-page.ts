/** Predictions with their reasons as one HTML page. */
import type { Contribution, Explanation, ExplanationMethod } from '../../models/classifier/explanation.js';
import type { LabelScore } from '../../models/heads.js';
import { chance, count, counted, signed } from '../format.js';
import { highlight, scale } from './highlight.js';
import { html, type Markup } from './markup.js';
import { page, section, shareStyle } from './page.js';

export interface ExplainedPrediction {
  readonly explanation: Explanation;
  /** The labels with their probabilities, the likeliest first. */
  readonly scores: readonly LabelScore[];
}

export interface ExplanationPageOptions {
  /** Name of the model. */
  readonly model?: string;
  /** The measure by which words are marked and listed (default occlusion). */
  readonly method?: ExplanationMethod;
  /** How many features are listed for each text (default 12). */
  readonly features?: number;
}

const MOST_SCORES = 5;

/** One self-contained page with a section for each text. */
export function explanationPage(
  predictions: readonly ExplainedPrediction[],
  { model, method = 'occlusion', features = 12 }: ExplanationPageOptions = {},
): string {
  const title = model === undefined ? 'Why these labels?' : `Why ${model} says so`;
  const subtitle = `${counted(predictions.length, 'text')}, marked by ${METHODS[method]}`;
  return page(
    title,
    subtitle,
    predictions.map((prediction) => explained(prediction, method, features)),
  );
}

const METHODS: Readonly<Record<ExplanationMethod, string>> = {
  occlusion: 'how much the logit falls without each word',
  gradient: 'gradient × input',
  integrated: 'integrated gradients',
};

function explained(
  { explanation, scores }: ExplainedPrediction,
  method: ExplanationMethod,
  most: number,
): Markup {
  const { label, score, logit, ngrams, features } = explanation;
  const others = scores
    .slice(0, MOST_SCORES)
    .map((each) => html`<span>${each.label} <b>${chance(each.score)}</b></span>`);
  const strongest = [...ngrams].sort((a, b) => Math.abs(b[method]) - Math.abs(a[method])).slice(0, most);
  const largest = Math.max(1e-9, ...strongest.map((each) => Math.abs(each[method])));
  const rows = strongest.map(
    (each) =>
      html`<tr><th scope="row"><span dir="auto">${each.ngram}</span></th><td class="soft">${each.kind}</td><td>${signed(each[method])}</td><td>${pair(each, method, largest)}</td></tr>`,
  );
  const handBuilt = features.map(
    ({ name, value, gradient, integrated }) =>
      html`<tr><th scope="row">${name} = ${Number(value.toPrecision(4))}</th><td class="soft">hand-built</td><td>${signed(method === 'gradient' ? gradient : integrated)}</td><td></td></tr>`,
  );
  const rest =
    ngrams.length > strongest.length ? ` The strongest of ${count(ngrams.length)} are listed.` : '';
  return section(
    html`${label} <span class="soft">${chance(score)}</span>`,
    `The logit of ${label} is ${signed(logit)}; of a text without words it is ${signed(explanation.baseline)}.`,
    html`<div class="facts">${others}</div>${scale(label)}${highlight(explanation, method)}
${rows.length + handBuilt.length > 0 && html`<details><summary>Features: words, sequences and pieces of words</summary><p class="soft small">${`What each feature does by the same measure.${rest}`}</p><div class="scroll"><table><thead><tr><th>feature</th><th>kind</th><th>share</th><th></th></tr></thead><tbody>${rows}${handBuilt}</tbody></table></div></details>`}`,
  );
}

/** A bar to the right for, to the left against. */
function pair(contribution: Contribution, method: ExplanationMethod, largest: number): Markup {
  const value = contribution[method] / largest;
  return html`<div class="pair"><i class="minus" style="${shareStyle(-value)}"></i><i class="plus" style="${shareStyle(value)}"></i></div>`;
}
