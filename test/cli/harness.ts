/** Runs the command line inside the test, on strings instead of a terminal. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll } from 'vitest';
import { run } from '../../src/cli/run.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is written to it, in order and as one text. */
export class Sink extends Writable {
  readonly pieces: string[] = [];
  isTTY = false;
  columns = 100;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(chunk.toString());
    done();
  }

  get text(): string {
    return this.pieces.join('');
  }
}

export async function cli(
  argv: readonly string[],
  {
    stdin = '',
    terminal = false,
  }: { readonly stdin?: string | Uint8Array; readonly terminal?: boolean } = {},
): Promise<Outcome> {
  const input = new PassThrough();
  input.end(stdin);
  const [stdout, stderr] = [new Sink(), new Sink()];
  stderr.isTTY = terminal;
  const code = await run(argv, { stdin: input, stdout, stderr, environment: { TERM: 'xterm' } });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** The same, for commands that must succeed. */
export async function succeed(argv: readonly string[], stdin = ''): Promise<Outcome> {
  const outcome = await cli(argv, { stdin });
  if (outcome.code !== 0) throw new Error(`lexigrad ${argv.join(' ')} failed:\n${outcome.stderr}`);
  return outcome;
}

/** A folder that is removed after the tests of a file. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'lexigrad-cli-'));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true, force: true }));
  }

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.at(name), content);
    return this.at(name);
  }
}

const FRUIT = ['apple', 'pear', 'plum', 'cherry', 'grape'];
const TOOLS = ['hammer', 'saw', 'drill', 'wrench', 'plane'];
const FRAMES = [
  'i bought a %',
  'the % is on the table',
  'where is my % now',
  'a new % please',
  'this % is old',
];

/** Fifty texts in two classes that are easy to tell apart. */
export function labelledTexts(
  labels: readonly [string, string] = ['fruit', 'tool'],
): { text: string; label: string }[] {
  return FRAMES.flatMap((frame) =>
    FRUIT.flatMap((fruit, i) => [
      { text: frame.replace('%', fruit), label: labels[0] },
      { text: frame.replace('%', TOOLS[i]!), label: labels[1] },
    ]),
  );
}

export function csv(examples: readonly { text: string; label: string }[]): string {
  return `text,label\n${examples.map(({ text, label }) => `${text},${label}\n`).join('')}`;
}

export function corpus(): string {
  return labelledTexts()
    .map(({ text }) => `${text}\n`)
    .join('')
    .repeat(2);
}

/** Options that make a language model small enough for a test. */
export const SMALL_LM = [
  '--order',
  '3',
  '--dimension',
  '8',
  '--hidden',
  '8',
  '--epochs',
  '2',
  '--batch-size',
  '16',
];
