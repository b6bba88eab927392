import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

async function fact(page: Page, name: string): Promise<string> {
  return (await page.getByText(name, { exact: true }).locator('+ dd').textContent())!;
}

/** For what takes a training run: on a busy machine it takes a while. */
const PATIENT = { timeout: 45_000 };

const steps = async (page: Page) =>
  Number((await fact(page, 'Step · Epoch')).split('·')[0]!.replace(/\D/g, ''));
const unit = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describeStudio('the room of the network playground', (studio) => {
  it('trains in the page, and an address shows the same network again', async () => {
    const { page, problems } = await studio().open('#/playground');
    await page.getByRole('radio', { name: 'XOR', exact: true }).check();
    await page.getByText('Four tanh units bend the plane').waitFor();
    await page.getByRole('textbox', { name: 'Steps per second' }).fill('2000');
    await page.getByRole('button', { name: 'Train' }).click();
    await expect.poll(async () => Number(await fact(page, 'Training loss')), PATIENT).toBeLessThan(0.1);
    // Controls answer while it trains.
    await page.getByRole('radio', { name: 'Gradients' }).check();
    await page.getByText(/^In each unit: ∂z\/∂a/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    const made = await steps(page);
    await expect.poll(() => page.url()).toContain(`k=${made}`);
    const [loss, test] = [await fact(page, 'Training loss'), await fact(page, 'Test loss')];
    expect(loss).not.toBe(test);

    const { page: copy } = await studio().open(new URL(page.url()).hash);
    await expect.poll(() => fact(copy, 'Training loss'), PATIENT).toBe(loss);
    expect([await fact(copy, 'Test loss'), await steps(copy)]).toEqual([test, made]);
    await copy.getByRole('button', { name: 'One step' }).click();
    await expect.poll(() => steps(copy), PATIENT).toBe(made + 1);
    await copy.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => steps(copy), PATIENT).toBe(0);
    expect(problems).toEqual([]);
  });

  it.each([
    ['Linear units', 1500, 0.65, 0.75],
    ['Step units', 1500, 0.6, 0.75],
    ['Six sigmoid layers', 1000, 0.69, 0.7],
  ])('fails as it says: %s', async (name, k, least, most) => {
    const { page, problems } = await studio().open('#/playground');
    await page.getByRole('radio', { name }).check();
    await expect.poll(() => page.url()).toContain('layers=');
    await page.goto(`${page.url()}&k=${k}`);
    await expect.poll(() => steps(page), PATIENT).toBe(k);
    const loss = Number(await fact(page, 'Training loss'));
    expect(loss).toBeGreaterThan(least);
    expect(loss).toBeLessThan(most);
    expect(await page.getByRole('radio', { name }).isChecked()).toBe(true);
    expect(problems).toEqual([]);
  });

  it('takes layers, typed weights and the keyboard', async () => {
    const { page, problems } = await studio().open('#/playground');
    await unit(page, 'Hidden layer 1, unit 1').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'Hidden layer 1, unit 2' }).waitFor();
    await unit(page, 'Hidden layer 1, unit 2').hover();
    await page
      .getByRole('tooltip')
      .getByText(/^∂L\/∂a₁₂ = /)
      .waitFor();
    await page.getByRole('textbox', { name: 'Weight from x₁' }).fill('0.75');
    await expect.poll(() => page.url()).toMatch(/weights=[^&]*_0\.75_/);
    await page.getByText('It starts from weights that were given').waitFor();
    await page.getByRole('button', { name: 'Back to the seed’s weights' }).click();
    await expect.poll(() => page.url()).not.toContain('weights=');

    await page.getByRole('button', { name: 'Add a layer' }).click();
    await page.getByRole('combobox', { name: 'Activation of hidden layer 3' }).selectOption('relu');
    await page.getByRole('button', { name: 'Units of hidden layer 3: +1' }).click();
    await unit(page, 'Hidden layer 3, unit 4').click();
    await page.getByRole('textbox', { name: 'Weight from a₂₃' }).waitFor();
    await page.getByRole('checkbox', { name: 'Forward values a' }).check();
    await page.getByRole('checkbox', { name: 'Backward values ∂L/∂a' }).check();
    await page.getByText(/^x = \(.*\), class 0, loss 0\.\d+/).waitFor();
    await expect.poll(() => page.url()).toContain('layers=4~tanh_3~tanh_4~relu');
    for (const number of [3, 2, 1]) {
      await page.getByRole('button', { name: `Remove hidden layer ${number}` }).click();
    }
    await page.getByText('No hidden layer: one unit, which draws one line.').waitFor();
    await page.getByRole('button', { name: 'One epoch' }).click();
    await expect.poll(() => steps(page), PATIENT).toBe(9);
    expect(problems).toEqual([]);
  });

  it('takes points by hand and from a table, and says what is wrong with one', async () => {
    const { page, problems } = await studio().open('#/playground');
    await page.getByRole('button', { name: 'Remove all points' }).click();
    await page.getByText('There are no points.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Train' }).isDisabled()).toBe(true);
    const plane = page.getByRole('group', { name: /^Points over/ });
    await page.getByRole('radio', { name: 'adds a point of class 1' }).check();
    await plane.click({ position: { x: 120, y: 60 } });
    await page.getByRole('radio', { name: 'adds a point of class 0' }).check();
    await plane.click({ position: { x: 200, y: 160 } });
    await expect.poll(() => page.url()).toMatch(/points=[^&_]+~1_[^&_]+~0/);
    await page.getByRole('radio', { name: 'removes a point' }).check();
    await plane.click({ position: { x: 201, y: 161 } });
    await expect.poll(() => page.url()).not.toContain('~0&');

    await page.getByRole('button', { name: 'Paste text' }).click();
    const field = page.getByRole('textbox', { name: 'Paste text' });
    await field.fill('1,2,a\nthree,4,b');
    await page.getByRole('button', { name: 'Use this text' }).click();
    await page.getByText('Line 2 does not begin with two numbers').waitFor();
    await field.fill('x;y;kind\n10;5;cat\n30;9;dog\n20;7;dog\n12;6;cat');
    await page.getByRole('button', { name: 'Use this text' }).click();
    await page.getByText('4 points were read. “cat” is class 0, “dog” is class 1.').waitFor();
    await expect.poll(() => page.url()).toContain('scale=20~7~10~2');
    await expect.poll(() => fact(page, 'Wrong (training; test)')).toMatch(/\/3; \d\/1$/);
    expect(problems).toEqual([]);
  });

  it('saves code, JSON, ONNX and safetensors of what is shown', async () => {
    const { page, problems } = await studio().open('#/playground?k=200');
    await expect.poll(() => steps(page), PATIENT).toBe(200);
    const saved = async (button: string) => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: button, exact: true }).click();
      return readFile(await (await download).path());
    };
    const json = JSON.parse((await saved('JSON')).toString()) as {
      readonly steps: number;
      readonly layers: readonly { readonly weight: readonly (readonly number[])[] }[];
    };
    expect([json.steps, json.layers.length]).toEqual([200, 3]);
    expect((await saved('Lexigrad code')).toString()).toContain(
      `[${json.layers[0]!.weight.flat().join(', ')}]`,
    );
    // By their first bytes: the IR version of an ONNX model, and the length of a safetensors header with its brace.
    expect([...(await saved('ONNX')).subarray(0, 2)]).toEqual([8, 8]);
    expect((await saved('safetensors')).subarray(8, 9).toString()).toBe('{');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save “The network” as SVG' }).click();
    expect((await readFile(await (await download).path())).toString()).toMatch(/<image[\s\S]*<path/);
    expect(problems).toEqual([]);
  });

  it('says so when the loss is no number any more, and when its worker is gone', async () => {
    const { page } = await studio().open('#/playground?optimizer=sgd&eta=100&penalty=l2&strength=1');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText('The loss is no number any more').waitFor(PATIENT);
    await page.getByRole('button', { name: 'Train' }).waitFor();
    await page.getByRole('radio', { name: 'Circle' }).check();
    await expect.poll(() => page.getByText('The loss is no number any more').count()).toBe(0);
    await expect.poll(() => steps(page), PATIENT).toBe(0);

    await page.workers()[0]!.evaluate(() => close());
    await page.getByText('The worker that computes has ended').waitFor();
    await page.getByRole('button', { name: 'Start it again' }).click();
    await page.getByRole('button', { name: 'One step' }).click();
    await expect.poll(() => steps(page), PATIENT).toBe(1);
  });

  it('refuses an address that makes no sense', async () => {
    const { page, problems } = await studio().open(
      '#/playground?layers=99~tanh&features=sin&k=-1&at=400&unit=6~15&eta=x&weights=1_2&points=hello&n=7',
    );
    await expect.poll(() => steps(page), PATIENT).toBe(0);
    await page.getByRole('heading', { name: 'Output' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('speaks Chinese, fits a phone, and has no serious accessibility finding', async () => {
    const { page, problems } = await studio().open('#/playground?lang=zh&k=50&values=1&gradients=1', {
      viewport: { width: 390, height: 800 },
      colorScheme: 'dark',
    });
    await page.getByRole('heading', { name: '数据' }).waitFor();
    await expect.poll(() => page.url()).toContain('k=50');
    await page.getByText(/^x = \(.*类别/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.goto(`${page.url().replace('lang=zh', 'lang=en')}&theme=light`);
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
