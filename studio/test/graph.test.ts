import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

/** A box of the graph by the beginning of what is read aloud of it. */
const box = (page: Page, name: RegExp) =>
  page.getByRole('group', { name: /^Computation graph/ }).getByRole('button', { name });

async function boxes(page: Page): Promise<(string | null)[]> {
  return box(page, /./).evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label')));
}

describeStudio('the room of the computation graph', (studio) => {
  it('walks the textbook example forward and backward: L = −10, gradients −2, −4, 5', async () => {
    const { page, problems } = await studio().open('#/graph');
    await page.getByText('The inputs are given.').waitFor();
    expect(await boxes(page)).toEqual(expect.arrayContaining(['a, 3', 'b, 1', 'c, −2', 'L = ×, ?']));
    const step = page.getByRole('button', { name: 'Step', exact: true });
    for (let i = 0; i < 3; i++) await step.click();
    await page.getByText('Forward: L = −10').waitFor();
    await step.click();
    await box(page, /^L = ×, −10, ∂ 1$/).waitFor();
    await page.getByRole('textbox', { name: 'Steps per second' }).fill('60');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByText('Every gradient is known.').waitFor();
    expect(await boxes(page)).toEqual(
      expect.arrayContaining([
        'a, 3, ∂ −2',
        'b, 1, ∂ −4',
        'c, −2, ∂ 5',
        'v₁ = ×, 2, ∂ −2',
        'v₂ = +, 5, ∂ −2',
      ]),
    );
    await expect.poll(() => page.url()).toContain('step=7');
    expect(problems).toEqual([]);
  });

  it('says how a gradient comes about, in formulas and numbers, and adds where a value is used twice', async () => {
    const { page, problems } = await studio().open('#/graph');
    await page.getByRole('textbox', { name: 'Expression' }).fill('d = x*x\ny = d + 3*x');
    await page.getByRole('textbox', { name: 'x', exact: true }).fill('2');
    await page.getByRole('textbox', { name: 'Step', exact: true }).fill('7');
    await box(page, /^x, 2, ∂ 7$/).click();
    await page.getByRole('heading', { name: 'Node x' }).waitFor();
    await page.getByText('It is used 3 times, so its gradients add:').waitFor();
    await expect
      .poll(() => page.locator('.graph-part annotation').allTextContents())
      .toContainEqual(expect.stringMatching(/= \(?2\)? \+ 2 \+ 3 = 7$|= 3 \+ 2 \+ 2 = 7$/));
    await box(page, /^d = ×/).click();
    await expect
      .poll(() => page.locator('.graph-handed annotation').allTextContents())
      .toContain('= 1 \\cdot 2 = 2');
    expect(problems).toEqual([]);
  });

  it('differentiates again: the derivative of x³ is a graph, and so is its derivative', async () => {
    const { page, problems } = await studio().open('#/graph?expression=y+%3D+x%5E3&at=x~2&step=99');
    await box(page, /^y = x\^3, 8, ∂ 1$/).waitFor();
    await page.getByRole('button', { name: 'by x' }).click();
    await expect.poll(() => page.url()).toMatch(/by=x(?!.*step=)/);
    await page.goto(`${page.url()}&step=99`);
    await box(page, /^∂y\/∂x = .*, 12, ∂ 1$/).waitFor();
    await box(page, /^x, 2, ∂ 12$/).waitFor();
    await page.getByRole('button', { name: 'by x' }).click();
    await expect.poll(() => page.url()).toMatch(/by=x%3Bx(?!.*step=)/);
    await page.goto(`${page.url()}&step=99`);
    await box(page, /^∂\(∂y\/∂x\)\/∂x = .*, 12, ∂ 1$/).waitFor();
    // y‴ = 6 everywhere.
    await box(page, /^x, 2, ∂ 6$/).waitFor();
    await page.getByRole('button', { name: 'One derivative back' }).click();
    await expect.poll(() => page.url()).not.toContain('by=x%3Bx');
    expect(problems).toEqual([]);
  });

  it('points at what is wrong, and goes on when it is mended', async () => {
    const { page, problems } = await studio().open('#/graph');
    const field = page.getByRole('textbox', { name: 'Expression' });
    await field.fill('L = c*(a + 2b)');
    const said = page.getByRole('alert');
    await said.waitFor();
    expect(await said.textContent()).toContain('Line 1, column 13: ');
    expect(await said.locator('pre').textContent()).toBe(`L = c*(a + 2b)\n${' '.repeat(12)}↑`);
    await field.fill('y = a*b');
    await box(page, /^y = ×/).waitFor();
    expect(problems).toEqual([]);
  });

  it('shows networks with shapes on their edges, and what the compiler fused', async () => {
    const { page, problems } = await studio().open('#/graph');
    await page.getByRole('combobox', { name: 'Graph of' }).selectOption('window');
    await box(page, /^E, 0.1 0.4 −0.3 …$/).waitFor();
    await page.getByText('[point, 2, 2]').first().waitFor();
    await page.getByText('a training step').click();
    const program = page.getByRole('region', { name: 'The compiled program' });
    await program.getByText('affine: matrix product, bias and activation in one').waitFor();
    await program.getByRole('cell', { name: 'update E' }).waitFor();
    const download = page.waitForEvent('download');
    await program.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await download).suggestedFilename()).toBe('lexigrad-program.csv');
    await page.getByRole('combobox', { name: 'Graph of' }).selectOption('softmax');
    await page.getByRole('button', { name: 'by W' }).click();
    await page.getByText('∂L/∂W has several elements').waitFor();
    expect(problems).toEqual([]);
  });

  it('goes from node to node by the arrow keys', async () => {
    const { page } = await studio().open('#/graph?step=7');
    await box(page, /^v₁/).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Node v₂' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Node L' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^L = ×/);
  });

  it('speaks Chinese, fits a phone, and has no serious accessibility finding', async () => {
    const { page, problems } = await studio().open('#/graph?lang=zh&step=7&source=feedforward', {
      viewport: { width: 390, height: 800 },
      colorScheme: 'dark',
    });
    await page.getByRole('heading', { name: '前向与反向' }).waitFor();
    await page.locator('.katex').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await page.goto(`${page.url().replace('lang=zh', 'lang=en')}&theme=light`);
    await page.getByRole('heading', { name: 'Forward and backward' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
