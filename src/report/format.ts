/** Numbers as reports write them. */

/** 12,345 */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `1 text`, `2 texts` */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** 12.3 % */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A probability: 97.3 %, never 0.0 or 100.0 of what is only near. */
export function chance(probability: number): string {
  if (probability > 0 && probability < 0.0005) return '< 0.1 %';
  return probability < 1 && probability >= 0.9995 ? '> 99.9 %' : percent(probability);
}

/** 0.812 */
export function share(value: number): string {
  return value.toFixed(3);
}

/** +1.23, −0.40 */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

/** 2 groups of labels or lines in words: `a, b and c`; beyond `most`, `… and 4 more`. */
export function listed(items: readonly (string | number)[], most = 6): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${count(items.length - most)} more`;
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The beginning of a text on one line. */
export function excerpt(text: string, characters = 160): string {
  const all = [...text.trim().replace(/\s+/gu, ' ')];
  return all.length <= characters ? all.join('') : `${all.slice(0, characters - 1).join('')}…`;
}
