import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

/** A log as `lexigrad train --log` writes it. */
function log(name: string, learningRate: number, { epochs = 4, ended = true } = {}): string {
  const lines: unknown[] = [
    { kind: 'run', name, task: 'network', data: 'x.csv', settings: { learningRate, seed: 1 } },
  ];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let step = 10 * epoch - 9; step <= 10 * epoch; step++) {
      const loss = Math.exp(-learningRate * step);
      lines.push({
        kind: 'step',
        step,
        totalSteps: 40,
        epoch: epoch - 1,
        loss,
        learningRate,
        seconds: step / 10,
      });
    }
    const validation = { loss: 1 / (epoch + learningRate), accuracy: 1 - 0.5 / epoch };
    lines.push({
      kind: 'epoch',
      epoch,
      step: 10 * epoch,
      trainLoss: 0.5,
      learningRate,
      validation,
      seconds: epoch,
    });
  }
  if (ended)
    lines.push({
      kind: 'end',
      stopped: 'finished',
      seconds: 4.2,
      settings: { learningRate, seed: 1, epochs: 4 },
    });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

async function give(page: Page, ...files: ReturnType<typeof file>[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files);
}

const settingsTable = (page: Page) => page.getByRole('region', { name: 'Settings that differ' });

describeStudio('the room of runs', (studio) => {
  it('compares runs from files: curves, numbers, and only the settings that differ', async () => {
    const { page, problems } = await studio().open('#/runs');
    await give(page, file('slow.jsonl', log('slow', 0.01)), file('fast.jsonl', log('fast', 0.1)));
    await page.getByRole('img', { name: 'Training loss of 2 runs by step' }).waitFor();
    await page.getByRole('img', { name: 'Validation: accuracy of 2 runs by step' }).waitFor();
    expect(await settingsTable(page).getByRole('row').allTextContents()).toEqual([
      'Settingslowfast',
      'learningRate0.010.1',
    ]);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).first().click(),
    ]);
    const rows = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(rows[1]).toBe('slow,x.csv,0.875,4,0.5,40,4.2,finished');
    const [svg] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save “Training loss” as SVG' }).click(),
    ]);
    expect(readFileSync(await svg.path(), 'utf8')).toContain('<path');
    expect(problems).toEqual([]);
  });

  it('filters, hides, smooths and turns the axis by keyboard, and the address tells it all', async () => {
    const { page, problems } = await studio().open('#/runs');
    await give(page, file('slow.jsonl', log('slow', 0.01)), file('fast.jsonl', log('fast', 0.1)));
    await page.getByRole('checkbox', { name: 'Draw slow' }).press('Space');
    await page.getByRole('img', { name: 'Training loss of 1 runs by step' }).waitFor();
    await page.getByRole('radio', { name: 'time' }).check();
    await page.getByRole('textbox', { name: 'Smoothing of the training loss' }).fill('0.5');
    await page.getByRole('textbox', { name: 'Filter' }).fill('learningRate>0.05');
    await page.getByRole('checkbox', { name: 'Draw slow' }).waitFor({ state: 'detached' });
    await expect.poll(() => page.url()).toContain('filter=learningRate%3E0.05&x=time&smooth=0.5&hidden=slow');

    const { page: copy } = await studio().open(new URL(page.url()).hash);
    await give(copy, file('slow.jsonl', log('slow', 0.01)), file('fast.jsonl', log('fast', 0.1)));
    await copy.getByRole('img', { name: 'Training loss of 1 runs by seconds' }).waitFor();
    expect(await copy.getByRole('textbox', { name: 'Smoothing of the training loss' }).inputValue()).toBe(
      '0.5',
    );
    expect(problems).toEqual([]);
  });

  it('follows a run while it trains', async () => {
    const { page, problems } = await studio().open('#/units');
    let text = log('live', 0.05, { epochs: 1, ended: false });
    await page.route('**/given.json', (route) =>
      route.fulfill({
        json: { files: [{ name: 'live.jsonl', url: 'given/0/live.jsonl', bytes: text.length, modified: 1 }] },
      }),
    );
    await page.route('**/given/0/live.jsonl', (route) => route.fulfill({ body: text }));
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    await page.getByText('running · 25 %').first().waitFor();
    await page.getByText('1 file is watched').waitFor();
    text = log('live', 0.05, { epochs: 3, ended: false });
    await page.getByText('running · 75 %').first().waitFor();
    text = log('live', 0.05);
    await page.getByText('finished').first().waitFor();
    expect(problems).toEqual([]);
  });

  it('shows a search: trials, importance, the best so far', async () => {
    const { page, problems } = await studio().open('#/runs');
    const trials = Array.from({ length: 12 }, (_, i) => {
      const settings = { rate: 0.001 * 10 ** (i % 3), hidden: [2 ** (i % 4)] };
      return JSON.stringify({
        trial: i + 1,
        settings,
        score: (i % 3) / 2 + i / 1000,
        seconds: 1,
        measure: 'accuracy',
      });
    });
    await give(page, file('tune.jsonl', trials.join('\n')));
    await page.getByRole('img', { name: /^Parallel coordinates: each of 12 trials/ }).waitFor();
    await page.getByRole('img', { name: /the best so far ends at 1.01/ }).waitFor();
    await page.getByRole('img', { name: 'Share of the variance of the scores' }).waitFor();
    const best = page.getByRole('region', { name: 'Trials' }).getByRole('row').nth(1);
    expect(await best.textContent()).toContain('1.011');
    await page.getByRole('radio', { name: 'smaller' }).check();
    await expect.poll(() => best.textContent()).toMatch(/^10/);
    await expect.poll(() => page.url()).toContain('goal=min');
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('says in place what is no run, and keeps the others', async () => {
    const { page } = await studio().open('#/runs');
    await give(page, file('good.jsonl', log('good', 0.1)));
    await page.getByRole('checkbox', { name: 'Draw good' }).waitFor();
    await give(page, file('bad.jsonl', 'nothing here\n'));
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toContain('There are no runs in this file');
    expect(await page.getByRole('checkbox', { name: 'Draw good' }).isChecked()).toBe(true);
    await page.workers()[0]!.evaluate(() => close());
    await page.getByText('The worker that computes has ended').waitFor();
    await give(page, file('next.jsonl', log('next', 0.2)));
    await page.getByRole('checkbox', { name: 'Draw next' }).waitFor();
  });

  it('trains examples before one’s eyes; in Chinese, on a phone, for everybody', async () => {
    const { page, problems } = await studio().open('#/runs?lang=zh', {
      viewport: { width: 390, height: 800 },
    });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: '训练示例' }).click();
    await page.getByRole('checkbox', { name: '画出 example-1' }).waitFor();
    await page.getByText('已完成').first().waitFor();
    await page.getByRole('button', { name: '停止' }).click();
    await page.getByRole('button', { name: '训练示例' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
