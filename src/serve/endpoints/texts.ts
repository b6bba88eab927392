/** What requests about texts share: one `text` or several `texts`, and answers to match. */
import * as v from 'valibot';
import type { ServedModel } from '../served-model.js';

interface TextInput {
  readonly text?: string;
  readonly texts?: readonly string[];
}

/** An object with either `text` or `texts`, and nothing that it does not know: a misspelt field must not go unnoticed. */
export function oneText<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.strictObject(entries),
    v.check((input) => {
      const { text, texts } = input as TextInput;
      return (text === undefined) !== (texts === undefined);
    }, 'must have either text (a string) or texts (an array of strings)'),
  );
}

export function textsOf({ text, texts }: TextInput): readonly string[] {
  return texts ?? [text!];
}

/** One result with its fields in the answer itself, or several as `results`. */
export function resultsOf(
  { name: model }: ServedModel,
  { texts }: TextInput,
  results: readonly object[],
): object {
  return texts === undefined ? { model, ...results[0] } : { model, results };
}
