/** `predict MODEL -`: lines in, lines out, whatever bytes they are made of. */
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, csv, Folder, labelledTexts, succeed } from './harness.js';

const folder = new Folder();
const data = folder.write('goods.csv', csv(labelledTexts()));
const classifier = folder.at('goods.lexigrad');
const words = folder.at('words.lexigrad');

beforeAll(async () => {
  await succeed(['train', data, '-o', classifier, '--epochs', '3']);
  await succeed(['train', data, '-o', words, '--epochs', '3', '--subwords', 'none', '--buckets', '1000']);
});

/** What the slower way by JSON objects says of each line. */
async function expected(model: string, input: string | Uint8Array): Promise<string> {
  const { stdout } = await cli(['predict', model, '-', '--json'], { stdin: input });
  const objects = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const shown = (score: number) => (score >= 0.00005 ? score.toFixed(4) : score.toExponential(1));
  return objects.map(({ label, score, text }) => `${label}\t${shown(score)}\t${text}\n`).join('');
}

describe('predict MODEL -', () => {
  it.each([
    ['ASCII', 'a ripe pear\nmy new hammer\n'],
    ['empty lines, and no line end at the end', '\na pear\n\n\nmy saw'],
    ['line ends of Windows', 'a pear\r\nmy saw\r\n\r\n'],
    ['tabs and control characters', 'a\tpear\u0001 saw\n\u001b[31m\n'],
    ['letters beyond ASCII among others', 'a pear\nune poire très mûre\n好的苹果\na saw\n'],
    ['words joined by colons', 'pear:saw and saw: pear\n'],
    ['a long line', `${'pear and saw '.repeat(20_000)}\n`],
    ['many lines', Array.from({ length: 3000 }, (_, i) => `pear ${i} saw ${i % 7}\n`).join('')],
  ])('labels each line, in order: %s', async (_, input) => {
    for (const model of [classifier, words]) {
      const { stdout } = await succeed(['predict', model, '-'], input);
      expect(stdout).toBe(await expected(model, input));
    }
  });

  it('drops a byte-order mark, and reads UTF-16 where the mark says so', async () => {
    const text = 'a ripe pear\nein Stück Käse\n';
    const plain = (await succeed(['predict', words, '-'], text)).stdout;
    const utf16 = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
    for (const stdin of [Buffer.from(`\ufeff${text}`), utf16]) {
      expect((await cli(['predict', words, '-'], { stdin })).stdout).toBe(plain);
    }
  });

  it('refuses what is no text, and says in which line', async () => {
    const bad = Buffer.concat([Buffer.from('pear\nsaw\n'), Buffer.of(0x70, 0xff, 0x0a)]);
    const nul = Buffer.from('pear\nsaw\0\n');
    for (const [stdin, message] of [
      [bad, 'standard input:3:2: byte 0xFF is not valid UTF-8'],
      [nul, 'standard input:2: there is a NUL byte'],
    ] as const) {
      const { code, stderr } = await cli(['predict', words, '-'], { stdin });
      expect(stderr).toContain(message);
      expect(code).toBe(1);
    }
  });
});
