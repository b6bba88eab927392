import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

describeStudio('the room of units', (studio) => {
  it('computes what the textbook computes', async () => {
    // Jurafsky & Martin's unit has three inputs; with two of them and the rest in the bias z is the same 0.87.
    const { page, problems } = await studio().open('#/units?x1=0.5&x2=0.6&w1=0.2&w2=0.3&b=0.59&cx=0.5');
    await page.getByText('z = 0.87').waitFor();
    await page.getByText('0.705').first().waitFor();
    // σ′ = a (1 − a)
    await page.getByText('f′(z) = 0.208: the unit learns.').waitFor();
    expect(problems).toEqual([]);
  });

  it('moves by slider, field, mouse and keyboard, and the address follows', async () => {
    const { page, problems } = await studio().open('#/units');
    await field(page, 'Weight w1').fill('-2');
    await field(page, 'Bias b').press('ArrowUp');
    await page.getByRole('slider', { name: 'Weights w, the tip of the arrow' }).press('Shift+ArrowUp');
    const x = page.getByRole('slider', { name: 'Input x', exact: true }).first();
    await x.scrollIntoViewIfNeeded();
    const box = (await x.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 30, box.y + box.height / 2 + 20, { steps: 3 });
    await page.mouse.up();
    expect(Number(await field(page, 'Input x1').inputValue())).toBeLessThan(1);
    expect(Number(await field(page, 'Input x2').inputValue())).toBeLessThan(2);
    await expect.poll(() => page.url()).toMatch(/#\/units\?.*x1=.*x2=.*w1=-2&w2=0.3.*b=0.51/);

    // The address alone brings the same view back.
    const shown = await page.getByText(/^z = /).textContent();
    const { page: copy } = await studio().open(new URL(page.url()).hash);
    expect(await copy.getByText(/^z = /).textContent()).toBe(shown);
    expect(problems).toEqual([]);
  });

  it('says when a unit is saturated, and when its number is out of range', async () => {
    const { page } = await studio().open('#/units');
    await field(page, 'Bias b').fill('8');
    await page.getByText(/^Saturated: f′\(z\) = /).waitFor();
    await field(page, 'Bias b').fill('9');
    expect(await field(page, 'Bias b').getAttribute('aria-invalid')).toBe('true');
    await page.getByText('−8 … 8').waitFor();
    await page.getByRole('radio', { name: 'step' }).check();
    await page.getByText('Saturated: f′(z) = 0 ').waitFor();
  });

  it('shows how a gradient fades in a chain, and gives it as a table and a picture', async () => {
    const { page, problems } = await studio().open('#/units?n=4&cw=1&cx=0');
    // f′(0) = ¼, f′(½) = 0.235, …: the product from the textbook's own formulas.
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    const outputs = [0, 1, 2].reduce<number[]>((list) => [...list, sigmoid(list.at(-1)!)], [sigmoid(0)]);
    const expected = outputs.slice(1).reduce((product, a) => product * a * (1 - a), 1);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const rows = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(rows).toHaveLength(5);
    expect(Number(rows[1]!.split(',')[4])).toBeCloseTo(expected, 12);

    const [svg] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save “The plane of its inputs” as SVG' }).click(),
    ]);
    const drawing = readFileSync(await svg.path(), 'utf8');
    expect(drawing).toMatch(/^<svg [\s\S]*<image [\s\S]*data:image\/png[\s\S]*<\/svg>$/);
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save “f and f′” as PNG' }).click(),
    ]);
    expect(
      readFileSync(await png.path())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(problems).toEqual([]);
  });

  it('speaks Chinese, fits a phone, and has no serious accessibility finding', async () => {
    const { page, problems } = await studio().open('#/units?lang=zh', {
      viewport: { width: 390, height: 800 },
    });
    await page.getByRole('heading', { name: '单元的链条' }).waitFor();
    await page.getByText('梯度消失').waitFor();
    await page.locator('.katex').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(problems).toEqual([]);
  });
});
