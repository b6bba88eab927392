/** The search for a BLAS library. */
import { ValueError } from '../../base/errors.js';
import { type Choice, candidateFiles, familyTitles, installAdvice } from './choice.js';
import { type Foreign, messageOf } from './foreign.js';
import { type Blas, bindBlas } from './library.js';

export interface Search {
  readonly foreign: Foreign;
  readonly platform: NodeJS.Platform;
  readonly choice: Choice;
  readonly threads: number;
  /** Why a library that was found by itself, not asked for, is not good enough; undefined: it is. */
  readonly objection: (blas: Blas) => string | undefined;
}

/**
 * The library that the choice names, or the first usable one of the platform's list.
 * @throws ValueError when there is none: what was tried, and what to do.
 */
export function findBlas({ foreign, platform, choice, threads, objection }: Search): Blas {
  if (choice.kind === 'off') throw new ValueError('the system’s BLAS is forbidden by LEXIGRAD_BLAS=off');
  const files =
    choice.kind === 'path'
      ? [choice.path]
      : candidateFiles(platform, choice.kind === 'family' ? choice.family : undefined);
  const failures: string[] = [];
  const refused: string[] = [];
  for (const file of files) {
    const blas = open(foreign, file, threads);
    if (typeof blas === 'string') {
      failures.push(blas);
      continue;
    }
    const complaint = choice.kind === 'automatic' ? objection(blas) : undefined;
    if (complaint === undefined) return blas;
    refused.push(complaint);
  }
  if (choice.kind === 'path') throw new ValueError(`no BLAS library can be had from ${failures[0]}`);
  if (refused.length > 0) throw new ValueError(`${refused.join('; ')}: ${installAdvice(platform)}`);
  const wanted =
    choice.kind === 'family' ? `${familyTitles[choice.family]} was not found` : 'no BLAS library was found';
  const tried = files.length > 0 ? `tried ${files.join(', ')}` : `it is not known on ${platform}`;
  throw new ValueError(
    `${wanted} (${tried}): ${installAdvice(platform)}, or give the path of one in LEXIGRAD_BLAS`,
  );
}

/** The library in a file, or why it cannot be used. */
function open(foreign: Foreign, file: string, threads: number): Blas | string {
  let library: ReturnType<Foreign['load']>;
  try {
    library = foreign.load(file);
  } catch (error) {
    return `${file}: ${messageOf(error)}`;
  }
  try {
    return bindBlas(library, file, threads);
  } catch (error) {
    return `${file}: it has no C interface to BLAS (${messageOf(error)})`;
  }
}
