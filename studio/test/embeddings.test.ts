import { readFileSync } from 'node:fs';
import { FeedforwardNetwork, WordVectors } from 'lexigrad';
import { formatWordVectors } from 'lexigrad/files';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeStudio, seriousFindings } from './browser.js';

const WORDS = ['king', 'queen', 'man', 'woman', 'apple', 'pear', 'plum', 'fig', 'grape', 'Zürich', '猫'];
/** The first four differ in two directions alone, so that the analogy is exact; the others are made up. */
const table = new WordVectors({
  words: WORDS,
  dimension: 4,
  vectors: Float32Array.from(
    WORDS.flatMap((_, i) =>
      i < 4
        ? [i < 2 ? 1 : 0, i % 2 === 0 ? 1 : -1, 0.5, 0]
        : [0, 0.1 * (i % 3), 1 + 0.1 * i, (i % 2) - 0.3 * i],
    ),
  ),
});

function vectorFile(vectors: WordVectors, name = 'words.vec') {
  return { name, mimeType: 'text/plain', buffer: Buffer.from([...formatWordVectors(vectors)].join('')) };
}

/** Many words in a few heaps. */
function heaps(count: number): WordVectors {
  const words = Array.from({ length: count }, (_, i) => `w${i}`);
  const noise = (i: number, j: number) => ((i * 7919 + j * 104729) % 997) / 997 - 0.5;
  const vectors = words.flatMap((_, i) =>
    Array.from({ length: 8 }, (_, j) => (i % 4 === j ? 2 : 0) + noise(i, j)),
  );
  return new WordVectors({ words, dimension: 8, vectors: Float32Array.from(vectors) });
}

async function give(page: Page, file: ReturnType<typeof vectorFile>): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(file);
}

const map = (page: Page) => page.getByRole('img', { name: /words as points/ });

describeStudio('the room of embeddings', (studio) => {
  it('reads a file of vectors, and knows what the library knows of them', async () => {
    const { page, problems } = await studio().open('#/embeddings?dimensions=2');
    await give(page, vectorFile(table));
    await page.getByText(`All ${WORDS.length} words.`).waitFor();
    await page.getByRole('textbox', { name: 'Search' }).fill('Que');
    await page.getByRole('button', { name: 'queen' }).click();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('region', { name: 'A word and its neighbours' })
        .getByRole('button', { name: 'Save as CSV' })
        .click(),
    ]);
    const rows = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n')
      .slice(1);
    const expected = table.neighbors('queen', 10);
    expect(rows.map((row) => row.split(',')[0])).toEqual(expected.map(({ word }) => word));
    expect(Number(rows[0]!.split(',')[1])).toBeCloseTo(expected[0]!.similarity, 6);

    for (const [name, word] of [
      ['a', 'man'],
      ['b', 'king'],
      ['c', 'woman'],
    ])
      await page.getByRole('textbox', { name, exact: true }).fill(word!);
    const answer = page.getByRole('region', { name: 'man : king = woman : …' }).getByRole('row');
    await expect.poll(() => answer.nth(1).textContent()).toContain('queen');
    await page.getByRole('textbox', { name: 'c', exact: true }).fill('nobody');
    await page.getByText('There is no vector for “nobody”.').waitFor();
    expect(problems).toEqual([]);
  });

  it('turns and zooms by keyboard and mouse, and the address brings the view back', async () => {
    const { page, problems } = await studio().open('#/embeddings');
    await give(page, vectorFile(heaps(400)));
    await map(page).waitFor();
    await map(page).press('ArrowRight');
    await map(page).press('+');
    await expect.poll(() => page.url()).toMatch(/yaw=0\.72&.*zoom=1\.25/);
    const box = (await map(page).boundingBox())!;
    await page.mouse.move(box.x + 100, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 100, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/yaw=1\.2/);
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save “The words by PCA” as PNG' }).click(),
    ]);
    expect(
      readFileSync(await png.path())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await page.getByRole('button', { name: 'Reset the view' }).click();
    await expect.poll(() => page.url()).not.toContain('yaw');

    const { page: copy } = await studio().open('#/embeddings?yaw=1.5&method=umap&neighbors=7&word=w3');
    expect(await copy.getByRole('textbox', { name: 'Search' }).count()).toBe(0);
    await give(copy, vectorFile(heaps(100)));
    expect(await copy.getByRole('textbox', { name: 'Neighbours of a point' }).inputValue()).toBe('7');
    await copy.getByText('Nearest to w3').first().waitFor();
    expect(problems).toEqual([]);
  });

  it('lays out by UMAP: pauses, goes on, stops; and says what it has left out', async () => {
    const { page, problems } = await studio().open('#/embeddings?method=umap&epochs=2000&sample=300');
    await give(page, vectorFile(heaps(600)));
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText(/^Epoch \d+ of 2000$/).waitFor();
    // The worker answers while it lays out.
    await page.getByRole('textbox', { name: 'Search' }).fill('w5');
    await page.getByText('Nearest to w5').first().waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Lay out again' }).waitFor();
    await page.getByText('300 of 600 words: the first of the file.').waitFor();
    await page.getByRole('radio', { name: 'spread over all' }).check();
    await page.getByText('The settings have changed since this was laid out.').waitFor();
    expect(problems).toEqual([]);
  });

  it('refuses what holds no vectors, in place, and keeps what is open', async () => {
    const { page } = await studio().open('#/embeddings');
    await give(page, vectorFile(table));
    await page.getByText(`All ${WORDS.length} words.`).waitFor();
    const alert = page.getByRole('alert');
    await give(page, {
      name: 'letter.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('dear all\nno numbers here\n'),
    });
    await expect.poll(() => alert.textContent()).toContain('there are no word vectors in this file');
    const rows = Array.from({ length: 20 }, (_, i) => ({ features: [i], label: i < 10 ? 'a' : 'b' }));
    const network = await FeedforwardNetwork.train(rows, { hidden: [], epochs: 1 });
    const buffer = Buffer.from(network.toBytes());
    await give(page, { name: 'net.lexigrad', mimeType: 'application/octet-stream', buffer });
    await expect.poll(() => alert.textContent()).toContain('has no word vectors');
    await give(page, {
      name: 'cut.lexigrad',
      mimeType: 'application/octet-stream',
      buffer: buffer.subarray(0, 200),
    });
    await expect.poll(() => alert.textContent()).toContain('the file is cut short');
    await page.getByText(`All ${WORDS.length} words.`).waitFor();

    await page.workers()[0]!.evaluate(() => close());
    await page.getByText('The worker that computes has ended').waitFor();
    await page.getByRole('textbox', { name: 'Search' }).fill('fig');
    await page.getByText('Nearest to fig').first().waitFor();
  });

  it('trains the example and colours words by label; in Chinese, on a phone, for everybody', async () => {
    const { page, problems } = await studio().open('#/embeddings?lang=zh', {
      viewport: { width: 390, height: 800 },
    });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: '训练一个示例' }).click();
    await page.getByText('文本分类器').waitFor({ timeout: 50_000 });
    await page.locator('.legend').getByText('billing').waitFor();
    await page.getByRole('combobox', { name: '颜色' }).selectOption('词频');
    await page.locator('.legend').getByText('罕见').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await seriousFindings(page)).toEqual([]);
    expect(page.url()).toContain('from=example');
    expect(problems).toEqual([]);
  });
});
