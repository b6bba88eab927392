/**
 * Files → runs: the logs of `lexigrad train --log`, the trials of searches, and the training records in model files.
 * A log may be read while it is written: its last line may be half a line.
 */
import { DataError } from 'lexigrad';
import { decodeModel } from 'lexigrad/files';
import type { EpochPoint, Found, LossPoint, Run, Search, Setting, Settings, Trial } from './tasks.js';

type Json = Readonly<Record<string, unknown>>;

const PROBLEMS_SHOWN = 5;

/** @throws DataError where there are no runs in the file; FormatError for a damaged model */
export function readRuns(name: string, bytes: Uint8Array): Found {
  if (isModel(bytes)) return { runs: [ofModel(name, bytes)], searches: [], problems: [] };
  const { lines, problems } = parseLines(bytes);
  const runs = splitRuns(lines).map((part, i) =>
    runOf(part, i === 0 ? nameOf(name) : `${nameOf(name)} ${i + 1}`),
  );
  const search = searchOf(nameOf(name), lines);
  if (runs.length === 0 && search === undefined) {
    throw new DataError(
      `${problems[0] === undefined ? '' : `${problems[0]}. `}There are no runs in this file: give a log of ` +
        '`lexigrad train --log`, trials as JSON lines with trial, settings and score, or a .lexigrad model',
      { file: name },
    );
  }
  return { runs, searches: search === undefined ? [] : [search], problems };
}

/** The length of a header, eight bytes of which the upper ones are zero, and `{`: no text begins so. */
function isModel(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

function nameOf(file: string): string {
  return file.replace(/\.(jsonl|ndjson|json|log|lexigrad)$/i, '');
}

/** Every line that is a JSON object. */
function parseLines(bytes: Uint8Array): {
  readonly lines: readonly Json[];
  readonly problems: readonly string[];
} {
  const texts = new TextDecoder().decode(bytes).split('\n');
  const lines: Json[] = [];
  const problems: string[] = [];
  for (const [i, text] of texts.entries()) {
    if (text.trim() === '') continue;
    try {
      const value: unknown = JSON.parse(text);
      if (isObject(value)) lines.push(value);
      else throw new SyntaxError();
    } catch {
      // The last line has no end yet while it is written.
      const unfinished = i === texts.length - 1 && lines.length > 0;
      if (!unfinished && problems.length < PROBLEMS_SHOWN)
        problems.push(`Line ${i + 1} is not a JSON object`);
    }
  }
  return { lines, problems };
}

/** A new run begins with each line of the kind `run`; events before the first one are a run too. */
function splitRuns(lines: readonly Json[]): Json[][] {
  const parts: Json[][] = [];
  for (const line of lines) {
    if (!['run', 'step', 'epoch', 'end'].includes(line.kind as string)) continue;
    if (line.kind === 'run' || parts.length === 0) parts.push([]);
    parts.at(-1)!.push(line);
  }
  return parts;
}

function runOf(lines: readonly Json[], fallback: string): Run {
  const head = lines.find(({ kind }) => kind === 'run') ?? {};
  const end = lines.findLast(({ kind }) => kind === 'end');
  const steps = lines.filter(({ kind }) => kind === 'step');
  const epochs = lines.filter(({ kind }) => kind === 'epoch').flatMap(epochOf);
  const lastSeconds = number(steps.at(-1)?.seconds) ?? epochs.at(-1)?.seconds;
  return {
    name: text(head.name) ?? fallback,
    task: text(head.task),
    data: text(head.data),
    started: text(head.started),
    settings: { ...flatten(end?.settings), ...flatten(head.settings) },
    losses: steps.flatMap(lossOf),
    epochs,
    stopped: end === undefined ? undefined : (text(end.stopped) ?? 'finished'),
    seconds: number(end?.seconds) ?? lastSeconds,
    totalSteps: number(steps.at(-1)?.totalSteps),
  };
}

function lossOf(line: Json): LossPoint[] {
  const [step, loss] = [number(line.step), number(line.loss)];
  if (step === undefined || loss === undefined) return [];
  return [{ step, loss, learningRate: number(line.learningRate), seconds: number(line.seconds) }];
}

function epochOf(line: Json): EpochPoint[] {
  const [step, epoch, trainLoss] = [number(line.step), number(line.epoch), number(line.trainLoss)];
  if (step === undefined || epoch === undefined) return [];
  return [
    {
      ...{ step, epoch, trainLoss: trainLoss ?? Number.NaN },
      seconds: number(line.seconds),
      validation: numbersOf(line.validation),
    },
  ];
}

function ofModel(file: string, bytes: Uint8Array): Run {
  const { config } = decodeModel(bytes, file);
  const record = isObject(config) && isObject(config.record) ? config.record : {};
  const history = Array.isArray(record.history) ? record.history.filter(isObject) : [];
  if (history.length === 0) throw new DataError('this model has no record of its training', { file });
  const data = isObject(record.data) ? text(record.data.file) : undefined;
  return {
    ...{ name: nameOf(file), task: undefined, data, started: undefined },
    settings: flatten(record.settings),
    losses: [],
    epochs: history.flatMap(epochOf),
    stopped: text(record.stopped) ?? 'finished',
    seconds: undefined,
    totalSteps: undefined,
  };
}

/** Trials as searches of several tools name their parts. */
function searchOf(name: string, lines: readonly Json[]): Search | undefined {
  const head = lines.find(({ kind }) => kind === 'search' || kind === 'tune') ?? {};
  const found = lines.filter(
    (line) => line.kind === 'trial' || number(line.trial) !== undefined || isObject(line.trial),
  );
  if (found.length === 0) return undefined;
  const trials = found.flatMap((line, i): Trial[] => {
    const score = number(line.score) ?? number(line.value) ?? number(line.objective);
    const settings = flatten(line.settings ?? line.parameters ?? line.params ?? line.config);
    if (score === undefined) return [];
    const order = number(line.trial) ?? number(line.number) ?? i + 1;
    return [{ number: order, settings, score, seconds: number(line.seconds) }];
  });
  const said = (key: string) => text(head[key]) ?? text(found[0]![key]);
  const measure = said('measure') ?? said('metric') ?? said('by');
  const goal = said('goal') ?? said('direction');
  return {
    ...{ name, measure, trials },
    minimize: goal === undefined ? undefined : /^min/i.test(goal),
    without: found.length - trials.length,
  };
}

// ——— plain values ———

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numbersOf(value: unknown): Record<string, number> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => number(entry[1]) !== undefined),
  );
}

/** `{ optimizer: { kind: 'sgd' }, hidden: [8, 4] }` → `{ 'optimizer.kind': 'sgd', hidden: '8,4' }` */
function flatten(value: unknown, prefix = ''): Settings {
  if (!isObject(value)) return {};
  const settings: Record<string, Setting> = {};
  for (const [key, item] of Object.entries(value)) {
    const name = `${prefix}${key}`;
    if (isObject(item)) Object.assign(settings, flatten(item, `${name}.`));
    else if (Array.isArray(item)) settings[name] = item.length === 0 ? 'none' : item.join(',');
    else if (typeof item === 'number' || typeof item === 'string' || typeof item === 'boolean')
      settings[name] = item;
  }
  return settings;
}
