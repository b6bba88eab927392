/** Pieces of commands and of TypeScript, for snippets that show how the same is done elsewhere. */

/** `--name value`; undefined where there is no value. */
export function flag(name: string, value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : `--${name} ${shellWord(String(value))}`;
}

/** Quoted where a shell would read something else. */
export function shellWord(text: string): string {
  return /^[\w./,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A string as TypeScript writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

/** Plain data as TypeScript writes it. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, item]) => `${name}: ${literal(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
