/** The page around the rooms, and the workers under them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

describeStudio('the studio', (studio) => {
  it('leads from the entrance to a room and back', async () => {
    const { page, problems } = await studio().open();
    await page
      .getByRole('main')
      .getByRole('link', { name: /^Units/ })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Units' }).waitFor();
    expect(await page.title()).toBe('Units · Lexigrad studio');
    expect(await page.locator('nav [aria-current=page]').textContent()).toBe('Units');
    await page.goBack();
    await page.getByRole('heading', { name: 'See a network think' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('says so where there is no such room', async () => {
    const { page } = await studio().open('#/cellar');
    await page.getByText('There is no room “cellar”').waitFor();
  });

  it('is reached by keyboard alone', async () => {
    const { page } = await studio().open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the room');
    await page.getByRole('navigation').getByRole('link', { name: 'This browser' }).focus();
    const shadow = await page.evaluate(() => getComputedStyle(document.activeElement!).boxShadow);
    expect(shadow).not.toBe('none');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'This browser' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  });

  it('speaks both languages, and keeps the choice from room to room', async () => {
    const { page } = await studio().open('#/engine');
    await page.getByText('中文').click();
    await page.getByRole('heading', { level: 1, name: '本浏览器' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
    await page.getByRole('link', { name: '神经单元' }).click();
    await page.getByRole('heading', { level: 1, name: '神经单元' }).waitFor();
    expect(page.url()).toContain('lang=zh');
    await page.goto(`${studio().url}#/engine`);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '本浏览器' }).waitFor();
  });

  it('follows the system in light and dark, unless one is chosen', async () => {
    const { page } = await studio().open('', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(ground).not.toBe(dark);
    await page.getByTitle('Dark').click();
    expect(await ground()).toBe(dark);
    await page.reload();
    expect(await ground()).toBe(dark);
  });

  it.each([1280, 390])(
    'has no serious accessibility finding and does not overflow at %i pixels',
    async (width) => {
      const { page } = await studio().open('', { viewport: { width, height: 800 } });
      expect(await seriousFindings(page)).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    },
  );
});

describeStudio('workers of the studio', (studio) => {
  it('train with threads, and with any number of them to the same bits', async () => {
    const { page, problems } = await studio().open('#/engine?epochs=60');
    await page
      .getByText(/2 threads|\d+ threads/)
      .first()
      .waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText('The weights are the same, bit for bit.').waitFor({ timeout: 30_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).toBe('Threads,Helpers,Steps,ms per step,Loss,GFLOP/s,Weights');
    expect(lines[1]).toMatch(/^1,0,240,/);
    expect(lines[2]).toMatch(/^2,1,240,/);
    expect(problems).toEqual([]);
  });

  it('do with one thread on a server that sends no headers', async () => {
    const { page, problems } = await studio().open('#/nowhere');
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      const headers = Object.fromEntries(
        Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin-')),
      );
      await route.fulfill({ response, headers });
    });
    await page.goto(`${studio().url}?plain#/engine?epochs=3`);
    await page.getByText('no: this page was served without the headers').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.getByText(/1 thread$/).waitFor();
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText('The weights are the same, bit for bit.').waitFor();
    expect(problems).toEqual([]);
  });

  it('stop when they are told to', async () => {
    const { page } = await studio().open('#/engine?epochs=500&threads=1');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText(/step [1-9]\d* of 2000/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('cell').first().waitFor();
    expect(Number(await page.getByRole('cell').nth(2).textContent())).toBeLessThan(2000);
  });

  it('are replaced when they are killed, and nothing is lost', async () => {
    const { page } = await studio().open('#/engine?epochs=499&threads=1');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText(/step [1-9]/).waitFor();
    await page.workers()[0]!.evaluate(() => close());
    await page.getByText('The worker that computes has ended').waitFor();
    expect(await page.getByRole('textbox', { name: 'Epochs' }).inputValue()).toBe('499');
    await page.getByRole('button', { name: 'Start it again' }).click();
    await page.getByRole('textbox', { name: 'Epochs' }).fill('3');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByRole('cell').first().waitFor();
  });
});
