/** `lexigrad train --log`: what the studio's room of runs reads. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RunLog } from '../../src/cli/training/run-log.js';
import { cli, Folder, succeed } from './harness.js';

const folder = new Folder();
const rows = Array.from({ length: 120 }, (_, i) => `${i % 12},${i % 5},${i % 12 > 5 ? 'high' : 'low'}`);
const data = folder.write('data.csv', `a,b,label\n${rows.join('\n')}\n`);
const train = ['train', data, '--epochs', '3', '--hidden', '4', '-o', folder.at('net.lexigrad')];

type Line = Readonly<Record<string, unknown>>;
const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const ofKind = (lines: readonly Line[], kind: string) => lines.filter((line) => line.kind === kind);

it('writes the run, its steps and epochs, and its end', async () => {
  const path = folder.at('one.jsonl');
  await succeed([...train, '--seed', '5', '--log', path]);
  const lines = linesOf(path);
  expect(lines[0]).toMatchObject({
    ...{ kind: 'run', name: 'one', task: 'network', data: 'data.csv', model: 'net.lexigrad' },
    settings: { seed: 5, epochs: 3, hidden: [4] },
  });
  const steps = ofKind(lines, 'step');
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
  expect(steps.every(({ loss, seconds }) => typeof loss === 'number' && typeof seconds === 'number')).toBe(
    true,
  );
  const epochs = ofKind(lines, 'epoch');
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(epochs[0]!.validation).toMatchObject({ loss: expect.any(Number), accuracy: expect.any(Number) });
  expect(lines.at(-1)).toMatchObject({
    ...{ kind: 'end', stopped: 'finished' },
    settings: { seed: 5, batchSize: 32 },
    results: { validation: { accuracy: expect.any(Number) } },
  });
});

it('gives each run of a folder a file of its own, and leaves the model as it is', async () => {
  mkdirSync(folder.at('runs'));
  await succeed([...train, '--log', folder.at('runs')]);
  const logged = readFileSync(folder.at('net.lexigrad'));
  await succeed([...train, '--log', folder.at('runs')]);
  await succeed([...train, '--log', `${folder.at('new')}/`]);
  expect(linesOf(folder.at('runs/net.jsonl'))[0]).toMatchObject({ name: 'net' });
  expect(linesOf(folder.at('runs/net-2.jsonl'))[0]).toMatchObject({ name: 'net-2' });
  expect(existsSync(folder.at('new/net.jsonl'))).toBe(true);
  await succeed(train);
  expect(readFileSync(folder.at('net.lexigrad')).equals(logged)).toBe(true);
});

it('does not write over what is no log', async () => {
  const before = readFileSync(data, 'utf8');
  const { code, stderr } = await cli([...train, '--log', data]);
  expect(code).toBe(2);
  expect(stderr).toContain('which is no log of a run: name another file');
  expect(readFileSync(data, 'utf8')).toBe(before);
  const missing = await cli([...train, '--log', folder.at('no/such/place.jsonl')]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('there is no such file or folder');
});

it('keeps to about a thousand lines of steps, with the mean loss of those between', () => {
  const path = folder.at('long.jsonl');
  const head = { task: 'network', data: 'd', model: 'm.lexigrad', engine: 'e', lexigrad: '0', settings: {} };
  const log = RunLog.open(path, head, { append: false, onFailure: () => {} });
  const common = {
    kind: 'step',
    epoch: 0,
    learningRate: 1,
    gradientNorm: undefined,
    examples: 1,
    seconds: 1,
  } as const;
  for (let step = 1; step <= 2500; step++) log.onEvent({ ...common, step, totalSteps: 2500, loss: step });
  const steps = ofKind(linesOf(path), 'step');
  expect(steps).toHaveLength(834);
  expect(steps[0]).toMatchObject({ step: 3, loss: 2 });
  expect(steps.at(-1)).toMatchObject({ step: 2500, loss: 2500 });
});

it('goes on with the log of a run that is resumed, and tells once when it cannot be written', () => {
  const path = folder.at('again.jsonl');
  const head = { task: 'network', data: 'd', model: 'm.lexigrad', engine: 'e', lexigrad: '0', settings: {} };
  RunLog.open(path, head, { append: false, onFailure: () => {} });
  const failures: string[] = [];
  const log = RunLog.open(path, head, { append: true, onFailure: (reason) => failures.push(reason) });
  log.end({ record: { stopped: 'interrupted' }, seconds: 2 });
  expect(linesOf(path).map(({ kind }) => kind)).toEqual(['run', 'end']);
  Object.assign(log, { path: folder.at('gone/again.jsonl') });
  log.end({ record: {}, seconds: 3 });
  log.end({ record: {}, seconds: 4 });
  expect(failures).toHaveLength(1);
});
