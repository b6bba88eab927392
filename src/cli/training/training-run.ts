/**
 * A training run from outside: Ctrl-C, checkpoints, resumption.
 *
 * The first Ctrl-C ends the run after the current step with a checkpoint; the second quits at once, even where
 * JavaScript is busy, because our handler is gone by then and the operating system's own takes over.
 */
import { createHash } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import { DataError } from '../../base/errors.js';
import { loadFile } from '../../files/node/host.js';
import { readBytes } from '../../files/node/open.js';
import { writeFileAtomic } from '../../files/node/write.js';
import {
  checkpointPieces,
  decodeCheckpoint,
  differingSettings,
  type RunSettings,
} from '../../models/checkpoint-file.js';
import type { Checkpoint } from '../../train/checkpoint.js';
import type { Terminal } from '../terminal.js';

/** Checkpoints within a run may take this share of its time; large ones are then written less often. */
const LARGEST_SHARE = 0.1;

export interface TrainingRunOptions {
  readonly terminal: Terminal;
  readonly modelPath: string;
  readonly settings: RunSettings;
  readonly resume: boolean;
  /** Whether checkpoints are written. */
  readonly keep: boolean;
}

export class TrainingRun {
  readonly checkpointPath: string;
  /** What to go on from. */
  readonly checkpoint: Checkpoint | undefined;
  /** Called when the run is interrupted, before anything is said. */
  onInterrupt: () => void = () => {};
  private readonly options: TrainingRunOptions;
  private readonly controller = new AbortController();
  private nextWriteAt = 0;
  private written = false;

  private constructor(options: TrainingRunOptions, path: string, checkpoint: Checkpoint | undefined) {
    this.options = options;
    this.checkpointPath = path;
    this.checkpoint = checkpoint;
    this.written = checkpoint !== undefined;
  }

  /** @throws DataError when there is nothing to resume, or the checkpoint is of a run with other data or settings */
  static async open(options: TrainingRunOptions): Promise<TrainingRun> {
    const path = `${options.modelPath}.checkpoint`;
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (!options.resume) {
      if (exists) {
        const what = options.keep
          ? 'it will be replaced; to go on from it, stop and add --resume'
          : 'it is left alone';
        options.terminal.say(`note: ${path} is left from an interrupted run: ${what}`);
      }
      return new TrainingRun(options, path, undefined);
    }
    if (!exists) {
      throw new DataError('there is no interrupted run to resume: leave --resume out to start one', {
        file: path,
      });
    }
    const { checkpoint, settings } = decodeCheckpoint(await loadFile(path), path);
    const differing = differingSettings(settings, options.settings);
    if (differing.length > 0) {
      const changes = differing.map((name) => describeChange(name, settings[name], options.settings[name]));
      throw new DataError(
        `this run was started otherwise: ${changes.join('; ')}. ` +
          'Resume with the same data and settings, or delete the file to start again',
        { file: path },
      );
    }
    return new TrainingRun(options, path, checkpoint);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether a checkpoint is on the disk to go on from. */
  get canResume(): boolean {
    return this.written;
  }

  readonly saveCheckpoint = async (checkpoint: Checkpoint): Promise<void> => {
    const { keep, settings } = this.options;
    const started = performance.now();
    if (!keep || (!this.signal.aborted && started < this.nextWriteAt)) return;
    await writeFileAtomic(this.checkpointPath, checkpointPieces({ checkpoint, settings }));
    this.written = true;
    const finished = performance.now();
    this.nextWriteAt = finished + (finished - started) / LARGEST_SHARE;
  };

  /**
   * From now on Ctrl-C (and a polite kill) stops the run in good order. To be called when the data has been read:
   * before, there is nothing to save, and Ctrl-C ends the process as always.
   */
  listen(): void {
    process.on('SIGINT', this.interrupt);
    process.on('SIGTERM', this.interrupt);
  }

  close(): void {
    process.off('SIGINT', this.interrupt);
    process.off('SIGTERM', this.interrupt);
  }

  /** The model is saved: the checkpoint has done its work. */
  async finish(): Promise<void> {
    if (this.written) await rm(this.checkpointPath, { force: true });
  }

  private readonly interrupt = (): void => {
    this.close();
    this.controller.abort();
    this.onInterrupt();
    const saving = this.options.keep ? ', saving a checkpoint' : '';
    this.options.terminal.say(`stopping after this step${saving} … (Ctrl-C again quits at once)`);
  };
}

/** SHA-256 of a file's content, unpacked where it is gzip. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readBytes(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** `--dimension was 64 and is now 32`, or that a file has changed. */
function describeChange(name: string, before: unknown, now: unknown): string {
  if (name.endsWith('File')) {
    return `the ${name.slice(0, -'File'.length)} data is not the same`;
  }
  const show = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const shown = ['engineBuild', 'task'].includes(name) ? flag.replace('-', ' ') : `--${flag}`;
  return `${shown} was ${show(before)} and is now ${show(now)}`;
}
