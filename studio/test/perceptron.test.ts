import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

/** The panels of the two learners. */
const perceptron = (page: Page) => page.getByRole('region', { name: 'Perceptron' });
const network = (page: Page) => page.getByRole('region', { name: 'Two-layer network' });

async function fact(page: Page, name: string): Promise<string> {
  return (await network(page).getByText(name, { exact: true }).locator('+ dd').textContent())!;
}

describeStudio('the room of perceptron and XOR', (studio) => {
  it('learns AND step by step, and stops when it can do it', async () => {
    const { page, problems } = await studio().open('#/perceptron');
    await page.getByRole('radio', { name: 'AND' }).check();
    const own = perceptron(page);
    await own.getByRole('button', { name: 'Step' }).click();
    await own.getByText(/^Step 1: point \d gives ŷ = 0/).waitFor();
    await own.getByRole('textbox', { name: 'Steps per second' }).fill('60');
    await own.getByRole('button', { name: 'Play' }).click();
    await own.getByText(/^Converged: epoch \d+ had no mistake\./).waitFor();
    expect(await own.getByRole('button', { name: 'Play' }).isDisabled()).toBe(true);
    await own.getByRole('button', { name: 'Reset' }).click();
    await own.getByText('All weights are 0: the output is 0 everywhere.').waitFor();
    expect(problems).toEqual([]);
  });

  it('proves that no line does XOR, and trains the network that does', async () => {
    const { page, problems } = await studio().open('#/perceptron');
    await perceptron(page)
      .getByText(
        'No line separates these points. The proof: (0.5, 0.5) lies between points 1, 4 of class 0 and also between ' +
          'points 2, 3 of class 1.',
      )
      .waitFor();
    expect(await fact(page, 'Points on the wrong side')).not.toBe('0 / 4');
    await network(page).getByRole('textbox', { name: 'Steps per second' }).fill('2000');
    await network(page).getByRole('button', { name: 'Play' }).click();
    await expect.poll(async () => Number(await fact(page, 'Loss L')), { timeout: 40_000 }).toBeLessThan(0.05);
    await network(page).getByRole('button', { name: 'Pause' }).click();
    expect(await fact(page, 'Points on the wrong side')).toBe('0 / 4');

    // Seed and steps are in the address, so the copy has the same weights.
    await expect.poll(() => page.url()).toContain(`k=${await fact(page, 'Step')}`);
    const loss = await fact(page, 'Loss L');
    const { page: copy } = await studio().open(new URL(page.url()).hash);
    await expect.poll(() => fact(copy, 'Loss L')).toBe(loss);
    expect(problems).toEqual([]);
  });

  it.each([
    ['Dead ReLUs', 'k=1000', '0.693', /h₁, h₂/],
    ['Linear hidden units', 'k=1000', '0.693', /none/],
    ['Symmetric weights', 'k=1500', '0.479', /none/],
    ['A local minimum', 'k=1500', '0.348', /none/],
  ])('fails as it says: %s', async (name, steps, loss, dead) => {
    const { page } = await studio().open('#/perceptron');
    await page.getByRole('radio', { name }).check();
    await expect.poll(() => page.url()).toContain('?');
    await page.goto(`${page.url()}&${steps}`);
    await expect.poll(() => fact(page, 'Loss L')).toBe(loss);
    expect(await fact(page, 'Hidden units that learn nothing')).toMatch(dead);
    expect(await fact(page, 'Points on the wrong side')).not.toBe('0 / 4');
    expect(await page.getByRole('radio', { name }).isChecked()).toBe(true);
  });

  it('takes points and weights by hand, with the mouse and by keyboard', async () => {
    const { page, problems } = await studio().open('#/perceptron');
    const plane = perceptron(page).getByRole('group', { name: /decision boundary/ });
    await plane.click({ position: { x: 100, y: 40 } });
    const added = perceptron(page).getByRole('slider', { name: 'Point 5, class 1' });
    await added.press('Enter');
    await perceptron(page).getByRole('slider', { name: 'Point 5, class 0' }).press('Delete');
    expect(
      await perceptron(page)
        .getByRole('slider', { name: /^Point/ })
        .count(),
    ).toBe(4);
    // XOR with its last corner switched is OR, which the weights x₁ + x₂ − ½ do at once.
    await perceptron(page).getByRole('slider', { name: 'Point 4, class 0' }).press('Enter');
    for (const [name, value] of [
      ['w₁', '1'],
      ['w₂', '1'],
      ['b', '-0.5'],
    ] as const)
      await perceptron(page).getByRole('textbox', { name, exact: true }).fill(value);
    for (let i = 0; i < 4; i++) await perceptron(page).getByRole('button', { name: 'Step' }).click();
    await perceptron(page).getByText('Converged: epoch 1 had no mistake.').waitFor();
    await page.getByRole('button', { name: 'Remove all points' }).click();
    await network(page).getByText('There are no points.').waitFor();
    await perceptron(page).getByText('All points are of one class').waitFor();
    expect(problems).toEqual([]);
  });

  it('starts from weights that are typed, and refuses an address that makes no sense', async () => {
    const { page } = await studio().open('#/perceptron?k=-3&units=999&points=hello&weights=1_2&eta=x');
    expect(await fact(page, 'Step')).toBe('0');
    expect(
      await perceptron(page)
        .getByRole('slider', { name: /^Point/ })
        .count(),
    ).toBe(4);
    await network(page).getByText('Weights of the network').click();
    await network(page).getByRole('textbox', { name: 'ŷ ← bias' }).fill('3');
    await expect.poll(() => page.url()).toMatch(/weights=.*_3$/);
    await network(page).getByRole('button', { name: 'Draw weights by the seed again' }).click();
    await expect.poll(() => page.url()).not.toContain('weights=');
  });

  it('speaks Chinese, fits a phone, and has no serious accessibility finding', async () => {
    const { page, problems } = await studio().open('#/perceptron?lang=zh&t=5&k=50', {
      viewport: { width: 390, height: 800 },
      colorScheme: 'dark',
    });
    await page.getByRole('heading', { name: '两层网络' }).waitFor();
    await page.getByText('没有直线能分开这些点。').waitFor();
    await page.locator('.katex').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(problems).toEqual([]);
  });
});
