/** The words of the page in all its languages. A text that one language lacks is a type error. */
import { language } from './language.js';

/** A text, or a function that makes one. */
export type Text = string | ((...values: never[]) => string);
type SameKind<T> = T extends string ? string : T;
/** What other languages must give for the English texts: the same names, functions of the same arguments. */
export type Translation<E> = { readonly [K in keyof E]: SameKind<E[K]> };

/**
 * A dictionary. It is a function: called while a component renders, it gives the texts in the present language, and
 * the component renders again when that changes.
 *
 * @example
 * const t = dictionary(
 *   { step: 'Step', done: (n: number) => `${n} steps done` },
 *   { step: '一步', done: (n) => `已完成 ${n} 步` },
 * );
 * <p>{t().done(3)}</p>
 */
export function dictionary<const E extends Readonly<Record<string, Text>>>(
  english: E,
  chinese: Translation<E>,
): () => Translation<E> {
  return () => (language.value === 'zh' ? chinese : (english as Translation<E>));
}
