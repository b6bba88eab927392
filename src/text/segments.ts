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
// Made when they are first needed: a segmenter loads tables of Unicode, and much text is ASCII.
const segmenters: { word?: Intl.Segmenter; grapheme?: Intl.Segmenter } = {};

function segmenterOf(granularity: 'word' | 'grapheme'): Intl.Segmenter {
  segmenters[granularity] ??= new Intl.Segmenter('en', { granularity });
  return segmenters[granularity];
}

const WINDOW = 1024;
const MARGIN = 64;

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
  return segmentAll(segmenterOf('word'), run);
}

/** What a reader takes for one character each; joined again they give the text. */
export function splitGraphemes(text: string): string[] {
  return segmentAll(segmenterOf('grapheme'), text);
}

/**
 * All segments of a text. The time a segmenter takes grows with the square of the length in some engines, so a long
 * text is given to it by windows. Each window starts at a boundary; segments near its end are left for the next one,
 * since what follows may join them.
 */
function segmentAll(segmenter: Intl.Segmenter, text: string): string[] {
  const segments: string[] = [];
  let start = 0;
  let size = WINDOW;
  while (start < text.length) {
    const window = text.slice(start, start + size);
    const isLast = start + size >= text.length;
    const settledEnd = isLast ? window.length : window.length - MARGIN;
    const windowStart = start;
    for (const { index, segment } of segmenter.segment(window)) {
      const end = index + segment.length;
      if (end > settledEnd) break;
      segments.push(segment);
      start = windowStart + end;
    }
    // A word longer than the window needs a longer one.
    size = start === windowStart ? 2 * size : WINDOW;
  }
  return segments;
}
