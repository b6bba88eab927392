/** What this browser remembers of a person's taste. Where storage is forbidden, nothing is remembered, and nothing breaks. */

export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`lexigrad.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`lexigrad.${name}`);
    else localStorage.setItem(`lexigrad.${name}`, value);
  } catch {
    // Private windows may refuse.
  }
}
