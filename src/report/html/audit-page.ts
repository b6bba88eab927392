/** The audit of labelled data as one HTML page. */
import type { AuditReport, Duplicates, LabelCount } from '../audit.js';
import { auditFindings, type Finding } from '../findings.js';
import { chance, count, counted, excerpt, listed, percent } from '../format.js';
import type { LabelErrorReport } from '../label-errors.js';
import { type Content, html, type Markup } from './markup.js';
import { meter, page, section } from './page.js';

/** Labels and suspects that are shown; the data have all. */
const MOST_LABELS = 60;
const MOST_SUSPECTS = 100;

/** One self-contained page: no request leaves it, and nothing in the data can break out of its text. */
export function auditPage(report: AuditReport): string {
  const { data, test, labels, leaks, exact, near, labelErrors, lengths } = report;
  const title = data.name === undefined ? 'Audit of the data' : `Audit of ${data.name}`;
  const against =
    test === undefined
      ? ''
      : `; test data: ${counted(test.examples, 'example')}${test.name === undefined ? '' : ` from ${test.name}`}`;
  const subtitle = `${counted(data.examples, 'example')}, ${counted(labels.length, 'label')}${against}`;
  return page(title, subtitle, [
    section('Findings', undefined, html`<ul class="findings">${auditFindings(report).map(finding)}</ul>`),
    section('Labels', undefined, labelTable(labels, data.examples)),
    leaks !== undefined &&
      leaks.listed.length > 0 &&
      section(
        'Test texts that the training data know',
        shown(leaks.listed.length, leaks.exact + leaks.near),
        leakList(leaks.listed),
      ),
    duplicateSection('Duplicates', exact),
    duplicateSection('Near duplicates', near),
    labelErrors !== undefined && labelErrors.suspects.length > 0 && suspectSection(labelErrors),
    lengths.long > 0 &&
      section(
        'Very long texts',
        shown(lengths.listed.length, lengths.long),
        html`<ol class="list">${lengths.listed.map(({ line, characters, text }) => item([`${count(characters)} characters`, lineName(line)], [], text))}</ol>`,
      ),
  ]);
}

const SIGNS: Readonly<Record<Finding['kind'], string>> = { problem: '✗', hint: '!', fine: '✓' };

function finding({ kind, title, advice }: Finding): Markup {
  return html`<li class="${kind}"><span class="sign" aria-label="${kind}">${SIGNS[kind]}</span><div><p>${kind === 'fine' ? title : html`<b>${title}</b>`}</p>${advice !== '' && html`<p class="soft small">${advice}</p>`}</div></li>`;
}

function labelTable(labels: readonly LabelCount[], examples: number): Markup {
  const withTest = labels.some(({ testCount }) => testCount !== undefined);
  const most = Math.max(...labels.map(({ count: times }) => times));
  const rows = labels
    .slice(0, MOST_LABELS)
    .map(
      ({ label, count: times, testCount }) =>
        html`<tr><th scope="row" title="${label}">${label}</th><td>${meter(times / most)}${count(times)}</td><td>${percent(times / examples)}</td>${withTest && html`<td>${count(testCount ?? 0)}</td>`}</tr>`,
    );
  const rest =
    labels.length > MOST_LABELS &&
    html`<p class="soft small">and ${count(labels.length - MOST_LABELS)} more</p>`;
  return html`<div class="scroll"><table><thead><tr><th>label</th><th>examples</th><th>share</th>${withTest && html`<th>in the test data</th>`}</tr></thead><tbody>${rows}</tbody></table></div>${rest}`;
}

function leakList(leaks: NonNullable<AuditReport['leaks']>['listed']): Markup {
  return html`<ol class="list">${leaks.map(({ text, line, label, trainText, trainLine, trainLabel }) => {
    const differs =
      trainText !== text &&
      html`<p class="soft small" dir="auto">in training: ${excerpt(trainText, 300)}</p>`;
    const places = [lineName(line, 'test line'), lineName(trainLine, 'training line')];
    const tags =
      label === trainLabel
        ? [{ label }]
        : [
            { label, side: 'true' },
            { label: `${trainLabel} in training`, side: 'wrong' },
          ];
    return item(places, tags, text, differs);
  })}</ol>`;
}

function duplicateSection(title: string, { groups, listed: list }: Duplicates): Content {
  if (list.length === 0) return undefined;
  const items = list.map(({ text, variant, count: times, lines, labels }) => {
    const tags = labels.map((label) => ({ label, side: labels.length > 1 ? 'wrong' : undefined }));
    const other =
      variant !== undefined && html`<p class="soft small" dir="auto">also: ${excerpt(variant, 300)}</p>`;
    return item(
      [`${count(times)} times`, lines.length > 0 ? `lines ${listed(lines)}` : undefined],
      tags,
      text,
      other,
    );
  });
  return section(title, shown(list.length, groups), html`<ol class="list">${items}</ol>`);
}

function suspectSection({ suspects, accuracy, folds }: LabelErrorReport): Markup {
  const list = suspects.slice(0, MOST_SUSPECTS);
  const items = list.map(({ text, line, label, score, suggested, suggestedScore }) =>
    item(
      [lineName(line)],
      [
        { label: `${label} ${chance(score)}`, side: 'wrong' },
        { label: `rather ${suggested} ${chance(suggestedScore)}`, side: 'true' },
      ],
      text,
    ),
  );
  return section(
    'Labels that may be wrong',
    `Each text was judged by a model that had not seen it (${folds} folds, accuracy ${percent(accuracy)}). ${shown(list.length, suspects.length) ?? ''}`,
    html`<ol class="list">${items}</ol>`,
  );
}

function item(
  facts: readonly (string | undefined)[],
  tags: readonly { readonly label: string; readonly side?: string }[],
  text: string,
  more: Content = undefined,
): Markup {
  return html`<li><div class="facts">${tags.map(({ label, side }) => html`<span class="tag ${side}">${label}</span>`)}${facts.filter((fact) => fact !== undefined).map((fact) => html`<span>${fact}</span>`)}</div><p dir="auto">${excerpt(text, 400)}</p>${more}</li>`;
}

function lineName(line: number | undefined, name = 'line'): string | undefined {
  return line === undefined ? undefined : `${name} ${count(line)}`;
}

function shown(some: number, all: number): string | undefined {
  return some < all ? `${count(some)} of ${count(all)} are shown.` : undefined;
}
