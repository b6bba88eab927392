/** Generated text piece by piece: for streams, with stop strings, and without keeping the thread. */

import { SENTENCE_END, wordsOf } from '../models/language-model/corpus.js';
import type { LanguageModel } from '../models/language-model/language-model.js';
import type { SamplingOptions } from '../models/language-model/sampling.js';
import { detokenize } from '../text/index.js';
import type { Patience } from './batcher.js';
import { later, Problem } from './problem.js';
import { nextTurn, TURN_MILLISECONDS } from './turns.js';

export interface WritingRequest extends SamplingOptions {
  readonly prompt: string;
  readonly maximumTokens: number;
  readonly seed: number;
  /** The text ends before the first of these. */
  readonly stop: readonly string[];
}

/** What a text grows by. */
export interface Piece {
  readonly token: string;
  /** Text that is certain now; empty while it may still become a stop string. */
  readonly text: string;
}

export interface Written {
  /** The continuation alone, as text. */
  readonly text: string;
  /** Prompt and continuation. */
  readonly whole: string;
  readonly tokens: readonly string[];
  readonly promptTokens: number;
  /** `end`: the model ended the sentence; `stop`: a stop string came; `length`: there were as many tokens as allowed. */
  readonly finish: 'end' | 'stop' | 'length';
}

/** Lets a language model write. Each step computes one token. */
export function* write(lm: LanguageModel, request: WritingRequest): Generator<Piece, Written> {
  const { kind } = lm.config.tokenizer;
  const prompt = wordsOf(lm.tokenizer, request.prompt);
  const opening = detokenize(prompt, kind);
  const tokens: string[] = [];
  let text = '';
  let sent = 0;
  const written = (finish: Written['finish']): Written => ({
    ...{ text, whole: opening + text, tokens, promptTokens: prompt.length, finish },
  });
  for (const token of lm.generateTokens(request)) {
    if (token === SENTENCE_END) {
      if (sent < text.length) yield { token, text: text.slice(sent) };
      return written('end');
    }
    tokens.push(token);
    // Joining tokens only ever appends, so what was sent stays true.
    text = detokenize([...prompt, ...tokens], kind).slice(opening.length);
    const stopAt = firstStop(text, request.stop);
    if (stopAt !== undefined) {
      text = text.slice(0, stopAt);
      yield { token, text: text.slice(sent) };
      return written('stop');
    }
    const certain = tokens.length === request.maximumTokens ? text.length : certainLength(text, request.stop);
    yield { token, text: text.slice(sent, Math.max(sent, certain)) };
    sent = Math.max(sent, certain);
  }
  return written('length');
}

/**
 * The same, in turns: after some milliseconds of work everybody else is heard.
 * @throws Problem 503 or 504 when the time is over, 400 when nobody waits any more
 */
export async function* writeInTurns(
  lm: LanguageModel,
  request: WritingRequest,
  patience: Patience,
): AsyncGenerator<Piece, Written> {
  const steps = write(lm, request);
  let begun = 0;
  for (let count = 0; ; count++) {
    if (performance.now() - begun > TURN_MILLISECONDS) {
      await nextTurn();
      checkPatience(patience, count);
      begun = performance.now();
    }
    const { done, value } = steps.next();
    if (done) return value;
    yield value;
  }
}

/** The whole text at once. */
export async function writeAll(
  lm: LanguageModel,
  request: WritingRequest,
  patience: Patience,
): Promise<Written> {
  const pieces = writeInTurns(lm, request, patience);
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return value;
  }
}

function checkPatience({ expires, isAbandoned }: Patience, tokens: number): void {
  if (isAbandoned()) throw new Problem(400, 'the connection was closed before the answer was ready');
  if (performance.now() <= expires) return;
  if (tokens === 0) throw later(503, 'the time for this request was over before its turn came');
  throw new Problem(504, `the time for this request was over after ${tokens} tokens: ask for fewer`);
}

function firstStop(text: string, stop: readonly string[]): number | undefined {
  const places = stop.map((each) => text.indexOf(each)).filter((place) => place >= 0);
  return places.length === 0 ? undefined : Math.min(...places);
}

/** How much of a text cannot belong to a stop string that is still to come. */
function certainLength(text: string, stop: readonly string[]): number {
  const begun = (each: string) => {
    for (let length = Math.min(each.length - 1, text.length); length > 0; length--)
      if (text.endsWith(each.slice(0, length))) return length;
    return 0;
  };
  return text.length - Math.max(0, ...stop.map(begun));
}
