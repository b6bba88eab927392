import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/state/address.js';
import {
  type Codec,
  choice,
  decodeState,
  encodeState,
  flag,
  list,
  number,
  param,
  text,
  tuple,
  whole,
} from '../src/state/codec.js';

/** What a codec makes of a value on its way through an address. */
function through<T>(codec: Codec<T>, value: T): T | undefined {
  const query = new URLSearchParams({ value: codec.encode(value) });
  return codec.decode(parseAddress(formatAddress({ room: 'room', query })).query.get('value') ?? '');
}

describe('codecs', () => {
  it('bring numbers back to six digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(through(number(), value)).toBe(Number(value.toPrecision(6)));
      }),
    );
  });

  it('bring whole numbers, flags, names and any text back as they were', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.boolean(),
        fc.string({ unit: 'grapheme', maxLength: 100 }),
        (n, yes, words) => {
          expect(through(whole(), n)).toBe(n);
          expect(through(flag, yes)).toBe(yes);
          expect(through(choice(['tanh', 'relu']), 'relu')).toBe('relu');
          expect(through(text(), words)).toBe(words);
        },
      ),
    );
  });

  it('bring lists of tuples back', () => {
    const points = list(tuple(number({ digits: 3 }), number({ digits: 3 }), flag));
    expect(points.encode([[0.5, -1, true]])).toBe('0.5~-1~1');
    expect(through(points, [[0.5, -1, true] as const, [1e-7, 0, false] as const])).toEqual([
      [0.5, -1, true],
      [1e-7, 0, false],
    ]);
    expect(through(points, [])).toEqual([]);
  });

  it('refuse what is not a value, and never throw', () => {
    const range = number({ min: 0, max: 1 });
    for (const broken of ['', ' ', '2', '-1', 'x', 'NaN', 'Infinity'])
      expect(range.decode(broken)).toBeUndefined();
    for (const broken of ['1.5', '-1', '99']) expect(whole(0, 9).decode(broken)).toBeUndefined();
    expect(flag.decode('yes')).toBeUndefined();
    expect(choice(['a']).decode('constructor')).toBeUndefined();
    expect(tuple(flag, flag).decode('1')).toBeUndefined();
    expect(list(flag).decode('1_2')).toBeUndefined();
    expect(list(flag, { longest: 2 }).decode('1_1_1')).toBeUndefined();
    expect(text(3).decode('long')).toBeUndefined();
  });
});

describe('the state of a room', () => {
  const schema = { w: param(number(), 1), f: param(choice(['tanh', 'relu']), 'tanh') };

  it('leaves defaults out of the address', () => {
    expect(encodeState(schema, { w: 1, f: 'tanh' }).toString()).toBe('');
    expect(encodeState(schema, { w: 2, f: 'tanh' }).toString()).toBe('w=2');
    expect(encodeState(schema, { w: 1, f: 'tanh' }, new URLSearchParams('w=3&lang=zh')).toString()).toBe(
      'lang=zh',
    );
  });

  it('has defaults for what is missing or broken', () => {
    expect(decodeState(schema, new URLSearchParams('w=x&f=relu'))).toEqual({ w: 1, f: 'relu' });
  });
});
