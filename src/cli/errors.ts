/** What goes wrong on the command line, and the sentence and exit code that each kind gets. */
import { CommanderError } from 'commander';
import { LexigradError } from '../base/errors.js';

/** Exit codes that scripts rely on. */
export const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** The command was given wrongly: flags that contradict each other, a text that is missing. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Nobody reads the output any more (`lexigrad predict … | head`): the work is done, and nothing is wrong. */
export class ClosedOutputError extends Error {
  override name = 'ClosedOutputError';
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof ClosedOutputError) return EXIT.success;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  return error instanceof UsageError ? EXIT.usage : EXIT.failure;
}

/** One sentence for people; undefined where nothing is left to say. */
export function messageOf(error: unknown): string | undefined {
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof ClosedOutputError || error instanceof CommanderError) return undefined;
  if (error instanceof UsageError || error instanceof LexigradError) return error.message;
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return fileSystemMessage(code, path) ?? message;
  return `${error instanceof Error ? error.message : String(error)} (a defect of lexigrad: --debug shows where)`;
}

/** Words for the codes of the operating system; undefined for those that need none of ours. */
export function fileSystemMessage(code: string, path = 'the file'): string | undefined {
  switch (code) {
    case 'ENOENT':
      return `${path}: there is no such file or folder`;
    case 'EACCES':
    case 'EPERM':
      return `${path}: there is no permission for this`;
    case 'EROFS':
      return `${path}: this file system is read-only`;
    case 'ENOSPC':
      return `${path}: the disk is full`;
    case 'EISDIR':
      return `${path}: this is a folder`;
    case 'ENOTDIR':
      return `${path}: a part of this path is a file, not a folder`;
    default:
      return undefined;
  }
}
