/** Flags that several commands share, and how the words after flags become values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Engine } from '../engine/engine.js';
import { referenceEngine } from '../engine/reference/index.js';
import { wasmEngine } from '../engine/wasm/index.js';
import type { ColumnReference, DataFormat, ReadOptions } from '../files/examples.js';
import { UsageError } from './errors.js';

/** A whole number from `from` on. */
export function whole(from = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= from) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${from}.`);
  };
}

/** A number from `from` on; `above` excludes the bound itself. */
export function atLeast(from: number, { above = false } = {}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const inRange = above ? value > from : value >= from;
    if (text.trim() !== '' && Number.isFinite(value) && inRange) return value;
    throw new InvalidArgumentError(`It must be a number ${above ? 'above' : 'from'} ${from}.`);
  };
}

/** A share: from 0 to below 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to below 1.');
}

/** A probability mass: above 0, at most 1. */
export function mass(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number above 0 and at most 1.');
}

/** `64,32` → [64, 32]; `none` → [] */
export function sizes(text: string): number[] {
  return text === 'none' ? [] : text.split(',').map((part) => whole(1)(part));
}

/** `3,6` → [3, 6]; `none` stays (Commander takes null for no value at all). */
export function range(text: string): [number, number] | 'none' {
  if (text === 'none') return 'none';
  const parts = sizes(text);
  const [shortest, longest] = parts;
  if (parts.length === 2 && shortest! <= longest!) return [shortest!, longest!];
  throw new InvalidArgumentError('Give the shortest and the longest, as in 3,6.');
}

/** Collects a flag that may be given several times. */
export function several(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

export interface CommonFlags {
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print the result as JSON, for programs').helpGroup('General:'))
    .addOption(new Option('--debug', 'show where in the code an error comes from').helpGroup('General:'));
}

export interface EngineFlags {
  readonly engine?: 'wasm' | 'blas' | 'reference';
  readonly exact?: boolean;
  readonly threads?: number;
}

export function addEngineOptions(command: Command): Command {
  const group = 'Engine:';
  return command
    .addOption(
      new Option(
        '--engine <name>',
        'what computes (default: wasm; blas: matrix products by the system’s BLAS; reference: slow float64, for checking)',
      )
        .choices(['wasm', 'blas', 'reference'])
        .helpGroup(group),
    )
    .addOption(
      new Option('--exact', 'the same bits on every machine: no fused multiply-add').helpGroup(group),
    )
    .addOption(
      new Option(
        '--threads <n>',
        'at most so many threads (default: one a core, or LEXIGRAD_THREADS); results do not depend on it',
      )
        .argParser(whole(1))
        .helpGroup(group),
    );
}

/** @throws UsageError when the flags contradict each other */
export async function engineOf({ engine = 'wasm', exact, threads }: EngineFlags): Promise<Engine> {
  if (engine === 'wasm') return wasmEngine({ exact, threads });
  if (exact) throw new UsageError(`--exact is a build of the wasm engine: leave out --engine ${engine}`);
  if (engine === 'reference') return referenceEngine;
  const { loadBlasEngine } = await import('../engine/blas/index.js');
  return loadBlasEngine({ threads, wasm: wasmEngine({ threads }) });
}

export interface DataFlags {
  readonly format?: DataFormat;
  readonly textColumn?: string[];
  readonly labelColumn?: string;
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly encoding?: string;
}

export function addDataOptions(command: Command): Command {
  const add = (flags: string, description: string) => {
    const option = new Option(flags, description).helpGroup('Reading the data:');
    command.addOption(option);
    return option;
  };
  add('--format <name>', 'how the file is written (default: found out)').choices([
    ...['csv', 'tsv', 'jsonl', 'fasttext', 'text', 'parquet', 'arrow'],
  ]);
  add('--text-column <name>', 'column with the text, by name or number; may be given again').argParser(
    several,
  );
  add('--label-column <name>', 'column with the label, by name or number');
  add('--header', 'the first row names the columns (default: found out)');
  add('--no-header', 'the first row is data');
  add('--delimiter <sign>', 'sign between columns; \\t is a tab (default: found out)');
  add('--encoding <name>', 'such as gb18030 or windows-1252 (default: UTF-8)');
  return command;
}

/** What the readers are told. A header flag has a default of its own, so it counts only where it was given. */
export function readOptionsOf(command: Command): ReadOptions {
  const flags = command.opts<DataFlags>();
  const given = (name: string) => command.getOptionValueSource(name) === 'cli';
  const delimiter = flags.delimiter === '\\t' ? '\t' : flags.delimiter;
  if (delimiter !== undefined && [...delimiter].length !== 1) {
    throw new UsageError(`--delimiter must be one character, not '${delimiter}'`);
  }
  return {
    ...(flags.format === undefined ? {} : { format: flags.format }),
    ...(flags.textColumn === undefined ? {} : { textColumn: flags.textColumn as ColumnReference[] }),
    ...(flags.labelColumn === undefined ? {} : { labelColumn: flags.labelColumn }),
    ...(given('header') ? { header: flags.header } : {}),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(flags.encoding === undefined ? {} : { encoding: flags.encoding }),
  };
}

/** Examples below the help of a command. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  $ ${line.padEnd(width)}  ${what}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
