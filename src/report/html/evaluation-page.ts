/** The evaluation report as one HTML page. */
import type { Interval, LabelScores } from '../../train/metrics.js';
import {
  type EvaluationReport,
  type MultiLabelEvaluation,
  mainCoverage,
  type ReportedMistake,
  type SingleLabelEvaluation,
} from '../evaluation.js';
import { chance, count, counted, percent, share } from '../format.js';
import type { LabelWords } from '../label-words.js';
import { coverageChart, reliabilityChart } from './charts.js';
import { highlight } from './highlight.js';
import { type Content, html, type Markup } from './markup.js';
import { meter, page, section, shareStyle, tile } from './page.js';

/** A matrix of more classes does not fit a page; the most frequent confusions are listed instead. */
const MOST_IN_MATRIX = 24;
const MOST_CONFUSIONS = 20;
/** Labels whose words are shown. */
const MOST_LABELS_WITH_WORDS = 24;

/** One self-contained page: no request leaves it, and nothing in the data can break out of its text. */
export function evaluationPage(report: EvaluationReport): string {
  const { model, data } = report;
  const title = model.name === undefined ? 'Evaluation' : `Evaluation of ${model.name}`;
  const on = data.name === undefined ? '' : ` from ${data.name}`;
  const subtitle = `${counted(data.examples, 'example')}${on}; ${counted(model.labels.length, 'label')}, ${counted(model.features, 'feature')}, ${counted(model.parameters, 'parameter')}`;
  const body = report.kind === 'single-label' ? singleLabel(report) : multiLabel(report);
  return page(title, subtitle, [body, words(report.labelWords), mistakes(report)]);
}

function singleLabel(report: SingleLabelEvaluation): Markup {
  const { measures, intervals, level } = report;
  return html`<div class="tiles">
${tile(percent(measures.accuracy), 'accuracy', range(intervals.accuracy, level, percent))}
${tile(share(measures.macroF1), 'macro F1', range(intervals.macroF1, level, share))}
${tile(share(measures.logLoss), 'log loss', 'nats an example')}
${tile(percent(measures.calibrationError), 'calibration error', 'mean gap of confidence and accuracy')}
</div>
${section('By label', 'Precision: of the texts given the label, the part that has it. Recall: of those that have it, the part that was given it.', classTable(measures.classes))}
${confusions(report)}
<div class="columns">${reliability(report)}${coverage(report)}</div>`;
}

function multiLabel(report: MultiLabelEvaluation): Markup {
  const { measures, intervals, level } = report;
  return html`<div class="tiles">
${tile(share(measures.microF1), 'micro F1', range(intervals.microF1, level, share))}
${tile(share(measures.macroF1), 'macro F1', range(intervals.macroF1, level, share))}
${tile(percent(measures.exactMatch), 'all labels right', range(intervals.exactMatch, level, percent))}
${measures.ranked.map(({ k, precision, recall }) => tile(percent(precision), `precision at ${k}`, `recall at ${k}: ${percent(recall)}`))}
</div>
${section('By label', 'A label is given from its threshold on, which was fitted on held-out examples.', classTable(measures.classes, measures.thresholds))}
<div class="columns">${reliability(report)}</div>`;
}

function range(
  interval: Interval | undefined,
  level: number,
  write: (value: number) => string,
): string | undefined {
  if (interval === undefined) return undefined;
  // The bounds stay on one line.
  const bounds = `${write(interval.low)} – ${write(interval.high)}`.replaceAll(' ', '\u00a0');
  return `${Math.round(100 * level)}\u00a0% interval ${bounds}`;
}

function classTable(classes: readonly LabelScores[], thresholds?: Readonly<Record<string, number>>): Markup {
  return html`<div class="scroll"><table>
<thead><tr><th>label</th><th>precision</th><th>recall</th><th>F1</th>${thresholds && html`<th>from</th>`}<th>examples</th></tr></thead>
<tbody>${classes.map(
    ({ label, precision, recall, f1, support }) =>
      html`<tr><th scope="row" title="${label}">${label}</th><td>${share(precision)}</td><td>${share(recall)}</td><td>${meter(f1)}${share(f1)}</td>${thresholds && html`<td>${share(thresholds[label]!)}</td>`}<td>${count(support)}</td></tr>`,
  )}</tbody></table></div>`;
}

function confusions({ measures: { confusion, classes } }: SingleLabelEvaluation): Markup {
  const labels = classes.map(({ label }) => label);
  if (labels.length <= MOST_IN_MATRIX) {
    const explanation =
      'Each row is a true label, each column what the model said. Colours are shares of a row.';
    return section('Confusion matrix', explanation, matrix(labels, confusion));
  }
  const pairs = confusion
    .flatMap((row, truth) => row.map((times, predicted) => ({ truth, predicted, times })))
    .filter(({ truth, predicted, times }) => truth !== predicted && times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, MOST_CONFUSIONS);
  const rows = pairs.map(
    ({ truth, predicted, times }) =>
      html`<tr><th scope="row">${labels[truth]}</th><td>${labels[predicted]}</td><td>${count(times)}</td></tr>`,
  );
  return section(
    'Most frequent confusions',
    undefined,
    html`<div class="scroll"><table><thead><tr><th>true label</th><th>taken for</th><th>times</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  );
}

function matrix(labels: readonly string[], counts: readonly (readonly number[])[]): Markup {
  const rows = counts.map((row, truth) => {
    const total = row.reduce((sum, times) => sum + times, 0);
    const cells = row.map((times, predicted) => {
      const part = total === 0 ? 0 : times / total;
      const kind = truth === predicted ? 'right' : times === 0 ? 'none' : '';
      const title = `${labels[truth]} taken for ${labels[predicted]}: ${count(times)} of ${count(total)}`;
      return html`<td class="${kind}${part > 0.6 && ' strong'}" style="${shareStyle(part)}" title="${title}">${count(times)}</td>`;
    });
    return html`<tr><th scope="row" title="${labels[truth]}">${labels[truth]}</th>${cells}</tr>`;
  });
  const heads = labels.map((label) => html`<th scope="col" title="${label}">${label}</th>`);
  return html`<div class="scroll"><table class="matrix"><thead><tr><th></th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function reliability({ reliability: found, model, kind }: EvaluationReport): Markup {
  const { before, temperature, error, bins } = found;
  const lowest = kind === 'multi-label' ? 0.5 : 1 / model.labels.length;
  const was =
    before &&
    html`<li><i class="was"></i>without temperature ${temperature.toFixed(2)}: ${percent(before.error)}</li>`;
  const rows = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => [
      `${percent(bin.low)} – ${percent(bin.high)}`,
      count(bin.count),
      percent(bin.confidence),
      percent(bin.accuracy),
    ]);
  return section(
    'Can its probabilities be believed?',
    'On the dashed line the model is right as often as it is sure; below it is too sure, above too modest. Columns: how many predictions.',
    html`${reliabilityChart(found, before, lowest)}<ul class="legend"><li><i></i>mean gap ${percent(error)}</li>${was}<li><i class="best"></i>ideal</li></ul>
${asTable(['sure', 'predictions', 'on average', 'right'], rows)}`,
  );
}

function coverage({ coverage: points, abstaining }: SingleLabelEvaluation): Markup {
  const answers = abstaining && `answers ${percent(abstaining.coverage)}`;
  const right =
    abstaining?.accuracy !== undefined && ` and is right in ${percent(abstaining.accuracy)} of them`;
  const chosen =
    abstaining &&
    html`<ul class="legend"><li><i class="dotted"></i>from probability ${abstaining.minimumScore} on it ${answers}${right}</li></ul>`;
  const rows = mainCoverage(points).map(({ minimumScore, coverage: part, accuracy }) => [
    share(minimumScore),
    percent(part),
    percent(accuracy ?? 0),
  ]);
  return section(
    'What if it may abstain?',
    'A model that answers only where it is sure enough is right more often. Each point is a least probability; more to the left, it is higher.',
    html`${coverageChart(points, abstaining)}${chosen}
${asTable(['least probability', 'answered', 'right'], rows)}`,
  );
}

/** The numbers of a chart, folded away. */
function asTable(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  const line = ([first, ...rest]: readonly string[]) =>
    html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  return html`<details><summary>as a table</summary><div class="scroll"><table><thead><tr>${head.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${rows.map(line)}</tbody></table></div></details>`;
}

function words(all: readonly LabelWords[]): Content {
  const shown = all.filter(({ words: list }) => list.length > 0).slice(0, MOST_LABELS_WITH_WORDS);
  if (shown.length === 0) return undefined;
  const lists = shown.map(({ label, words: list }) => {
    const largest = Math.max(...list.map(({ weight }) => weight));
    const items = list.map(
      ({ ngram, weight, count: times }) =>
        html`<li style="${shareStyle(weight / largest)}" title="seen ${counted(times, 'time')} in training"><span dir="auto">${ngram}</span><span>+${weight.toFixed(2)}</span></li>`,
    );
    return html`<div><h3>${label}</h3><ol>${items}</ol></div>`;
  });
  const rest = all.length > shown.length ? ` The first ${shown.length} labels are shown.` : '';
  return section(
    'Words that speak most for each label',
    `As the model learned them; the number is how much the word alone raises the label’s logit above the mean of all.${rest}`,
    html`<div class="words">${lists}</div>`,
  );
}

function mistakes({ mistakes: list, kind }: EvaluationReport): Markup {
  if (list.length === 0) return section('Most confident mistakes', undefined, html`<p>There is none.</p>`);
  const explained = list.some(({ explanation }) => explanation !== undefined);
  const marks = explained
    ? ' Marked: words that speak for (solid line) and against (dashed line) the label that the model is wrong about.'
    : '';
  return section(
    'Most confident mistakes',
    `Look here first: the label may be wrong, or something is missing from the training data.${marks}`,
    html`<ol class="list">${list.map((mistake) => mistakeItem(mistake, kind))}</ol>`,
  );
}

function mistakeItem(
  { text, line, truth, predicted, label, score, explanation }: ReportedMistake,
  kind: EvaluationReport['kind'],
): Markup {
  const tags = (labels: readonly string[], side: string) =>
    labels.length === 0
      ? html`<span class="tag">none</span>`
      : labels.map((each) => html`<span class="tag ${side}">${each}</span> `);
  const about =
    kind === 'multi-label'
      ? html`<span>${label}: <b>${chance(score)}</b></span>`
      : html`<b>${chance(score)}</b>`;
  return html`<li><div class="facts"><span>said ${tags(predicted, 'wrong')}</span>${about}<span>is ${tags(truth, 'true')}</span>${line !== undefined && html`<span>line ${count(line)}</span>`}</div>${
    explanation === undefined ? html`<p class="text" dir="auto">${text}</p>` : highlight(explanation)
  }</li>`;
}
