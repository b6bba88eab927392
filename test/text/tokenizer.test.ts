import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import { splitBySegmenter, splitWords } from '../../src/text/segments.js';
import { createTokenizer, type TokenizerOptions } from '../../src/text/tokenizer.js';

const words = createTokenizer({ kind: 'words' });

/** Text of every kind of trouble: scripts, marks, emoji, joins, white space, half pairs. */
const trickyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          "don't",
          'a.b',
          '3.14',
          '1,000',
          'x_y',
          'a:b',
          ' ',
          '  ',
          '\n',
          '\r\n',
          '\t',
          '\u00a0',
          '\u3000',
          '\u200b',
        ],
        ...[
          '你好世界',
          'สวัสดีครับ',
          'こんにちは',
          '한국어',
          'e\u0301',
          '\u1100\u1161\u11a8',
          'İ',
          'ΟΔΟΣ',
          'ß',
          'Ａ',
        ],
        ...[
          '👨‍👩‍👧‍👦',
          '🇩🇪🇫🇷',
          '1️⃣',
          '\u0301',
          '\u200e',
          '\ufeff',
          '\ud800',
          '\udc00',
          '\u0323\u0307',
          '°C',
          '“a”',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const options: fc.Arbitrary<TokenizerOptions> = fc.record({
  kind: fc.constantFrom('words', 'whitespace', 'characters'),
  lowercase: fc.boolean(),
  normalize: fc.boolean(),
});

describe('the short cut for ASCII', () => {
  it('splits as the segmenter does', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'ab1 2_.,;:\'"-Zz09'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(ascii, fc.string({ unit: 'binary-ascii', maxLength: 30 })), (text) => {
        const runs = text.split(/\s+/).filter((run) => run !== '');
        const expected = splitBySegmenter(text).filter((segment) => !/^\s+$/.test(segment));
        expect(runs.flatMap(splitWords)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('splits every triple of ASCII signs as the segmenter does', () => {
    const signs = ['a', 'B', '1', '_', ...'.,;:\'"-!@#/\\&', '\x01', '\x7f'];
    for (const a of signs) {
      for (const b of signs) {
        for (const c of signs) {
          for (const run of [a + b + c, `${a}${b}${c}1`, `a${a}${b}${c}a`]) {
            expect(splitWords(run)).toEqual(splitBySegmenter(run));
          }
        }
      }
    }
  });
});

describe('long runs', () => {
  it('are split by windows as they would be whole', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    const signs = fc.constantFrom('é', 'b', "'", '.', '1', '-', '👨‍👩‍👧‍👦', '🇩🇪', 'Ж', '\u0301', '한');
    fc.assert(
      fc.property(fc.array(signs, { minLength: 1000, maxLength: 2500 }), (parts) => {
        const run = parts.join('');
        expect(splitBySegmenter(run)).toEqual(Array.from(segmenter.segment(run), ({ segment }) => segment));
      }),
      { numRuns: 20 },
    );
  });
});

describe('words', () => {
  it('keeps words with inner signs whole, and punctuation and emoji as tokens', () => {
    expect(words.tokenize("Don't panic: 3.5 GB (really)!")).toEqual([
      "don't",
      'panic',
      ':',
      '3.5',
      'gb',
      '(',
      'really',
      ')',
      '!',
    ]);
    expect(words.tokenize('so 👨‍👩‍👧‍👦🇩🇪 good')).toEqual(['so', '👨‍👩‍👧‍👦', '🇩🇪', 'good']);
  });

  it('knows the words of languages without spaces', () => {
    expect(words.tokenize('我喜欢这家酒店，很干净。')).toContain('酒店');
    expect(words.tokenize('ฉันรักแมว').length).toBeGreaterThan(1);
  });

  it('takes é for é however it was typed, and lower-cases', () => {
    expect(words.tokenize('CAFE\u0301 Straße')).toEqual(['café', 'straße']);
    expect(
      createTokenizer({ kind: 'words', lowercase: false, normalize: false }).tokenize('Cafe\u0301'),
    ).toEqual(['Cafe\u0301']);
  });

  it('drops white space and invisible signs', () => {
    expect(words.tokenize('\ufeff a\u00a0b\u3000c \u200e \n')).toEqual(['a', 'b', 'c']);
    expect(words.tokenize('')).toEqual([]);
  });

  it('gives the same with a warm cache as with a cold one', () => {
    fc.assert(
      fc.property(options, trickyText, (chosen, text) => {
        const tokenizer = createTokenizer(chosen);
        const first = tokenizer.tokenize(text);
        expect(tokenizer.tokenize(text)).toEqual(first);
        expect(createTokenizer(chosen).tokenize(`${text} ${text}`).length).toBeGreaterThanOrEqual(
          first.length,
        );
      }),
    );
  });

  it('copes with very long runs', () => {
    expect(words.tokenize('a'.repeat(1_000_000))).toHaveLength(1);
    expect(words.tokenize('é'.repeat(100_000))).toHaveLength(1);
    expect(words.tokenize('é!'.repeat(100_000))).toHaveLength(200_000);
    const folding = createTokenizer({ kind: 'words', foldUrls: true });
    expect(folding.tokenize('a.'.repeat(100_000)).length).toBeGreaterThan(0);
  });
});

describe('offsets', () => {
  it('give the same tokens as tokenize, in order and within the text', () => {
    fc.assert(
      fc.property(options, trickyText, (chosen, text) => {
        const tokenizer = createTokenizer(chosen);
        const spans = tokenizer.tokenizeWithOffsets(text);
        expect(spans.map(({ token }) => token)).toEqual(tokenizer.tokenize(text));
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('cut the tokens out of the original text', () => {
    const text = 'A Cafe\u0301 — 你好 👍🏽 x';
    const spans = words.tokenizeWithOffsets(text);
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([
      'A',
      'Cafe\u0301',
      '—',
      '你好',
      '👍🏽',
      'x',
    ]);
  });

  it('are exact when nothing is normalised or folded', () => {
    const plain = createTokenizer({ kind: 'words', lowercase: false, normalize: false });
    fc.assert(
      fc.property(trickyText, (text) => {
        for (const { token, start, end } of plain.tokenizeWithOffsets(text))
          expect(text.slice(start, end)).toBe(token);
      }),
    );
  });
});

describe('folding', () => {
  const folding = createTokenizer({ kind: 'words', foldNumbers: true, foldUrls: true });

  it('replaces numbers and addresses', () => {
    expect(folding.tokenize('paid 1,299.50 or ٣٤, see https://x.org/a?b=1#c, mail a.b@c.co.uk. v2')).toEqual([
      'paid',
      '<number>',
      'or',
      '<number>',
      ',',
      'see',
      '<url>',
      ',',
      'mail',
      '<email>',
      '.',
      'v2',
    ]);
  });

  it('finds addresses inside text without spaces, and says where they stood', () => {
    const text = '请看https://x.org/a吧';
    const span = folding.tokenizeWithOffsets(text).find(({ token }) => token === '<url>')!;
    expect(text.slice(span.start, span.end)).toBe('https://x.org/a');
  });
});

describe('whitespace', () => {
  it('leaves pre-tokenised text alone', () => {
    expect(createTokenizer({ kind: 'whitespace' }).tokenize(' the <unk> N million \n')).toEqual([
      'the',
      '<unk>',
      'N',
      'million',
    ]);
  });
});

describe('characters', () => {
  const characters = createTokenizer({ kind: 'characters' });

  it('are code points; white space is a space, a line end is a line end', () => {
    expect(characters.tokenize('a\t𠮷\r\n👍🏽')).toEqual(['a', ' ', '𠮷', '\n', '👍', '🏽']);
  });

  it('give the text again when joined', () => {
    fc.assert(
      fc.property(trickyText, (text) => {
        const expected = text
          .normalize('NFC')
          .replace(/\r\n?/g, '\n')
          .replace(/[^\S\n]/g, ' ');
        expect(characters.tokenize(text).join('')).toBe(expected);
      }),
    );
  });
});

describe('options', () => {
  it('are complete and plain JSON', () => {
    expect(JSON.parse(JSON.stringify(words.options))).toEqual({
      kind: 'words',
      lowercase: true,
      normalize: true,
      foldNumbers: false,
      foldUrls: false,
    });
    expect(createTokenizer(words.options).options).toEqual(words.options);
  });

  it('are checked', () => {
    const make = (bad: unknown) => () => createTokenizer(bad as TokenizerOptions);
    expect(make({ kind: 'bytes' })).toThrow(ValueError);
    expect(make({ kind: 'words', stem: true })).toThrow(/no option 'stem'/);
    expect(make({ kind: 'words', lowercase: 'no' })).toThrow(/true or false/);
    expect(make({ kind: 'characters', foldNumbers: true })).toThrow(ValueError);
  });
});
