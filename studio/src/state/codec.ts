/**
 * How values are written into the address of the page: short, readable, and checked when read back, since anybody can
 * type an address. A codec never throws: what it cannot read is `undefined`, and the default stands.
 */

export interface Codec<T> {
  encode(value: T): string;
  /** The value, or undefined where the text is not one. */
  decode(text: string): T | undefined;
}

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** Significant digits that are kept (default 6). */
  readonly digits?: number;
}

/** A finite number within a range. */
export function number({ min = -Infinity, max = Infinity, digits = 6 }: NumberRange = {}): Codec<number> {
  return {
    encode: (value) => String(Number(value.toPrecision(digits))),
    decode: (text) => {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      return Number.isFinite(value) && value >= min && value <= max ? value : undefined;
    },
  };
}

/** A whole number within a range. */
export function whole(min = 0, max = Number.MAX_SAFE_INTEGER): Codec<number> {
  const inner = number({ min, max, digits: 16 });
  return {
    encode: inner.encode,
    decode: (text) => {
      const value = inner.decode(text);
      return value !== undefined && Number.isInteger(value) ? value : undefined;
    },
  };
}

/** 1 or 0. */
export const flag: Codec<boolean> = {
  encode: (value) => (value ? '1' : '0'),
  decode: (text) => (text === '1' ? true : text === '0' ? false : undefined),
};

/** One of a few names. */
export function choice<const Name extends string>(names: readonly Name[]): Codec<Name> {
  return { encode: (value) => value, decode: (text) => names.find((name) => name === text) };
}

/** Any text up to a length (default 2,000 characters); longer texts are cut, so that addresses stay usable. */
export function text(longest = 2000): Codec<string> {
  return {
    encode: (value) => value.slice(0, longest),
    decode: (value) => (value.length <= longest ? value : undefined),
  };
}

/** A list, its items parted by a sign that no item contains (default `_`). */
export function list<T>(item: Codec<T>, { sign = '_', longest = 500 } = {}): Codec<readonly T[]> {
  return {
    encode: (values) => values.slice(0, longest).map(item.encode).join(sign),
    decode: (joined) => {
      if (joined === '') return [];
      const values = joined.split(sign).map(item.decode);
      return values.length <= longest && values.every((value) => value !== undefined)
        ? (values as T[])
        : undefined;
    },
  };
}

/** A fixed number of values side by side, parted by a sign (default `~`): `tuple(number(), number(), flag)`. */
export function tuple<const T extends readonly unknown[]>(
  ...items: { readonly [I in keyof T]: Codec<T[I]> }
): Codec<T> {
  const codecs = items as readonly Codec<unknown>[];
  return {
    encode: (values) => codecs.map((codec, i) => codec.encode(values[i])).join('~'),
    decode: (joined) => {
      const parts = joined.split('~');
      if (parts.length !== codecs.length) return undefined;
      const values = codecs.map((codec, i) => codec.decode(parts[i]!));
      return values.every((value) => value !== undefined) ? (values as unknown as T) : undefined;
    },
  };
}

/** One value of a room's state: how it is written, and what it is at first. */
export interface Parameter<T> {
  readonly codec: Codec<T>;
  readonly initial: T;
}

export function param<T>(codec: Codec<T>, initial: NoInfer<T>): Parameter<T> {
  return { codec, initial };
}

export type Schema = Readonly<Record<string, Parameter<unknown>>>;
/** The values that a schema describes. */
export type ValuesOf<S> = { [K in keyof S]: S[K] extends Parameter<infer T> ? T : never };

/** Reads a query; whatever is missing or broken has its default. */
export function decodeState<S extends Schema>(schema: S, query: URLSearchParams): ValuesOf<S> {
  const entries = Object.entries(schema).map(([name, { codec, initial }]) => {
    const found = query.get(name);
    const value = found === null ? undefined : codec.decode(found);
    return [name, value ?? initial];
  });
  return Object.fromEntries(entries) as ValuesOf<S>;
}

/** Writes into a query what differs from the defaults; the rest is left out, so that addresses are short. */
export function encodeState<S extends Schema>(
  schema: S,
  values: ValuesOf<S>,
  query = new URLSearchParams(),
): URLSearchParams {
  for (const [name, { codec, initial }] of Object.entries(schema)) {
    const written = codec.encode(values[name as keyof S]);
    // Written anew, so that the same state always has the same address.
    query.delete(name);
    if (written !== codec.encode(initial)) query.set(name, written);
  }
  return query;
}
