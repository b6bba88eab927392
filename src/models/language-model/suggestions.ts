/**
 * Next-word suggestions as a keyboard shows them: how often the word that comes is among the first few, and how much
 * typing it saves.
 *
 * Measured on words: sentence ends are not suggested and not counted, nor is an `<unk>` that the text itself writes,
 * since nobody knows how it was spelled. A word out of the vocabulary counts, and is never suggested.
 *
 * Keystrokes: after each keystroke the k likeliest words that begin with what was typed so far are shown. A word is
 * chosen as soon as it is shown, which takes one keystroke and sets the space behind it too; else it is typed out,
 * with its space.
 *
 *   keystroke saving rate = 1 − keystrokes / (characters and spaces of the text)
 */
import { UNKNOWN_ID } from './corpus.js';
import type { EvaluationText } from './evaluation.js';
import type { TokenPredictor } from './predictor.js';

/** How many words are shown. */
const SHOWN = 3;
/** The first ids are `<unk>` and `</s>`. */
const FIRST_WORD = 2;

export interface SuggestionScores {
  /** Words that were to be guessed. */
  readonly words: number;
  /** Share of the words that were the likeliest, among the three likeliest, among the five. */
  readonly top1: number;
  readonly top3: number;
  readonly top5: number;
  /** With three suggestions; undefined for models of characters. */
  readonly keystrokeSaving: number | undefined;
}

/** @returns undefined where there are no words to guess */
export function measureSuggestions(
  model: TokenPredictor,
  text: EvaluationText,
): SuggestionScores | undefined {
  const spellings = model.vocabulary.entries();
  const unknownToken = spellings[UNKNOWN_ID];
  const competitors = new Competitors(spellings);
  let [words, top1, top3, top5, typed, characters] = [0, 0, 0, 0, 0, 0];
  let position = 0;
  for (const distribution of model.distributions(text.ids)) {
    if (position === text.ids.length) break;
    const word = text.words[position]!;
    const id = text.ids[position++]!;
    if (word === '' || word === unknownToken) continue;
    words++;
    characters += word.length + 1;
    if (id < FIRST_WORD) {
      typed += word.length + 1;
      continue;
    }
    const rank = competitors.rank(distribution, id);
    if (rank === 0) top1++;
    if (rank < 3) top3++;
    if (rank < 5) top5++;
    typed += competitors.lettersUntilShown(word.length) + 1;
  }
  if (words === 0) return undefined;
  const isCharacters = model.tokenizer.options.kind === 'characters';
  return {
    words,
    top1: top1 / words,
    top3: top3 / words,
    top5: top5 / words,
    keystrokeSaving: isCharacters ? undefined : 1 - typed / characters,
  };
}

/** The words that are likelier than the right one, and how long they are spelled like it. */
class Competitors {
  private readonly spellings: readonly string[];
  private readonly firstLetters: Uint16Array;
  /** By number of letters: how many competitors begin with exactly so many letters of the right word. */
  private readonly alike: Int32Array;

  constructor(spellings: readonly string[]) {
    const longest = spellings.reduce((most, { length }) => Math.max(most, length), 0);
    this.spellings = spellings;
    this.firstLetters = Uint16Array.from(spellings, (spelling) => spelling.charCodeAt(0));
    this.alike = new Int32Array(longest + 1);
  }

  /** How many words are likelier; of equally likely ones the lower id goes first. */
  rank(distribution: Float64Array, right: number): number {
    const { firstLetters, alike } = this;
    const probability = distribution[right]!;
    const firstLetter = firstLetters[right]!;
    alike.fill(0);
    let rank = 0;
    for (let id = FIRST_WORD; id < distribution.length; id++) {
      const other = distribution[id]!;
      if (other < probability || (other === probability && id >= right)) continue;
      rank++;
      if (firstLetters[id] !== firstLetter) alike[0]!++;
      else alike[this.commonLetters(id, right)]!++;
    }
    return rank;
  }

  /** After the last `rank`: how many letters must be typed until the right word is among those shown. */
  lettersUntilShown(wordLength: number): number {
    let letters = wordLength;
    for (let likelier = 0; letters >= 0; letters--) {
      likelier += this.alike[letters]!;
      if (likelier >= SHOWN) return Math.min(wordLength, letters + 1);
    }
    return 0;
  }

  private commonLetters(a: number, b: number): number {
    const [one, other] = [this.spellings[a]!, this.spellings[b]!];
    let length = 1;
    while (
      length < one.length &&
      length < other.length &&
      one.charCodeAt(length) === other.charCodeAt(length)
    )
      length++;
    return length;
  }
}
