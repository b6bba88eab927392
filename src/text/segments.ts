/**
 * Words of a run of text without white space, by the Unicode rules of UAX #29 as `Intl.Segmenter` applies them,
 * dictionaries for Chinese, Japanese, Thai, … included.
 *
 * A segmenter costs a microsecond or two a word. Most words of most corpora are ASCII, where the rules are few enough
 * to be one regular expression; a test holds it against the segmenter.
 */

/** What separates runs: JavaScript's `\s`, the next-line control and the zero-width space (a break in Thai, Khmer). */
export const RUNS = /[^\s\u0085\u200b]+/g;

const ASCII_ONLY = /^[\0-\x7f]*$/;

/**
 * Rules WB5–WB13b for ASCII: letters, digits and `_` stick together; `'` and `.` join two letters; `'` `.` `,` `;`
 * join two digits; everything else stands alone.
 */
const ASCII_WORDS =
  /[A-Za-z0-9_]+(?:(?<=[A-Za-z])['.](?=[A-Za-z])[A-Za-z0-9_]+|(?<=[0-9])['.,;](?=[0-9])[A-Za-z0-9_]+)*|[^A-Za-z0-9_]/g;

/** Versions of the Unicode data disagree on whether `:` joins letters, so the segmenter at hand is asked. */
const DISPUTED = /[A-Za-z]:[A-Za-z]/;

// A fixed locale: the default one differs from machine to machine, and some (Finnish, Swedish) have rules of their own.
const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });
const graphemeSegmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Whether the text is ASCII through and through. */
export function isAscii(text: string): boolean {
  return ASCII_ONLY.test(text);
}

/** Splits a run into words and single signs; joined again they give the run. */
export function splitWords(run: string): string[] {
  if (isAscii(run) && !DISPUTED.test(run)) return run.match(ASCII_WORDS) ?? [];
  return splitBySegmenter(run);
}

/** The definition of `splitWords`, without the short cut. */
export function splitBySegmenter(run: string): string[] {
  return Array.from(wordSegmenter.segment(run), ({ segment }) => segment);
}

/** What a reader takes for one character each; joined again they give the text. */
export function splitGraphemes(text: string): string[] {
  return Array.from(graphemeSegmenter.segment(text), ({ segment }) => segment);
}
