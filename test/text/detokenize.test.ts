import { expect, it } from 'vitest';
import { detokenize } from '../../src/text/detokenize.js';
import { createTokenizer } from '../../src/text/tokenizer.js';

const words = createTokenizer({ kind: 'words', lowercase: false });

it('gives prose back as it was', () => {
  for (const text of [
    'Well, yes (of course)! It costs $5, or 3.5 %.'.replace(' %', '%'),
    'She said "go on" and left; he didn\'t.',
    'a re-imagining of beauty',
    '我喜欢这家酒店，很干净。',
    '“Ça va ?”'.replace(' ?', '?'),
    '',
  ]) {
    expect(detokenize(words.tokenize(text), 'words')).toBe(text);
  }
});

it('joins pre-tokenised words by spaces and characters by nothing', () => {
  expect(detokenize(['wo', "n't", '.'], 'whitespace')).toBe("wo n't .");
  expect(detokenize(['a', ' ', 'b'], 'characters')).toBe('a b');
});
