/** The pages: whole, safe whatever the data hold, and loading nothing. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextClassifier } from '../../src/models/classifier/classifier.js';
import { auditExamples } from '../../src/report/audit.js';
import { type EvaluationReport, evaluateClassifier } from '../../src/report/evaluation.js';
import { auditPage } from '../../src/report/html/audit-page.js';
import { evaluationPage } from '../../src/report/html/evaluation-page.js';
import { explanationPage } from '../../src/report/html/explanation-page.js';
import { escapeText, html, trusted } from '../../src/report/html/markup.js';
import { SCRIPT, SCRIPT_HASH } from '../../src/report/html/page.js';
import { labelWords } from '../../src/report/label-words.js';
import { makeCorpus, QUICK } from '../models/classifier/corpus.js';

/** Everything that could break out of text, attribute, script or style; in labels, texts and names. */
const EVIL =
  '</script><script>alert(1)</script>"\'><img src=x onerror=alert(2)> --></style>&lt;b&gt; javascript:x \u202e\0';

const corpus = makeCorpus(120).map(({ text, label }) => ({
  text: `${text} ${EVIL}`,
  label: label === 'tool' ? `tool ${EVIL}` : label!,
}));
/** Some wrong ones, so that there are mistakes. */
const test = makeCorpus(60, 2).map(({ text, label }, i) => ({
  text: `${text} ${EVIL}`,
  label: i % 5 === 0 ? 'animal' : label === 'tool' ? `tool ${EVIL}` : label!,
  line: i + 1,
}));

let classifier: TextClassifier;
let report: EvaluationReport;
const pages: Record<string, string> = {};

beforeAll(async () => {
  classifier = await TextClassifier.train(corpus, QUICK);
  report = await evaluateClassifier(classifier, test, {
    model: EVIL,
    data: EVIL,
    explain: true,
    mistakes: 6,
    minimumScore: 0.8,
    bootstrap: { samples: 50 },
  });
  pages.evaluation = evaluationPage(report);
  const several = corpus.map(({ text, label }) => ({ text, labels: [label, EVIL] }));
  const multi = await TextClassifier.train(several, QUICK);
  pages.several = evaluationPage(
    await evaluateClassifier(multi, several, { explain: true, mistakes: 3, bootstrap: { samples: 50 } }),
  );
  const text = test[0]!.text;
  pages.explanation = explanationPage(
    [{ explanation: classifier.explain(text), scores: classifier.classify(text) }],
    { model: EVIL },
  );
  pages.audit = auditPage(
    await auditExamples([...corpus, ...test, ...test], test, {
      data: EVIL,
      test: EVIL,
      labelErrors: { folds: 2, classifier: QUICK },
    }),
  );
}, 60_000);

/** The tags of a page, with the values of their attributes left out. */
function tagsOf(page: string): string[] {
  const body = page.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '');
  return [...body.matchAll(/<[a-z](?:[^>"]|"[^"]*")*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

const KINDS = ['evaluation', 'several', 'explanation', 'audit'];

describe.each(KINDS)('the %s page', (kind) => {
  it('lets nothing in the data become markup', () => {
    const page = pages[kind]!;
    expect(page).toContain('&lt;img src=x onerror=alert(2)&gt;');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|<iframe|<link|<object|<embed|<form|<base/);
    expect(page).not.toMatch(/[\0\u202e]/);
    // No handler stands in a tag, outside the values of its attributes.
    for (const tag of tagsOf(page)) expect(tag).not.toMatch(/\son[a-z]+\s*=/i);
  });

  it('has every tag closed', () => {
    const page = pages[kind]!.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '');
    const open: string[] = [];
    for (const [, close, name, rest] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>/g)) {
      if (
        ['meta', 'br', 'line', 'rect', 'circle', 'polyline'].includes(name!) &&
        (rest!.endsWith('/') || name === 'meta')
      )
        continue;
      if (close === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('loads nothing, and lets no script run but its own', () => {
    const page = pages[kind]!;
    expect(page).not.toMatch(/https?:\/\/|\burl\(|@import/);
    for (const tag of tagsOf(page)) expect(tag).not.toMatch(/\s(src|srcset|href|data|action)=/);
    expect(page).toContain(
      `default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src &#39;${SCRIPT_HASH}&#39;`,
    );
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('has numbers, not NaN or undefined', () => {
    expect(pages[kind]!.replace(/<script>[\s\S]*?<\/script>/, '')).not.toMatch(
      /\bNaN\b|\bundefined\b|\bInfinity\b/,
    );
  });
});

describe('the script', () => {
  it('is the one that the hash allows', () => {
    expect(SCRIPT_HASH).toBe(`sha256-${createHash('sha256').update(SCRIPT).digest('base64')}`);
  });
});

describe('markup', () => {
  it('escapes text and keeps markup', () => {
    expect(html`<p title="${'"'}">${['<', 1, html`<b>${'&'}</b>`, undefined, false]}</p>`.source).toBe(
      '<p title="&quot;">&lt;1<b>&amp;</b></p>',
    );
    expect(html`${trusted('<hr>')}`.source).toBe('<hr>');
    expect(escapeText("it's \ud800 \u2066x")).toBe('it&#39;s \ufffd \ufffdx');
  });
});

describe('the evaluation report', () => {
  it('has what was measured, with the most confident mistakes first', async () => {
    expect(report.measures.examples).toBe(60);
    expect(report.kind).toBe('single-label');
    const confidences = report.mistakes.map(({ confidence }) => confidence);
    expect(confidences.length).toBeGreaterThan(3);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
    for (const { truth, predicted, line, text } of report.mistakes) {
      expect(truth).not.toEqual(predicted);
      expect(test[line! - 1]!.text).toBe(text);
    }
    const again = await evaluateClassifier(classifier, test, { bootstrap: { samples: 50 } });
    expect(again.intervals).toEqual(report.intervals);
    const direct = await classifier.evaluate(test);
    expect(report.measures).toEqual(direct.toJSON());
  });

  it('tells reliability with and without the temperature', async () => {
    const { temperature } = classifier.calibration;
    expect(report.reliability.temperature).toBe(temperature);
    if (temperature !== 1) expect(report.reliability.before!.error).not.toBe(report.reliability.error);
    const fewer = await evaluateClassifier(classifier, test, { bootstrap: false, mistakes: 2 });
    expect(fewer.intervals).toEqual({});
    expect(fewer.mistakes).toHaveLength(2);
  });

  it('plain as JSON survives being written and read', () => {
    expect(JSON.parse(JSON.stringify(report)).labelWords).toEqual(report.labelWords);
  });
});

describe('the words of each label', () => {
  it('are those that the corpus was made of', async () => {
    const plain = await TextClassifier.train(makeCorpus(300), { ...QUICK, wordNgrams: 1 });
    const words = labelWords(plain, 4);
    expect(words.map(({ label }) => label)).toEqual(['animal', 'fruit', 'tool']);
    const known = {
      animal: /cat|dog|horse|owl|fox|bear/,
      fruit: /apple|pear|plum|cherry|fig|grape/,
      tool: /hammer|saw|drill|pliers|chisel|file/,
    };
    for (const { label, words: list } of words) {
      expect(list).toHaveLength(4);
      for (const { ngram, weight, count } of list) {
        expect(ngram).toMatch(known[label as keyof typeof known]);
        expect(weight).toBeGreaterThan(0);
        expect(count).toBeGreaterThan(1);
      }
    }
  });

  it('are the same for one logit as for two, and none without embeddings', async () => {
    const two = makeCorpus(200, 3, ['animal', 'tool']);
    const binary = labelWords(
      await TextClassifier.train(two, { ...QUICK, head: 'binary', wordNgrams: 1 }),
      3,
    );
    expect(binary[0]!.words[0]!.ngram).toMatch(/cat|dog|horse|owl|fox|bear/);
    const handBuilt = await TextClassifier.train(two, {
      ...QUICK,
      embeddings: false,
      features: [{ kind: 'length', of: 'words' }],
    });
    expect(labelWords(handBuilt)).toEqual([
      { label: 'animal', words: [] },
      { label: 'tool', words: [] },
    ]);
  });
});
