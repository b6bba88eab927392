/**
 * Beam search: the likeliest text, as far as keeping the best few beginnings finds it. All beginnings are continued in
 * one run, so that the weights are read once for all of them.
 *
 *   score = ln p(text) / lengthᵅ, α = lengthPenalty (Wu et al. 2016 divide by ((5 + length) / 6)ᵅ; the order is much the same)
 */
import { ValueError } from '../../../base/errors.js';
import { detokenize } from '../../../text/index.js';
import { type ConstraintOptions, Constraints } from '../constraints.js';
import { END_ID, wordsOf } from '../corpus.js';
import type { Generated, WordSource } from '../generation.js';
import { topIndexes } from '../sampling.js';
import type { NextWords } from './next-words.js';

export interface BeamOptions extends ConstraintOptions {
  /** How many beginnings are kept (default 4). */
  readonly beams?: number;
  /** What the text begins with (default: nothing). */
  readonly prompt?: string;
  /** At most so many tokens after the prompt (default 50). */
  readonly maximumTokens?: number;
  /** α: 0 (default) takes the likeliest text, which is a short one; towards 1 length costs less. */
  readonly lengthPenalty?: number;
}

export interface Beam extends Generated {
  /** ln p of what follows the prompt, the sentence end included where the text has one. */
  readonly logProbability: number;
}

interface Beginning {
  readonly ids: readonly number[];
  readonly logProbability: number;
}

/** A way to ask for several texts at once; sources that have none are asked one by one. */
export type BeamSource = WordSource & {
  readonly nextWords?: () => Pick<NextWords, 'run' | 'logits' | 'logSumExp'>;
};

/**
 * The best texts that the search met, the best first: at most `beams`, and one at least where any word may come.
 *
 * @throws ValueError for settings that make no sense
 */
export function beamSearch(source: BeamSource, options: BeamOptions = {}): Beam[] {
  const { beams = 4, maximumTokens = 50, lengthPenalty = 0, prompt = '' } = options;
  checkBeamOptions(options);
  const { vocabulary, tokenizer } = source;
  const constraints = new Constraints(vocabulary, tokenizer, options);
  const words = wordsOf(tokenizer, prompt);
  const start = [...vocabulary.encode(words)];
  const score = ({ ids, logProbability }: Beginning, length = ids.length - start.length) =>
    logProbability / Math.max(1, length) ** lengthPenalty;

  let live: Beginning[] = [{ ids: start, logProbability: 0 }];
  let ended: Beginning[] = [];
  for (let length = 1; length <= maximumTokens && live.length > 0; length++) {
    const next = continuationsOf(source, constraints, live, beams)
      .sort((a, b) => b.logProbability - a.logProbability)
      .slice(0, beams);
    ended.push(...next.filter(({ ids }) => ids.at(-1) === END_ID));
    ended = ended.sort((a, b) => score(b) - score(a)).slice(0, beams);
    live = next.filter(({ ids }) => ids.at(-1) !== END_ID);
    // Probabilities only fall: what cannot come before the worst that is kept need not go on.
    if (ended.length === beams && live.every((each) => score(each, maximumTokens) <= score(ended.at(-1)!)))
      live = [];
  }
  const found = [...ended, ...live].sort((a, b) => score(b) - score(a)).slice(0, beams);
  const { kind } = tokenizer.options;
  const opening = detokenize(words, kind);
  return found.map(({ ids, logProbability }) => {
    const isEnded = ids.length > start.length && ids.at(-1) === END_ID;
    const tokens = ids.slice(start.length, isEnded ? -1 : undefined).map((id) => vocabulary.tokenOf(id));
    const text = detokenize([...words, ...tokens], kind);
    return {
      ...{ text, continuation: text.slice(opening.length), tokens, logProbability },
      ...{ ended: isEnded, finish: isEnded ? 'end' : 'length' },
    };
  });
}

/** @throws ValueError */
function checkBeamOptions({ beams = 4, maximumTokens = 50, lengthPenalty = 0 }: BeamOptions): void {
  if (!(Number.isInteger(beams) && beams >= 1))
    throw new ValueError(`beams must be a whole number from 1, not ${beams}`);
  if (!(Number.isInteger(maximumTokens) && maximumTokens >= 0))
    throw new ValueError(`maximumTokens must be a whole number from 0, not ${maximumTokens}`);
  if (!(lengthPenalty >= 0 && Number.isFinite(lengthPenalty)))
    throw new ValueError(`lengthPenalty must be a number from 0, not ${lengthPenalty}`);
}

/** Each beginning with each of its likeliest next words. */
function continuationsOf(
  source: BeamSource,
  constraints: Constraints,
  beginnings: readonly Beginning[],
  count: number,
): Beginning[] {
  const words = source.nextWords?.();
  words?.run(beginnings.map(({ ids }) => ids));
  return beginnings.flatMap(({ ids, logProbability }, row) => {
    const logits = words?.logits(row) ?? Float64Array.from(source.logitsAfter(ids));
    const sum = words?.logSumExp(row) ?? logSumExpOf(logits);
    const allowed = constraints.applyTo(logits, ids);
    return topIndexes(allowed, count)
      .filter((id) => allowed[id]! > -Infinity)
      .map((id) => ({ ids: [...ids, id], logProbability: logProbability + allowed[id]! - sum }));
  });
}

function logSumExpOf(logits: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!);
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - largest);
  return largest + Math.log(total);
}
