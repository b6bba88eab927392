import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect, it, vi } from 'vitest';
import { readExamples } from '../../src/files/node/index.js';
import { LanguageModel, TextClassifier } from '../../src/index.js';
import { csv, Folder, labelledTexts, succeed } from '../../test/cli/harness.js';
import { describeStudio, type Studio, seriousFindings } from './browser.js';

// Models are trained here, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 240_000 });

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const dataDrop = (page: Page) => panel(page, 'Data').locator('input[type=file]');
const modelDrop = (page: Page) => panel(page, 'Model').locator('input[type=file]');
const file = (name: string, content: string | Uint8Array) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

/** Opens data and waits until they are read. */
async function give(page: Page, name: string, content: string): Promise<void> {
  await dataDrop(page).setInputFiles(file(name, content));
  await panel(page, 'Data').getByText(name, { exact: true }).waitFor();
}

describeStudio('the room of classifiers', (studio) => {
  const folder = new Folder();
  const pages: Page[] = [];
  // What is still training in one test would slow the next.
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
  });
  const open: Studio['open'] = async (...of) => {
    const opened = await studio().open(...of);
    pages.push(opened.page);
    opened.page.setDefaultTimeout(60_000);
    return opened;
  };

  it('trains on the sample as Node does, and gives the model as a file', async () => {
    const { page, problems } = await open('#/classifier?epochs=2');
    await panel(page, 'Data').getByText('1 680').waitFor();
    await button(page, 'Train').click();
    await page.getByText('Best epoch 2').waitFor({ timeout: 60_000 });
    await page.getByText('On 168 rows of messages.csv that were held out').waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Save the model file').click(),
    ]);
    expect(download.suggestedFilename()).toBe('messages.lexigrad');
    const inPage = TextClassifier.fromBytes(readFileSync(await download.path()));
    const examples = await readExamples(join(import.meta.dirname, '../../examples/data/messages.csv'));
    const inNode = await TextClassifier.train(examples, { epochs: 2 });
    // To the bit only where both have fused multiply-add, or neither.
    const { history, weights, results, ...record } = inNode.record;
    expect(inPage.record).toMatchObject(record);
    const losses = (model: TextClassifier) => model.record.history!.map(({ trainLoss }) => trainLoss);
    losses(inNode).forEach((loss, i) => {
      expect(losses(inPage)[i]).toBeCloseTo(loss, 4);
    });
    await page.getByText(inPage.hash.slice(0, 16)).waitFor();
    expect(problems).toEqual([]);
  });

  it('shows the examples of a cell, and the report and the mistakes as tables', async () => {
    const { page, problems } = await open('#/classifier?epochs=2');
    await panel(page, 'Data').getByText('1 680').waitFor();
    await button(page, 'Train').click();
    const report = panel(page, 'How good it is');
    const matrix = report.getByRole('group', { name: /^Confusion matrix/ });
    await matrix.getByRole('button', { name: /^account taken for account: \d+$/ }).click();
    await report.getByText('account, and recognised').waitFor();
    await page.keyboard.press('ArrowRight');
    await report.getByText(/account, taken for billing/).waitFor();
    await expect.poll(() => page.url()).toContain('cell=0_1');

    const [table] = await Promise.all([
      page.waitForEvent('download'),
      report.getByRole('button', { name: 'Save as CSV' }).last().click(),
    ]);
    const mistakes = readFileSync(await table.path(), 'utf8').split('\r\n');
    expect(mistakes[0]).toBe('Sure,Text,Truth,Says,Line');
    const sure = mistakes.slice(1, -1).map((line) => Number(line.split(',')[0]));
    expect(sure.length).toBeGreaterThan(5);
    expect(sure).toEqual(sure.toSorted((a, b) => b - a));

    // A mistake can be tried.
    const first = report.getByRole('button', { name: /^Try: / }).last();
    const text = (await first.getAttribute('aria-label'))!.slice('Try: '.length);
    await first.click();
    const tried = panel(page, 'Try a text').getByRole('textbox', { name: 'Text' });
    expect(await tried.inputValue()).toContain(text);
    expect(problems).toEqual([]);
  });

  it('explains a text as the library does, and shows what striking a word out changes', async () => {
    const model = await TextClassifier.train(labelledTexts(), { epochs: 5 });
    const text = 'where is my hammer and the plum';
    const { page, problems } = await open('#/classifier');
    await modelDrop(page).setInputFiles(file('fruit.lexigrad', model.toBytes()));
    const room = panel(page, 'Try a text');
    await room.getByRole('textbox', { name: 'Text' }).fill(text);
    await room.getByRole('combobox', { name: 'Explain the label' }).selectOption('tool');
    const { words } = model.explain(text, 'tool');
    const hammer = words.find(({ token }) => token === 'hammer')!.occlusion;
    await room.getByRole('button', { name: `hammer: +${hammer.toFixed(2)}. Strike out` }).click();
    const [before] = model.probabilities([text]).slice(model.labels.indexOf('tool'));
    const [after] = model.probabilities(['where is my  and the plum']).slice(model.labels.indexOf('tool'));
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    await room.getByText(`${percent(before!)} → ${percent(after!)}`).waitFor();
    // By keyboard too, and back.
    const struck = room.getByRole('button', { name: 'hammer is struck out. Put back' });
    await expect.poll(() => page.url()).toContain('struck=3');
    await struck.press('Enter');
    await room.getByText(`${percent(before!)} → `).waitFor({ state: 'detached' });
    await room.getByRole('combobox', { name: 'Contribution by' }).selectOption('integrated');
    const integrated = words.find(({ token }) => token === 'hammer')!.integrated;
    await room.getByRole('button', { name: `hammer: +${integrated.toFixed(2)}. Strike out` }).waitFor();
    expect(problems).toEqual([]);
  });

  it('opens a model that the command line has trained, and judges it by the open data', async () => {
    const data = folder.write('fruit.csv', csv(labelledTexts()));
    const output = folder.at('fruit.lexigrad');
    await succeed(['train', data, '--epochs', '5', '--output', output]);
    const { page, problems } = await open('#/classifier?q=a%20new%20drill%20please');
    await give(page, 'fruit.csv', csv(labelledTexts()));
    await modelDrop(page).setInputFiles(output);
    await page.getByText('fruit, tool', { exact: true }).waitFor();
    await page.getByText('On all 50 rows of fruit.csv').waitFor();
    await panel(page, 'Try a text')
      .getByRole('img', { name: /the likeliest is tool/ })
      .waitFor();
    expect(problems).toEqual([]);
  });

  it('reads every format, and other columns when told to', async () => {
    const { page, problems } = await open('#/classifier');
    const rows = labelledTexts();
    const data = panel(page, 'Data');
    await give(page, 'a.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await data.getByText('50', { exact: true }).waitFor();
    await give(page, 'b.ft', rows.map(({ text, label }) => `__label__${label} ${text}\n`).join(''));
    await give(page, 'c.tsv', rows.map(({ text, label }) => `${label}\t${text}\n`).join(''));
    const table = `text,label,colour\n${rows.map(({ text, label }, i) => `"${text}, said he",${label},${i % 3 ? 'red' : 'blue'}\n`).join('')}`;
    await give(page, 'd.csv', table);
    await data.getByRole('combobox', { name: 'Column of the label' }).selectOption('colour');
    await expect.poll(() => page.url()).toContain('labelColumn=colour');
    await data.getByText('How the file was understood').click();
    await data.getByRole('cell', { name: 'red', exact: true }).first().waitFor();
    await page.getByText('npx lexigrad train d.csv --label-column colour').waitFor();
    // Pasted.
    await data.getByRole('button', { name: 'Paste text' }).click();
    await data.getByRole('textbox', { name: 'Paste text' }).fill(csv(rows));
    await data.getByRole('button', { name: 'Use this text' }).click();
    await data.getByText('pasted text', { exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('pauses, goes on, and stops with the best weights', async () => {
    const { page, problems } = await open('#/classifier?epochs=400&patience=100&sub=none');
    await panel(page, 'Data').getByText('1 680').waitFor();
    await button(page, 'Train').click();
    await page.getByText(/Epoch [1-9]\d* of 400 · training loss .* examples\/s/).waitFor({ timeout: 60_000 });
    await button(page, 'Pause').click();
    await page.getByText('Paused. The best weights so far').waitFor();
    await panel(page, 'Try a text').waitFor();
    const reached = await page
      .getByRole('region', { name: 'Model' })
      .getByText(/^[0-9a-f]{16}$/)
      .textContent();
    await page.getByRole('textbox', { name: 'Seed' }).fill('7');
    await page.getByText('The settings have changed since').waitFor();
    await button(page, 'Resume').click();
    await page.getByText(/Epoch \d+ of 400 · training loss/).waitFor();
    await button(page, 'Stop').click();
    await page.getByText(/Best epoch \d+/).waitFor();
    await expect
      .poll(() =>
        page
          .getByRole('region', { name: 'Model' })
          .getByText(/^[0-9a-f]{16}$/)
          .textContent(),
      )
      .not.toBe(reached);
    expect(problems).toEqual([]);
  });

  it('goes on from its last checkpoint when its worker is killed', async () => {
    const { page } = await open('#/classifier?epochs=500&patience=100');
    await panel(page, 'Data').getByText('1 680').waitFor();
    await button(page, 'Train').click();
    // A checkpoint is kept every two seconds.
    await page.getByText(/Epoch ([2-9]\d|1\d\d) of 500/).waitFor({ timeout: 60_000 });
    const worker = page.workers().find((each) => each.url().includes('classifier.worker'))!;
    await worker.evaluate(() => close());
    await page.getByText('The worker that computes has ended').waitFor();
    await page.getByRole('button', { name: 'Start it again' }).click();
    await button(page, 'Resume').click();
    await page.getByText(/Epoch \d+ of 500 · training loss/).waitFor({ timeout: 60_000 });
    await button(page, 'Stop').click();
    await page.getByText(/Best epoch \d+/).waitFor();
  });

  it('says in place what is wrong with files, and loses nothing', async () => {
    const { page, problems } = await open('#/classifier?epochs=3');
    const good = csv(labelledTexts());
    await give(page, 'good.csv', good);
    const refuse = async (name: string, content: string | Uint8Array, message: string | RegExp) => {
      await dataDrop(page).setInputFiles(file(name, content));
      await panel(page, 'Data').getByRole('alert').getByText(message).waitFor();
      await panel(page, 'Data').getByText('good.csv', { exact: true }).waitFor();
    };
    await refuse('empty.csv', '', /the file is empty/);
    await refuse('plain.txt', 'no labels here\nnor here\nnot even here\n', /lines without columns or labels/);
    await refuse(
      'ragged.csv',
      'text,label\na b c,x\nd e f\ng h i,y\n',
      /ragged\.csv.*3.*this row has 1 column,/,
    );
    await refuse('open.csv', 'text,label\n"a b c,x\nd e f,y\n', /a double quote is opened and never closed/);
    await refuse(
      'latin.csv',
      Uint8Array.of(...Buffer.from('text,label\nna'), 0xef, 0x76, 0x65),
      /UTF-8|not text/i,
    );
    await refuse(
      'bad.jsonl',
      '{"text":"a","label":"x"}\n{"text":"b"\n{"text":"c","label":"y"}\n',
      /2.*not JSON/,
    );
    await page.evaluate(() => {
      // Fifty megabytes and more cannot be handed over by a test in good time: the size alone is looked at.
      Object.defineProperty(File.prototype, 'size', { get: () => 60e6, configurable: true });
    });
    await refuse('huge.csv', good, /50 MB are the most/);

    const model = await TextClassifier.train(labelledTexts(), { epochs: 1 });
    await page.reload();
    await modelDrop(page).setInputFiles(file('good.lexigrad', model.toBytes()));
    await page.getByText('fruit, tool', { exact: true }).waitFor();
    const bytes = model.toBytes();
    const lm = await LanguageModel.train(['a b a b', 'b a b a'], { epochs: 1, minimumCount: 1, holdOut: 0 });
    for (const [name, content, message] of [
      ['cut.lexigrad', bytes.slice(0, bytes.length - 100), /cut\.lexigrad/],
      ['text.lexigrad', new TextEncoder().encode('this is no model'), /text\.lexigrad/],
      ['lm.lexigrad', lm.toBytes(), /this model is a language-model, not a text classifier/],
    ] as const) {
      await modelDrop(page).setInputFiles(file(name, content));
      await panel(page, 'Model').getByRole('alert').getByText(message).waitFor();
      await page.getByText('good.lexigrad', { exact: true }).waitFor();
    }
    // One label is no error of the file, but nothing to train on.
    await give(page, 'one.csv', 'text,label\na b c,x\nd e f,x\ng h i,x\n');
    await page.getByText('Every row has the label “x”').waitFor();
    expect(await button(page, 'Train').isDisabled()).toBe(true);
    expect(problems).toEqual([]);
  });

  it('keeps its settings in the address', async () => {
    const hash =
      '#/classifier?epochs=7&rate=0.01&dim=24&ngrams=3&sub=3-6&hidden=16&pool=max&dropout=0.2&wordDropout=0.3&batch=64&holdOut=0.2&patience=2&balanced=1&seed=5&q=hello%20there&method=gradient';
    const { page } = await open(hash);
    await page
      .getByText(
        'npx lexigrad train messages.csv --epochs 7 --learning-rate 0.01 --dimension 24 --word-ngrams 3 --subwords 3,6 ' +
          '--hidden 16 --pooling max --dropout 0.2 --word-dropout 0.3 --batch-size 64 --hold-out 0.2 --patience 2 ' +
          '--class-weights balanced --seed 5',
      )
      .waitFor();
    await page.getByText('More settings').click();
    await page.getByRole('textbox', { name: 'Batch size' }).fill('128');
    await expect.poll(() => page.url()).toContain('batch=128');
    const query = (url: string) => Object.fromEntries(new URLSearchParams(url.split('?')[1]));
    expect(query(page.url())).toEqual({ ...query(hash), batch: '128' });
    await page.getByRole('button', { name: 'Back to defaults' }).click();
    await expect.poll(() => page.url()).not.toContain('epochs=');
  });

  it('speaks Chinese, fits a phone, and has no serious accessibility finding', async () => {
    const { page, problems } = await open('#/classifier?lang=zh&epochs=2', {
      viewport: { width: 390, height: 800 },
    });
    await page.getByText('1 680').waitFor();
    await button(page, '训练').click();
    await page.getByText('最好的是第 2 轮').waitFor({ timeout: 60_000 });
    await page.getByRole('group', { name: /^混淆矩阵/ }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.getByText('EN', { exact: true }).click();
    await page.getByRole('group', { name: /^Confusion matrix/ }).waitFor();
    expect(problems).toEqual([]);
  });
});
