import { readFileSync } from 'node:fs';
import { FeedforwardNetwork, toSafetensors } from 'lexigrad';
import { toOnnx } from 'lexigrad/onnx';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

const rows = Array.from({ length: 60 }, (_, i) => ({
  features: [i % 7, i % 5],
  label: i % 7 > 3 ? 'many' : 'few',
}));
let first: FeedforwardNetwork;
let second: FeedforwardNetwork;
beforeAll(async () => {
  first = await FeedforwardNetwork.train(rows, { hidden: [6], epochs: 3, seed: 1 });
  second = await FeedforwardNetwork.train(rows, { hidden: [6], epochs: 3, seed: 2 });
});

async function give(page: Page, panel: string, name: string, bytes: Uint8Array): Promise<void> {
  await page
    .getByRole('region', { name: panel, exact: true })
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
}

describeStudio('the room of models', (studio) => {
  it('takes a model apart, and gives its numbers and its graph', async () => {
    const { page, problems } = await studio().open('#/models');
    await give(page, 'Model', 'first.lexigrad', first.toBytes());
    await page.getByRole('img', { name: /^The graph of first.lexigrad: \d+ nodes$/ }).waitFor();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('region', { name: 'Tensors', exact: true })
        .getByRole('button', { name: 'Save as CSV' })
        .click(),
    ]);
    const lines = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(1 + first.network.parameters.length);
    const weight = first.workspace.view(first.network.layers[0]!.weight);
    const line = lines.find((each) => each.startsWith('hidden1/weight'))!;
    expect(line).toContain('"[6, 2]",F32,12');
    expect(line).toContain(String(Math.max(...weight)));
    await page.getByRole('button', { name: 'output/bias' }).press('Enter');
    await page.getByRole('img', { name: /^Histogram of the values of output\/bias/ }).waitFor();
    await expect.poll(() => page.url()).toContain('tensor=output%2Fbias');
    const [svg] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save “What is computed, from the inputs down” as SVG' }).click(),
    ]);
    expect(readFileSync(await svg.path(), 'utf8')).toContain('hidden1/weight');
    expect(problems).toEqual([]);
  });

  it('compares two models, also after its worker was killed', async () => {
    const { page, problems } = await studio().open('#/models');
    await give(page, 'Model', 'first.lexigrad', first.toBytes());
    await give(page, 'Compared with', 'second.lexigrad', second.toBytes());
    await page.getByText('0 tensors are equal, 4 differ in their values, 0 cannot be compared.').waitFor();
    const differences = page.getByRole('region', { name: 'Configuration and record, where they differ' });
    expect(await differences.textContent()).toContain('record.settings.seed12');

    await page.workers()[0]!.evaluate(() => close());
    await page.getByText('The worker that computes has ended').waitFor();
    await page.getByRole('button', { name: 'Start it again' }).click();
    await page.getByText('0 tensors are equal, 4 differ').waitFor();
    await give(page, 'Compared with', 'again.lexigrad', first.toBytes());
    await page.getByText('All 4 tensors are equal, bit for bit.').waitFor();
    expect(problems).toEqual([]);
  });

  it('reads ONNX and safetensors, and says in place what it cannot read', async () => {
    const { page, problems } = await studio().open('#/models');
    await give(page, 'Model', 'first.onnx', toOnnx(first));
    await page.getByRole('img', { name: /^The graph of first.onnx/ }).waitFor();
    await give(page, 'Model', 'first.safetensors', toSafetensors(first));
    await page.getByText('The file holds weights alone').waitFor();
    const alert = page.getByRole('alert');
    for (const [name, bytes, message] of [
      ['cut.lexigrad', first.toBytes().subarray(0, 900), /ends at|bytes follow/],
      ['cut.onnx', toOnnx(first).subarray(0, 250), /ONNX|ends/],
      ['note.txt', new TextEncoder().encode('hello'), /a text file/],
    ] as const) {
      await give(page, 'Model', name, bytes);
      await expect.poll(() => alert.textContent()).toMatch(message);
      expect(await alert.textContent()).toContain(name);
    }
    await page.getByText('The file holds weights alone').waitFor();
    expect(problems).toEqual([]);
  });

  it('trains an example; the address makes it again; in Chinese, on a phone, for everybody', async () => {
    const { page, problems } = await studio().open('#/models?a=example&b=example&lang=zh', {
      viewport: { width: 390, height: 800 },
    });
    await page.getByText('个取值不同').waitFor({ timeout: 50_000 });
    await page.getByRole('img', { name: /xor-seed-1.lexigrad 的计算图/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: '关闭: xor-seed-2.lexigrad' }).click();
    await expect.poll(() => page.url()).not.toContain('b=example');
    expect(problems).toEqual([]);
  });
});
