/** Text that a language model makes up: token by token, as it would be shown, until something ends it. */
import { ValueError } from '../../base/errors.js';
import { Random } from '../../base/random.js';
import { Detokenizer, type Tokenizer, type TokenizerKind, type Vocabulary } from '../../text/index.js';
import { completionsOf, type HalfTyped, halfTyped } from './completion.js';
import { type ConstraintOptions, Constraints, idOfToken } from './constraints.js';
import { END_ID, wordsOf } from './corpus.js';
import { type BeamSource, beamSearch } from './inference/beam.js';
import { checkSampling, type SamplingOptions, sample } from './sampling.js';

export interface GenerateOptions extends SamplingOptions, ConstraintOptions {
  /** What the text begins with (default: nothing). */
  readonly prompt?: string;
  /** Whether the prompt's last word is typed halfway, unless a space follows it, and is to be finished (default false). */
  readonly completeWord?: boolean;
  /** At most so many tokens after the prompt, sentence ends included (default 50). */
  readonly maximumTokens?: number;
  /** How many sentences; each is a line of the text (default 1). */
  readonly sentences?: number;
  /** The text ends before the first of these strings (default: none). */
  readonly stop?: readonly string[];
  /** The text ends before the first of these tokens (default: none). */
  readonly stopTokens?: readonly string[];
  /** Default 1 */
  readonly seed?: number;
  /** From 2 on, the likeliest text that a beam search of so many beams finds (default 1: words are drawn by chance). */
  readonly beams?: number;
  /** Of a beam search: see `BeamOptions`. */
  readonly lengthPenalty?: number;
}

/**
 * Why a text ended: the model ended the last sentence; a stop string or token came; there were as many tokens as allowed;
 * or the constraints left nothing to go on with.
 */
export type Finish = 'end' | 'stop' | 'length' | 'exhausted';

export interface Generated {
  /** Prompt and continuation, for display. */
  readonly text: string;
  /** The continuation alone, from its first space on. */
  readonly continuation: string;
  /** The generated tokens, without sentence ends and stop tokens. */
  readonly tokens: readonly string[];
  /** Whether the model ended the text itself. */
  readonly ended: boolean;
  readonly finish: Finish;
}

/** What a text grows by. */
export interface GeneratedPiece {
  /** The token that was drawn; the last may be `</s>` or a stop token, or empty where only withheld text is left. */
  readonly token: string;
  /** Text that is certain now. It may be empty, while it can still become a stop string. */
  readonly text: string;
}

/** A model of any kind that tells how likely each word is next. */
export interface WordSource {
  readonly vocabulary: Vocabulary;
  readonly tokenizer: Tokenizer;
  /** ln p(w | ids) up to a constant, by w. The next call may overwrite it. */
  logitsAfter(ids: readonly number[]): ArrayLike<number>;
}

/** The prompt as the text begins with it; all pieces after it make the whole text. */
export function openingOf({ tokenizer }: Pick<WordSource, 'tokenizer'>, options: GenerateOptions): string {
  return new GrowingText(tokenizer.options.kind, beginningOf(tokenizer, options).words, []).opening;
}

/**
 * Generates one text piece by piece, and returns it whole. The same seed gives the same text.
 *
 * @throws ValueError for settings that make no sense, and where no allowed word finishes the prompt
 */
export function* writeText(
  source: WordSource,
  options: GenerateOptions = {},
): Generator<GeneratedPiece, Generated> {
  checkOptions(options);
  const { maximumTokens = 50, sentences = 1, seed = 1, stop = [] } = options;
  const { vocabulary, tokenizer } = source;
  const constraints = new Constraints(vocabulary, tokenizer, options);
  const stopTokens = new Set(options.stopTokens?.map((token) => idOfToken(vocabulary, tokenizer, token)));
  const random = new Random(seed, 'generate');
  const { words, prefix } = beginningOf(tokenizer, options);
  const completions = prefix === '' ? undefined : allowedCompletions(vocabulary, prefix, constraints);

  const text = new GrowingText(tokenizer.options.kind, words, stop);
  const ids = [...vocabulary.encode(words)];
  const tokens: string[] = [];
  let finish: Finish = 'length';
  let ends = 0;
  for (let count = 0; count < maximumTokens && finish === 'length'; count++) {
    const logits = constraints.applyTo(source.logitsAfter(ids), ids);
    if (count === 0 && completions !== undefined) keepOnly(logits, completions);
    const id = sample(logits, random, options);
    if (id === undefined) {
      finish = 'exhausted';
      const rest = text.release(true);
      if (rest !== '') yield { token: '', text: rest };
      break;
    }
    const token = vocabulary.tokenOf(id);
    ids.push(id);
    if (stopTokens.has(id)) finish = 'stop';
    else if (id !== END_ID) {
      tokens.push(token);
      if (text.add(token)) finish = 'stop';
    } else if (++ends === sentences) finish = 'end';
    else text.endLine();
    yield { token, text: text.release(finish !== 'length' || count + 1 === maximumTokens) };
  }
  const { opening, continuation } = text;
  return { text: opening + continuation, continuation, tokens, ended: finish === 'end', finish };
}

/** A text for display that grows by tokens, and what of it is certain while a stop string may still come. */
class GrowingText {
  readonly opening: string;
  continuation = '';
  private readonly kind: TokenizerKind;
  private readonly stop: readonly string[];
  private detokenizer: Detokenizer;
  /** Written when another line begins, so that no text ends in an empty one. */
  private lineEnds = '';
  /** How much of the continuation was released. */
  private released = 0;

  constructor(kind: TokenizerKind, words: readonly string[], stop: readonly string[]) {
    this.kind = kind;
    this.stop = stop;
    this.detokenizer = new Detokenizer(kind);
    this.opening = words.map((word) => this.detokenizer.add(word)).join('');
  }

  /** Whether a stop string came with the token; then the text is cut there. */
  add(token: string): boolean {
    this.continuation += this.lineEnds + this.detokenizer.add(token);
    this.lineEnds = '';
    const places = this.stop.map((each) => this.continuation.indexOf(each)).filter((place) => place >= 0);
    if (places.length === 0) return false;
    this.continuation = this.continuation.slice(0, Math.min(...places));
    return true;
  }

  endLine(): void {
    this.lineEnds += '\n';
    this.detokenizer = new Detokenizer(this.kind);
  }

  /** What became certain since the last time; at the end all that is left. */
  release(isEnd: boolean): string {
    const { continuation, released } = this;
    const certain = isEnd ? continuation.length : continuation.length - this.begun();
    this.released = Math.max(released, certain);
    return continuation.slice(released, this.released);
  }

  /** How much of the text's end may be the beginning of a stop string. */
  private begun(): number {
    const text = this.continuation;
    const begunOf = (each: string) => {
      for (let length = Math.min(each.length - 1, text.length); length > 0; length--)
        if (text.endsWith(each.slice(0, length))) return length;
      return 0;
    };
    return Math.max(0, ...this.stop.map(begunOf));
  }
}

/** The whole text at once. */
export function generateText(source: BeamSource, options: GenerateOptions = {}): Generated {
  if ((options.beams ?? 1) > 1) return likeliestText(source, options);
  const pieces = writeText(source, options);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Options that make no sense where nothing is drawn, or that a beam search has not got. */
const NOT_FOR_BEAMS = [
  ...['temperature', 'topK', 'topP', 'minP', 'completeWord', 'sentences', 'stop', 'stopTokens'],
] as (keyof GenerateOptions)[];

function likeliestText(source: BeamSource, options: GenerateOptions): Generated {
  const given = NOT_FOR_BEAMS.filter((name) => options[name] !== undefined);
  if (given.length > 0)
    throw new ValueError(
      `a beam search draws nothing and ends with the sentence: leave out ${given.join(', ')}`,
    );
  const [best] = beamSearch(source, options);
  return (
    best ?? { text: options.prompt ?? '', continuation: '', tokens: [], ended: false, finish: 'exhausted' }
  );
}

/** Several texts, with the seeds `seed`, `seed` + 1 and so on. */
export function* generateTexts(
  source: BeamSource,
  count: number,
  options: GenerateOptions = {},
): Generator<Generated> {
  const { seed = 1 } = options;
  for (let i = 0; i < count; i++) yield generateText(source, { ...options, seed: seed + i });
}

/** The tokens alone. */
export function* generateTokens(source: WordSource, options: GenerateOptions = {}): Generator<string> {
  for (const { token } of writeText(source, options)) if (token !== '') yield token;
}

/** How long to work before everything else that waits on this thread is heard, in milliseconds. */
const TURN = 8;

/** The same as `writeText` for whoever must not be blocked: between pieces, pages are drawn and sockets are read. */
export async function* streamText(
  source: WordSource,
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedPiece, Generated> {
  const pieces = writeText(source, options);
  let begun = performance.now();
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
    yield value;
    if (performance.now() - begun < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve));
    begun = performance.now();
  }
}

/** @throws ValueError */
function checkOptions(options: GenerateOptions): void {
  checkSampling(options);
  const { maximumTokens = 50, sentences = 1, stop = [], beams = 1 } = options;
  if (beams !== 1)
    throw new ValueError(
      'a beam search knows the first word only at its end, so it cannot stream: use generate',
    );
  if (!(Number.isInteger(maximumTokens) && maximumTokens >= 0))
    throw new ValueError(`maximumTokens must be a whole number from 0, not ${maximumTokens}`);
  if (!(Number.isInteger(sentences) && sentences >= 1))
    throw new ValueError(`sentences must be a whole number from 1, not ${sentences}`);
  if (stop.includes('')) throw new ValueError('a stop string must not be empty: every text begins with it');
}

function beginningOf(
  tokenizer: Tokenizer,
  { prompt = '', completeWord = false }: GenerateOptions,
): HalfTyped {
  return completeWord ? halfTyped(tokenizer, prompt) : { words: wordsOf(tokenizer, prompt), prefix: '' };
}

/** @throws ValueError when there is none */
function allowedCompletions(
  vocabulary: Vocabulary,
  prefix: string,
  constraints: Constraints,
): ReadonlySet<number> {
  const ids = completionsOf(vocabulary, prefix).filter((id) => constraints.allows(id));
  if (ids.length === 0) {
    throw new ValueError(
      `no allowed word of the vocabulary begins with '${prefix}': end the prompt in a space if this is a whole word`,
    );
  }
  return new Set(ids);
}

function keepOnly(logits: Float64Array, ids: ReadonlySet<number>): void {
  for (let id = 0; id < logits.length; id++) if (!ids.has(id)) logits[id] = -Infinity;
}
