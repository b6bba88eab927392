import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterEach, expect, it, vi } from 'vitest';
import { LanguageModel, NgramLanguageModel, TextClassifier } from '../../src/index.js';
import { corpus, Folder, labelledTexts, SMALL_LM, succeed } from '../../test/cli/harness.js';
import { describeStudio, type Studio, seriousFindings } from './browser.js';

// Models are trained here, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 240_000 });

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const textDrop = (page: Page) => panel(page, 'Text').locator('input[type=file]');
const modelDrop = (page: Page) => panel(page, 'Model').locator('input[type=file]');
const file = (name: string, content: string | Uint8Array) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});
/** Small enough to be trained in a few seconds. */
const SMALL = 'epochs=2&dim=16&hidden=16';

async function give(page: Page, name: string, content: string): Promise<void> {
  await textDrop(page).setInputFiles(file(name, content));
  await panel(page, 'Text').getByText(name, { exact: true }).waitFor();
}

const lines = corpus().trim().split('\n');
const isHeldOut = (_: string, i: number) => i % 20 === 19;
const train = lines.filter((line, i) => !isHeldOut(line, i));

async function smallModel(): Promise<LanguageModel> {
  const options = { order: 3, dimension: 8, hidden: [8], epochs: 30, batchSize: 16, holdOut: 0 };
  return LanguageModel.train(train, options);
}

describeStudio('the room of language models', (studio) => {
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

  it('trains on stories, beside the level of counts and of the grammar, and gives the model as a file', async () => {
    const { page, problems } = await open(`#/language-model?${SMALL}`);
    await panel(page, 'Text').getByText('6 000').waitFor();
    await button(page, 'Train').click();
    const outcome = page.getByText(/^Best epoch 2: perplexity .* Counted n-grams have/);
    await outcome.waitFor({ timeout: 90_000 });
    const [, perplexity, counted] = /perplexity ([\d.]+) .* have ([\d.]+)\.$/.exec(
      (await outcome.textContent())!,
    )!;
    expect(Number(perplexity)).toBeGreaterThan(7.6);
    expect(Number(perplexity)).toBeLessThan(20);
    expect(Number(counted)).toBeGreaterThan(7.6);
    for (const level of ['counted 5-grams', 'the grammar itself'])
      await panel(page, 'Training').locator('svg text', { hasText: level }).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Save the model file').click(),
    ]);
    expect(download.suggestedFilename()).toBe('stories.lexigrad');
    const lm = LanguageModel.fromBytes(readFileSync(await download.path()));
    const best = lm.record.history!.map(({ validation }) => validation!.perplexity!);
    expect(Math.min(...best).toFixed(2)).toBe(perplexity);
    expect(problems).toEqual([]);
  });

  it('expects the next word as the library does, and lets the keyboard take suggestions', async () => {
    const lm = await smallModel();
    const counts = await NgramLanguageModel.train(train, { order: 3, like: lm });
    const { page, problems } = await open('#/language-model');
    await give(page, 'corpus.txt', corpus());
    await modelDrop(page).setInputFiles(file('small.lexigrad', lm.toBytes()));
    const room = panel(page, 'What comes next');
    const field = room.getByRole('combobox', { name: 'Begin a sentence' });
    await field.fill('where is my ');
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const shown = ({ token, probability }: { token: string; probability: number }) =>
      `${token === '</s>' ? 'end of the sentence' : token} ${percent(probability)}`;
    const [first, second] = lm.next('where is my', { top: 2 });
    await room.getByRole('option', { name: shown(first!) }).waitFor();
    await room.getByText(shown(counts.next('where is my', { top: 1 })[0]!)).waitFor();

    await field.press('ArrowDown');
    await room.getByText(`Why “${second!.token}”`).waitFor();
    const why = lm.explain('where is my', second!.token).words.at(-1)!;
    const signed = `${why.occlusion > 0 ? '+' : ''}${why.occlusion.toFixed(2)}`.replace('-', '−');
    await room.getByRole('img').getByText(signed, { exact: true }).first().waitFor();
    await expect.poll(() => page.url()).toContain(`word=${second!.token}`);

    await field.press('Enter');
    await expect.poll(() => field.inputValue()).toBe(`where is my ${second!.token} `);
    // Half a word: only those that begin so are suggested.
    await field.fill('where is my ha');
    await room.getByRole('option', { name: /^hammer / }).waitFor();
    expect(await room.getByRole('listbox').getByRole('option').count()).toBe(1);
    await field.press('Enter');
    await expect.poll(() => field.inputValue()).toBe('where is my hammer ');
    await field.fill('where is my zz');
    await room.getByText('No word that the model knows begins with “zz”.').waitFor();
    expect(problems).toEqual([]);
  });

  it('generates what the library generates, by the network and by the counts', async () => {
    const lm = await smallModel();
    const counts = await NgramLanguageModel.train(train, { order: 3, like: lm });
    const { page, problems } = await open(
      '#/language-model?q=a%20new&temperature=1.2&topK=8&topP=0.9&gseed=4&length=12',
    );
    await give(page, 'corpus.txt', corpus());
    await modelDrop(page).setInputFiles(file('small.lexigrad', lm.toBytes()));
    const options = { prompt: 'a new', temperature: 1.2, topK: 8, topP: 0.9, seed: 4, maximumTokens: 12 };
    const room = panel(page, 'Generate');
    await room.getByRole('button', { name: 'Write on' }).click();
    const output = room.getByLabel('Generated text');
    await expect.poll(() => output.textContent()).toBe(lm.generate(options).text);
    await room.getByText('the counts', { exact: true }).click();
    await room.getByRole('button', { name: 'Write on' }).click();
    await expect.poll(() => output.textContent()).toBe(counts.generate(options).text);
    expect(problems).toEqual([]);
  });

  it('shows the surprisal of each word, with numbers by mouse and keyboard', async () => {
    const lm = await smallModel();
    const text = 'where is my hammer\na new elephant please';
    const { page, problems } = await open('#/language-model');
    await modelDrop(page).setInputFiles(file('small.lexigrad', lm.toBytes()));
    const room = panel(page, 'Surprisal');
    await room.getByRole('textbox', { name: 'A text, one sentence a line' }).fill(text);
    const scores = text.split('\n').map((line) => lm.score(line));
    const nats = scores.reduce((sum, { logProbability }) => sum - logProbability, 0);
    const tokens = scores.flatMap((score) => score.tokens);
    await room.getByText(Math.exp(nats / tokens.length).toFixed(2), { exact: true }).waitFor();
    expect(await room.getByRole('option').count()).toBe(tokens.length);
    await room.getByRole('listbox').press('ArrowRight');
    await room.locator('.reading', { hasText: `“is”: ${tokens[1]!.surprisal.toFixed(2)} bits` }).waitFor();
    await room.getByRole('option', { name: /elephant/ }).hover();
    await room.locator('.reading', { hasText: 'not in the vocabulary' }).waitFor();
    await room.locator('summary').click();
    const [table] = await Promise.all([
      page.waitForEvent('download'),
      room.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const rows = readFileSync(await table.path(), 'utf8').split('\r\n');
    expect(Number(rows[2]!.split(',')[2])).toBeCloseTo(tokens[1]!.surprisal, 3);
    expect(problems).toEqual([]);
  });

  it('opens a model that the command line has trained, and trains from its embeddings, frozen', async () => {
    const data = folder.write('corpus.txt', corpus());
    const output = folder.at('corpus.lexigrad');
    await succeed(['train', data, '--task', 'lm', ...SMALL_LM, '--output', output]);
    const trained = await LanguageModel.load(output);
    const { page, problems } = await open('#/language-model?epochs=2&hidden=8&order=3&batch=16');
    await give(page, 'corpus.txt', corpus());
    await modelDrop(page).setInputFiles(output);
    await page.getByText('order 3, dimension 8, hidden 8').waitFor();
    await page.getByRole('checkbox', { name: 'Freeze E' }).check();
    await page.getByRole('checkbox', { name: 'Start from the embeddings of the open model' }).check();
    await page.getByText('--embeddings corpus.lexigrad --freeze-embeddings').waitFor();
    await button(page, 'Train').click();
    await page.getByText(/^Best epoch/).waitFor({ timeout: 60_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Save the model file').click(),
    ]);
    const again = LanguageModel.fromBytes(readFileSync(await download.path()));
    const word = trained.wordVectors().words.find((each) => each === 'hammer')!;
    expect(again.wordVectors().vectorOf(word)).toEqual(trained.wordVectors().vectorOf(word));
    expect(problems).toEqual([]);
  });

  it('answers while it trains, pauses, goes on after its worker was killed, and stops', async () => {
    const { page } = await open('#/language-model?epochs=100&dim=32&hidden=32');
    const lm = await smallModel();
    await modelDrop(page).setInputFiles(file('small.lexigrad', lm.toBytes()));
    await panel(page, 'Text').getByText('6 000').waitFor();
    await button(page, 'Train').click();
    await page.getByText(/Epoch \d+ of 100 · training loss .* words\/s/).waitFor({ timeout: 60_000 });
    const field = page.getByRole('combobox', { name: 'Begin a sentence' });
    await field.fill('where is my plu');
    await page.getByRole('option', { name: /^plum / }).waitFor();
    await button(page, 'Pause').click();
    await page.getByText('Paused. The best weights so far').waitFor();
    await page.getByText('order 5, dimension 32, hidden 32').waitFor();
    for (const worker of page.workers().filter((each) => each.url().includes('language-model.worker')))
      await worker.evaluate(() => close());
    await page.getByText('The worker that computes has ended').first().waitFor();
    await button(page, 'Resume').click();
    await page.getByText(/Epoch \d+ of 100 · training loss/).waitFor({ timeout: 60_000 });
    await button(page, 'Stop').click();
    // The model's own worker is started again by the first question.
    await field.fill('the dog ge');
    await page.getByRole('option', { name: /^gets / }).waitFor({ timeout: 30_000 });
  });

  it('says in place what is wrong with files, and loses nothing', async () => {
    const { page, problems } = await open('#/language-model');
    await give(page, 'corpus.txt', corpus());
    for (const [name, content, message] of [
      ['empty.txt', '', /empty\.txt.*there is no text in it/],
      ['latin.txt', Uint8Array.of(0x6e, 0x61, 0xef, 0x76, 0x65), /UTF-8|not text/i],
    ] as const) {
      await textDrop(page).setInputFiles(file(name, content));
      await panel(page, 'Text').getByRole('alert').getByText(message).waitFor();
      await panel(page, 'Text').getByText('corpus.txt', { exact: true }).waitFor();
    }
    await give(page, 'short.txt', 'one\ntwo\n');
    await page.getByText('Fewer than 20 lines').waitFor();
    await button(page, 'Train').click();
    await panel(page, 'Training')
      .getByRole('alert')
      .getByText(/different words occur/)
      .waitFor();

    const lm = await smallModel();
    await modelDrop(page).setInputFiles(file('small.lexigrad', lm.toBytes()));
    await page.getByText('small.lexigrad', { exact: true }).waitFor();
    const classifier = await TextClassifier.train(labelledTexts(), { epochs: 1 });
    for (const [name, content, message] of [
      ['cut.lexigrad', lm.toBytes().slice(0, 500), /cut\.lexigrad/],
      ['other.lexigrad', classifier.toBytes(), /a text-classifier, not a language model/],
    ] as const) {
      await modelDrop(page).setInputFiles(file(name, content));
      await panel(page, 'Model').getByRole('alert').getByText(message).waitFor();
      await page.getByText('small.lexigrad', { exact: true }).waitFor();
    }
    expect(problems).toEqual([]);
  });

  it('keeps its settings in the address', async () => {
    const hash =
      '#/language-model?sample=messages&order=4&dim=20&hidden=0&f=relu&epochs=3&rate=0.01&dropout=0.2&batch=64&tokens=characters&minimum=3&tied=0&freeze=1&seed=9&q=my%20screen&s=a%20text';
    const { page } = await open(hash);
    await page
      .getByText(
        '--order 4 --dimension 20 --hidden none --activation relu --epochs 3 --learning-rate 0.01 --dropout 0.2 ' +
          '--batch-size 64 --patience 2 --tokenizer characters --min-count 3 --no-tied --freeze-embeddings --seed 9',
      )
      .waitFor();
    await panel(page, 'Text').getByText('1 680').waitFor();
    await page.getByRole('textbox', { name: 'Epochs' }).fill('4');
    await expect.poll(() => page.url()).toContain('epochs=4');
    const query = (url: string) => Object.fromEntries(new URLSearchParams(url.split('?')[1]));
    expect(query(page.url())).toEqual({ ...query(hash), epochs: '4' });
  });

  it('speaks Chinese, fits a phone, and has no serious accessibility finding', async () => {
    const { page, problems } = await open(`#/language-model?lang=zh&${SMALL}`, {
      viewport: { width: 390, height: 800 },
    });
    await panel(page, '文本').locator('input[type=file]').setInputFiles(file('corpus.txt', corpus()));
    await page.getByText('corpus.txt', { exact: true }).waitFor();
    await button(page, '训练').click();
    await page.getByText('最好的是第 2 轮').waitFor({ timeout: 90_000 });
    await page.getByText('计数认为是').waitFor();
    await page.getByRole('button', { name: '往下写' }).click();
    await page.getByLabel('生成的文本').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(problems).toEqual([]);
  });
});
