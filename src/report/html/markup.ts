/** HTML that cannot be broken by what is put into it: whatever is not markup itself is escaped. */

/** A piece of sound HTML. Only `html` (and `trusted`) make it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What may stand in a template: text and numbers are escaped, lists are joined, nothing is nothing. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/**
 * A template of HTML. Attributes must be quoted.
 *
 * @example
 * html`<p title="${title}">${text}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings.map((string, i) => string + sourceOf(values[i])).join(''));
}

/** Source that the project wrote itself, such as its style sheet. Never for data. */
export function trusted(source: string): Markup {
  return new Markup(source);
}

function sourceOf(value: Content): string {
  if (value instanceof Markup) return value.source;
  if (Array.isArray(value)) return value.map(sourceOf).join('');
  if (value === undefined || value === false) return '';
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes for text and for quoted attributes. Controls that HTML forbids become �. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!).replace(FORBIDDEN, '\ufffd');
}

/** Controls but tab and line ends, lone surrogates, and the marks that turn the direction of what follows. */
const FORBIDDEN = /[^\P{Cc}\t\n\r]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu;
