import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenizer, type TokenizerOptions } from '../../src/text/index.js';
import { AsciiScanner } from '../../src/text/scan.js';

const settings: TokenizerOptions[] = [
  { kind: 'words' },
  { kind: 'words', lowercase: false },
  { kind: 'whitespace' },
  { kind: 'whitespace', lowercase: true },
];

/** The tokens that a scanner finds, or undefined where it refers to the tokeniser. */
function scan(options: TokenizerOptions, text: string): string[] | undefined {
  const scanner = AsciiScanner.for(createTokenizer(options).options)!;
  const bytes = new TextEncoder().encode(`(${text})`);
  if (!scanner.scan(bytes, 1, bytes.length - 1)) return undefined;
  return Array.from({ length: scanner.count }, (_, i) =>
    [...bytes.subarray(scanner.starts[i], scanner.ends[i])]
      .map((byte) => String.fromCharCode(scanner.fold[byte]!))
      .join(''),
  );
}

const ascii = fc.string({
  unit: fc.integer({ min: 0, max: 127 }).map((unit) => String.fromCharCode(unit)),
  maxLength: 40,
});
const wordy = fc.string({ unit: fc.constantFrom(..."aB0_'.,;: \t-\u0000\u001f\u007f"), maxLength: 30 });

describe.each(settings)('scanning ASCII: %o', (options) => {
  const tokenizer = createTokenizer(options);

  it('finds the tokens of the tokeniser', () => {
    fc.assert(
      fc.property(fc.oneof(ascii, wordy), (text) => {
        const found = scan(options, text);
        if (found === undefined) expect(text).toMatch(/[A-Za-z]:[A-Za-z]/);
        else expect(found).toEqual(tokenizer.tokenize(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('does so for every triple of signs, between letters and between digits', () => {
    const signs = [...'aZ9_\'.,;: -\t\u0000\u007f"'];
    for (const a of signs) {
      for (const b of signs) {
        for (const c of signs) {
          for (const text of [`x${a}${b}${c}y`, `1${a}${b}${c}2`]) {
            const found = scan(options, text);
            if (found !== undefined) expect(found, JSON.stringify(text)).toEqual(tokenizer.tokenize(text));
          }
        }
      }
    }
  });

  it('leaves everything beyond ASCII to the tokeniser', () => {
    fc.assert(
      fc.property(ascii, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), ascii, (a, sign, b) => {
        fc.pre(sign.codePointAt(0)! > 127);
        expect(scan(options, a + sign + b)).toBeUndefined();
      }),
    );
  });
});

describe('a scanner', () => {
  it('does not exist for tokenisers that rewrite what they find, or find characters', () => {
    for (const options of [
      { kind: 'characters' },
      { kind: 'words', foldNumbers: true },
      { kind: 'whitespace', foldUrls: true },
    ] as const)
      expect(AsciiScanner.for(createTokenizer(options).options)).toBeUndefined();
  });

  it('takes texts of any length', () => {
    const text = 'ab '.repeat(5000);
    expect(scan({ kind: 'words' }, text)).toHaveLength(5000);
  });
});
