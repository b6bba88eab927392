/** The benchmark harness: its sums, its reports, and that it runs. No test here looks at a time. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Contestant {
  readonly name: string;
  readonly needs?: readonly string[];
}
interface Row {
  readonly name: string;
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly values: readonly number[];
  readonly advantage?: number;
}
interface Case {
  readonly id: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly baseline?: string;
  readonly contestants: readonly Row[];
}
interface Excuse {
  readonly name: string;
  readonly reason: string;
}
interface Report {
  readonly workload: string;
  readonly title: string;
  readonly quick: boolean;
  readonly runs: number;
  readonly machine: { readonly cores: number; readonly node: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
  readonly absent: readonly Excuse[];
  readonly failed: readonly Excuse[];
}

const statistics = await harness<{
  median(values: readonly number[]): number;
  quantile(values: readonly number[], share: number): number;
  advantage(ours: number, theirs: number, better: string): number;
}>('statistics');
const { roll } = await harness<{
  roll(
    contestants: readonly Contestant[],
    find: (name: string) => string | undefined,
  ): { versions: Record<string, string>; absent: Excuse[] };
}>('peers');
const { inTurn, isChosen, summarize } = await harness<{
  inTurn<T>(contestants: readonly T[], round: number): T[];
  isChosen(name: string, only: readonly string[]): boolean;
  summarize(workload: unknown, run: unknown): Report;
}>('compete');
const { formatNumber, formatReport } = await harness<{
  formatNumber(value: number): string;
  formatReport(report: Report): string;
}>('report');
const { drawChart } = await harness<{ drawChart(report: Report): string }>('chart');
const { readArguments } = await harness<{
  readArguments(words: readonly string[]): { runs: number; quick: boolean; names: string[] };
}>('arguments');

describe('statistics', () => {
  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(statistics.median([3, 1, 2])).toBe(2);
    expect(statistics.median([4, 1, 3, 2])).toBe(2.5);
    expect(() => statistics.median([])).toThrow('no median');
  });

  it('leaves as many values above the median as below, and the input as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = statistics.median(values);
        const half = values.length / 2;
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(half);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(half);
        expect(values).toEqual(before);
      }),
    );
  });

  it('finds the value that a share does not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(statistics.quantile(hundred, 0.5)).toBe(50);
    expect(statistics.quantile(hundred, 0.99)).toBe(99);
    expect(statistics.quantile([7], 0.99)).toBe(7);
    expect(() => statistics.quantile([], 0.5)).toThrow('no quantile');
  });

  it('says above 1 who is better, whichever way the measure points', () => {
    expect(statistics.advantage(200, 100, 'higher')).toBe(2);
    expect(statistics.advantage(2, 6, 'lower')).toBe(3);
    expect(() => statistics.advantage(1, 2, 'up')).toThrow('say higher or lower');
  });
});

describe('who takes part', () => {
  const contestants = [
    { name: 'lexigrad' },
    { name: 'fast', needs: ['tfjs', 'tfjs-wasm'] },
    { name: 'slow', needs: ['pytorch'] },
  ];

  it('names the absent with what is missing and how to get it', () => {
    const { versions, absent } = roll(contestants, (name) => (name === 'tfjs' ? '4.22.0' : undefined));
    expect(versions).toEqual({ tfjs: '4.22.0' });
    expect(absent.map(({ name }) => name)).toEqual(['fast', 'slow']);
    expect(absent[0]!.reason).toBe('tfjs-wasm not found (npm ci --prefix bench)');
    expect(absent[1]!.reason).toContain('apt install python3-torch libopenblas0-openmp');
  });

  it('lets everybody begin a round once', () => {
    expect([1, 2, 3, 4].map((round) => inTurn(['a', 'b', 'c'], round).join(''))).toEqual([
      ...['abc', 'bca', 'cab', 'abc'],
    ]);
    expect(inTurn([], 1)).toEqual([]);
  });

  it('chooses by a word in the name', () => {
    expect(isChosen('lexigrad wasm', [])).toBe(true);
    expect(isChosen('lexigrad wasm', ['blas', 'lexigrad'])).toBe(true);
    expect(isChosen('tfjs-cpu', ['lexigrad'])).toBe(false);
  });
});

describe('a report', () => {
  const results = new Map(
    Object.entries({
      peer: [{ values: { speed: 50, wait: 4 }, memory: 10 }],
      'lexigrad wasm': [
        { values: { speed: 90, wait: 1 }, memory: 20 },
        { values: { speed: 110, wait: 3 }, memory: 30 },
      ],
      gone: [],
    }),
  );
  const report = summarize(
    {
      name: 'demo',
      title: 'A <demo> & more',
      cases: () => [
        { id: 'speed', unit: 'things/s', better: 'higher' },
        { id: 'wait', unit: 's', better: 'lower' },
        { id: 'never measured', unit: 's', better: 'lower' },
      ],
    },
    {
      ...{ settings: {}, results, versions: { peer: '1.0' }, runs: 2, quick: false },
      chosen: [{ name: 'peer' }, { name: 'lexigrad wasm', threads: 1 }, { name: 'gone' }],
      out: new Map([['gone', { absent: 'gone fishing' }]]),
      machine: { processor: 'abacus', cores: 1, system: 'wood', node: 'v0', load: 0 },
    },
  );

  it('holds medians, ranges and ratios to Lexigrad', () => {
    const [speed, wait, never] = report.cases;
    expect(speed!.baseline).toBe('lexigrad wasm');
    expect(speed!.contestants[1]).toMatchObject({ median: 100, minimum: 90, maximum: 110, advantage: 1 });
    expect(speed!.contestants[0]).toMatchObject({ name: 'peer', median: 50, advantage: 2 });
    expect(wait!.contestants[0]).toMatchObject({ median: 4, advantage: 2 });
    expect(never!.contestants).toEqual([]);
    expect(report.absent).toEqual([{ name: 'gone', reason: 'gone fishing' }]);
    expect(report.versions).toMatchObject({ peer: '1.0', lexigrad: expect.any(String) });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('is printed with a line for each contestant and each absent one', () => {
    const text = formatReport(report);
    expect(text).toMatch(/^ {2}peer +50\.0 +2\.00×$/m);
    expect(text).toMatch(/^ {2}lexigrad wasm +100 +90\.0 … 110$/m);
    expect(text).toContain('absent: gone: gone fishing');
    expect(text).not.toContain('never measured');
  });

  it('is drawn as XML with a bar for each result', () => {
    const chart = drawChart(report);
    expectXml(chart);
    expect(chart).toContain('A &lt;demo&gt; &amp; more');
    expect(chart.match(/<rect class="ours"/g)).toHaveLength(2);
    expect(chart.match(/<rect class="theirs"/g)).toHaveLength(2);
  });

  it('shows three digits', () => {
    const shown = [12345.6, 123.4, 12.34, 1.234, 0.01234, 0].map(formatNumber);
    expect(shown).toEqual(['12,346', '123', '12.3', '1.23', '0.0123', '0.00']);
  });
});

describe('the command line', () => {
  it('reads workloads and options', () => {
    expect(readArguments(['gemm', '--runs', '3'])).toMatchObject({ names: ['gemm'], runs: 3, quick: false });
    expect(readArguments(['--quick'])).toMatchObject({ names: [], runs: 1, quick: true });
    expect(() => readArguments(['--runs', 'many'])).toThrow('give a whole number from 1');
    expect(() => readArguments(['--fast'])).toThrow('--fast');
  });

  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const run = (...words: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'lexigrad-bench-'));
    folders.push(folder);
    const script = join(root, 'bench/run.mjs');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [script, ...words, '--quick', '--output', folder],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr, folder };
  };
  const built = existsSync(join(root, 'dist/index.js'));

  it.skipIf(!built)('measures Lexigrad alone (skipped where dist/ is not built)', () => {
    const { status, stdout, stderr, folder } = run('xor-step', 'lm-step', '--only', 'lexigrad wasm');
    expect(status, stderr).toBe(0);
    expect(readdirSync(folder).sort()).toEqual([
      ...['lm-step.json', 'lm-step.svg', 'xor-step.json', 'xor-step.svg'],
    ]);
    for (const name of ['xor-step', 'lm-step']) {
      const report = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Report;
      expect(report).toMatchObject({ workload: name, quick: true, runs: 1, failed: [] });
      expect(report.machine.node).toBe(process.version);
      expect(report.cases.length).toBeGreaterThan(0);
      for (const { contestants, baseline } of report.cases) {
        expect(baseline).toMatch(/^lexigrad wasm/);
        for (const { values, median } of contestants) {
          expect(values.length).toBe(1);
          expect(median).toBeGreaterThan(0);
        }
      }
      expect(stdout).toContain(report.title);
      expectXml(readFileSync(join(folder, `${name}.svg`), 'utf8'));
    }
  });

  it.skipIf(!built)('refuses a workload that there is not, and says which there are', () => {
    const { status, stderr } = run('gem');
    expect(status).toBe(2);
    expect(stderr).toContain("there is no workload 'gem'; there are gemm, lm-step, xor-step");
  });
});

/** Every tag that opens closes again, in the right order, and no bare & or < stands in the text. */
function expectXml(document: string): void {
  const open: string[] = [];
  const tags = /<(\/?)([a-z]+)((?:\s+[\w-]+(?::\w+)?="[^"<]*")*)\s*(\/?)>/g;
  const text = document.replace(tags, (_, closing: string, name: string, __, alone: string) => {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (alone === '') open.push(name);
    return '';
  });
  expect(open).toEqual([]);
  expect(document).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(text).not.toMatch(/<|&(?!(?:amp|lt|gt|quot);)/);
}

/** A module of the harness. It is plain JavaScript, so its types are told here. */
async function harness<T>(name: string): Promise<T> {
  const address = new URL(`../../bench/harness/${name}.mjs`, import.meta.url).href;
  return (await import(/* @vite-ignore */ address)) as T;
}
