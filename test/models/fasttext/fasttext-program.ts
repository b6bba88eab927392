/** fastText's own program, where it is installed: what it trains, prints and quantises. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Without a command it prints its usage and fails; where it is missing there is no status.
export const hasFastText = spawnSync('fasttext', []).status !== null;
if (!hasFastText) console.warn('fasttext is not installed: the tests that compare with it are skipped');

/** A folder of models, and the program run in it. */
export class FastTextFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'lexigrad-fasttext-'));

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, lines: readonly string[]): string {
    writeFileSync(this.at(name), lines.map((line) => `${line}\n`).join(''));
    return this.at(name);
  }

  run(words: readonly string[], input = ''): string {
    return execFileSync('fasttext', words, {
      cwd: this.path,
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  /** Labels and scores for each line, as `predict-prob` prints them. */
  predict(model: string, lines: readonly string[], top = -1): { label: string; score: number }[][] {
    this.write('predict.txt', lines);
    return this.run(['predict-prob', model, 'predict.txt', String(top)])
      .split('\n')
      .slice(0, lines.length)
      .map((line) => {
        const cells = line === '' ? [] : line.split(' ');
        return Array.from({ length: cells.length / 2 }, (_, i) => ({
          label: cells[2 * i]!.replace('__label__', ''),
          score: Number(cells[2 * i + 1]),
        }));
      });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const SUBJECTS = [
  'the pump',
  'a motor',
  'our screen',
  'the café',
  '电池',
  'наш мотор',
  'one cable',
  'my lamp',
];
const FAULTS = ['is broken', 'does not start', 'smells odd', 'leaks', '坏了', 'не работает'];
const PRAISE = ['works well', 'shines', 'is très bien', 'never fails', '很好', 'прекрасен'];
const EXTRA = ['', ' today', ' and nobody knows why', ' , again !', ' for weeks now'];

/** Lines in three classes of two kinds of words, in several scripts. */
export function trainingLines(): string[] {
  return SUBJECTS.flatMap((subject, i) =>
    EXTRA.flatMap((extra, j) => [
      ...FAULTS.map((fault) => `__label__fault ${subject} ${fault}${extra}`),
      ...PRAISE.map((praise) => `__label__praise ${subject} ${praise}${extra}`),
      ...((i + j) % 3 === 0 ? [`__label__question is ${subject} good or bad${extra} ?`] : []),
    ]),
  );
}

/** Texts with known and unknown words, labels, odd spaces, and nothing. */
export function testTexts(): string[] {
  const mixed = trainingLines()
    .map(
      (line, i, lines) => `${line.slice(line.indexOf(' ') + 1)} ${lines[(i * 7) % lines.length]!.slice(16)}`,
    )
    .filter((_, i) => i % 3 === 0);
  return [
    ...mixed,
    'zzyzx',
    '',
    '  \t spaces\v and\ftabs  ',
    '__label__fault __label__new the pump',
    'naïve café 电池坏 мотороллер 👍🏽',
    'a no-break\u00a0space and an ideographic\u3000space',
  ];
}
