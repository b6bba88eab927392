/**
 * A training run as JSON lines, written while it runs, for the room of runs in the studio and for programs of one's own:
 *
 *   {"kind":"run", …}    the first line: name, task, data, the flags as given, when it began
 *   {"kind":"step", …}   the mean loss of some steps, never more than about a thousand such lines
 *   {"kind":"epoch", …}  as in the record of the model, with the seconds so far
 *   {"kind":"end", …}    why it ended, all settings, results; missing while it goes on, or when it failed
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { TrainingRecord } from '../../models/record.js';
import type { StepEvent, TrainingEvent } from '../../train/events.js';
import { UsageError } from '../errors.js';

/** Step lines in a whole run, about. */
const STEP_LINES = 1000;
/** Enough to see what a file is. */
const HEAD_BYTES = 64;
const FIRST_LINE = '{"kind":"run",';

/** What is known before the first step. */
export interface RunHead {
  readonly task: string;
  readonly data: string;
  readonly model: string;
  readonly engine: string;
  readonly lexigrad: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export class RunLog {
  readonly path: string;
  private readonly onFailure: (reason: string) => void;
  private broken = false;
  private sum = 0;
  private steps = 0;
  private seconds = 0;

  private constructor(path: string, onFailure: (reason: string) => void) {
    this.path = path;
    this.onFailure = onFailure;
  }

  /**
   * Begins a log. A folder (one that exists, or a name with a slash at its end) gets a file named like the model, with a
   * number where there is one already.
   *
   * @param append go on with the log of the run that is resumed
   * @param onFailure told once when the log cannot be written further: training goes on without it
   * @throws UsageError for a file that is something else; the file system's own errors
   */
  static open(
    place: string,
    head: RunHead,
    options: { readonly append: boolean; readonly onFailure: (reason: string) => void },
  ): RunLog {
    const { append, onFailure } = options;
    const path = isFolder(place) ? freeName(place, head.model) : place;
    if (existsSync(path) && !isLog(path)) {
      throw new UsageError(`--log would overwrite ${path}, which is no log of a run: name another file`);
    }
    const goesOn = append && existsSync(path);
    if (!goesOn) writeFileSync(path, '');
    const log = new RunLog(path, onFailure);
    const name = basename(path).replace(/\.(jsonl|log)$/, '');
    if (!goesOn) log.write({ kind: 'run', name, ...head, started: new Date().toISOString() });
    return log;
  }

  readonly onEvent = (event: TrainingEvent): void => {
    if (event.kind === 'step') this.step(event);
    else if (event.kind === 'epoch') this.write({ ...event, seconds: this.seconds });
  };

  /** The last line. Of the results what is a number; reports by class stand in the model. */
  end({ record, seconds }: { readonly record: TrainingRecord; readonly seconds: number }): void {
    const { stopped, bestEpoch, settings, results = {} } = record;
    const numbers = Object.entries(results).map(([split, result]) => [
      split,
      Object.fromEntries(Object.entries(result as object).filter(([, value]) => typeof value === 'number')),
    ]);
    this.write({ kind: 'end', stopped, seconds, bestEpoch, settings, results: Object.fromEntries(numbers) });
  }

  private step({ kind, step, totalSteps, loss, ...rest }: StepEvent): void {
    this.sum += loss;
    this.steps++;
    this.seconds = rest.seconds;
    const every = Math.max(1, Math.ceil(totalSteps / STEP_LINES));
    if (step % every !== 0 && step !== totalSteps) return;
    this.write({ kind, step, totalSteps, loss: this.sum / this.steps, ...rest });
    this.sum = this.steps = 0;
  }

  private write(line: Readonly<Record<string, unknown>>): void {
    if (this.broken) return;
    try {
      appendFileSync(this.path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      this.broken = true;
      this.onFailure(`the log ends here, it cannot be written: ${(error as Error).message}`);
    }
  }
}

function isFolder(place: string): boolean {
  if (/[/\\]$/.test(place)) mkdirSync(place, { recursive: true });
  return existsSync(place) && statSync(place).isDirectory();
}

/** `runs/tickets.jsonl`, `runs/tickets-2.jsonl`, … */
function freeName(folder: string, model: string): string {
  const name = basename(model).replace(/\.lexigrad$/, '');
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? '' : `-${number}`}.jsonl`);
    if (!existsSync(path)) return path;
  }
}

/** Whether a file is empty or a log of ours, by its beginning. */
function isLog(path: string): boolean {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head);
    return length === 0 || head.toString('utf8', 0, length).startsWith(FIRST_LINE);
  } finally {
    closeSync(file);
  }
}
