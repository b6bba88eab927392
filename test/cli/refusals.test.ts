/** Bad input: one sentence on stderr, nothing on stdout, the right exit code, no stack trace. */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, corpus, csv, Folder, labelledTexts, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const at = (name: string) => folder.at(name);
const good = folder.write('good.csv', csv(labelledTexts()));
const text = folder.write('text.txt', corpus());
const classifier = at('classifier.lexigrad');
const lm = at('lm.lexigrad');

beforeAll(async () => {
  await succeed(['train', good, '-o', classifier, '--epochs', '1']);
  await succeed(['train', text, '-o', lm, ...SMALL_LM]);
  const whole = readFileSync(classifier);
  folder.write('cut.lexigrad', whole.subarray(0, 200));
  folder.write('short.lexigrad', whole.subarray(0, whole.length - 8));
  folder.write('empty.csv', '');
  folder.write('one.csv', 'text,label\na b c,x\nd e f,x\n');
  folder.write('ragged.csv', 'text,label\nfoo bar baz,x\nfoo,bar,y\nbar,x\n');
  folder.write('latin.csv', Buffer.from('text,label\ncaf\xe9 au lait,x\nfoo bar,y\n', 'latin1'));
  folder.write('blank.csv', 'text,label\nfoo bar,x\nbaz foo,\n');
  folder.write(
    'json.jsonl',
    '{"text":"a b","label":"x"}\n{"text":"a b"\n{"text":"c","label":"y"}\n{"text":"d","label":"y"}\n',
  );
  folder.write('other.csv', 'text,label\nan apple,vegetable\na pear,fruit\n');
  folder.write('features.json', '[{"kind":"magic"}]');
});

type Case = [what: string, argv: () => string[], code: number, sentence: RegExp];

const cases: Case[] = [
  ['an empty file', () => ['train', at('empty.csv')], 1, /empty\.csv: the file is empty/],
  ['one class', () => ['train', at('one.csv')], 1, /all 2 examples have the label 'x'.*at least two labels/],
  ['a missing file', () => ['train', at('none.csv')], 1, /none\.csv: there is no such file/],
  ['a folder', () => ['train', folder.path], 1, /this is a folder/],
  [
    'an unknown column',
    () => ['train', good, '--text-column', 'body'],
    1,
    /no column 'body'; the columns are: text, label/,
  ],
  ['a ragged table', () => ['train', at('ragged.csv')], 1, /ragged\.csv:3: this row has 3 columns/],
  ['a wrong encoding', () => ['train', at('latin.csv')], 1, /latin\.csv:2:4: byte 0xE9 is not valid UTF-8/],
  ['an empty label', () => ['train', at('blank.csv')], 1, /blank\.csv:3:2: the label \(label\) is empty/],
  ['broken JSON lines', () => ['train', at('json.jsonl')], 1, /json\.jsonl:2: this line is not JSON/],
  [
    'plain text for a classifier',
    () => ['train', text, '--task', 'classifier'],
    1,
    /plain text without labels/,
  ],
  ['a model as data', () => ['train', classifier], 2, /is a model, not data/],
  [
    'an output in no folder',
    () => ['train', good, '-o', at('no/m.lexigrad')],
    1,
    /cannot be written.*no such file or folder/,
  ],
  ['a folder as output', () => ['train', good, '-o', folder.path], 2, /is a folder: name a file in it/],
  ['its own data as output', () => ['train', good, '-o', good], 2, /the model would overwrite .*good\.csv/],
  [
    'a number that is none',
    () => ['train', good, '--epochs', 'many'],
    2,
    /'many' is invalid.*whole number from 1/,
  ],
  ['a number out of range', () => ['train', good, '--dropout', '1.5'], 2, /from 0 to below 1/],
  ['an unknown schedule', () => ['train', good, '--schedule', 'magic'], 2, /no kind 'magic'/],
  ['a flag of another task', () => ['train', good, '--order', '4'], 2, /--order is for a language model/],
  [
    'a feature nobody knows',
    () => ['train', good, '--features', at('features.json')],
    1,
    /features\.json: feature 1 is none of/,
  ],
  [
    'a weight for no label',
    () => ['train', good, '--class-weights', 'x=2'],
    2,
    /no label 'x'; the labels are fruit, tool/,
  ],
  ['no embeddings and no features', () => ['train', good, '--no-embeddings'], 1, /needs hand-built features/],
  [
    'a test label that was never seen',
    () => ['train', good, '--test', at('other.csv')],
    1,
    /other\.csv:2: .*no label 'vegetable'/,
  ],
  [
    'nothing to resume',
    () => ['train', good, '-o', at('new.lexigrad'), '--resume'],
    1,
    /no interrupted run to resume/,
  ],
  [
    'a mistyped flag',
    () => ['train', good, '--epoch', '3'],
    2,
    /unknown option '--epoch'[\s\S]*Did you mean --epochs/,
  ],
  ['a mistyped command', () => ['trian', good], 2, /unknown command 'trian'[\s\S]*Did you mean train/],
  ['no argument', () => ['predict'], 2, /missing required argument 'model'/],
  ['no text', () => ['predict', classifier], 2, /there is no text to label/],
  ['text and stdin', () => ['predict', classifier, '-', 'a'], 2, /but not both/],
  [
    'an unknown label',
    () => ['predict', classifier, 'a', '--label', 'x'],
    2,
    /no label 'x'; its labels are fruit, tool/,
  ],
  ['a model cut short', () => ['predict', at('cut.lexigrad'), 'a'], 1, /cut\.lexigrad: .*cut short/],
  ['a model without its end', () => ['predict', at('short.lexigrad'), 'a'], 1, /short\.lexigrad: the tensor/],
  ['data as a model', () => ['predict', good, 'a'], 1, /not a Lexigrad model but a text file/],
  [
    'a language model that should label',
    () => ['predict', lm, 'a'],
    1,
    /predict needs a text classifier; this is a language model: use next/,
  ],
  [
    'a classifier that should go on',
    () => ['next', classifier, 'a'],
    1,
    /next needs a language model; this is a text classifier: use predict/,
  ],
  ['a classifier that should write', () => ['generate', classifier], 1, /generate needs a language model/],
  ['a classifier that should score', () => ['score', classifier, 'a'], 1, /score needs a language model/],
  ['plain text to evaluate a classifier', () => ['evaluate', classifier, text], 1, /without labels/],
  [
    'labels of another model',
    () => ['evaluate', classifier, at('other.csv')],
    1,
    /other\.csv:2: the model has no label 'vegetable'/,
  ],
  [
    'a table to evaluate a language model',
    () => ['evaluate', lm, good],
    1,
    /reads plain text.*looks like a table/,
  ],
  ['model and data the wrong way round', () => ['evaluate', good, classifier], 2, /the model comes first/],
  ['a word without a vector', () => ['neighbors', lm, 'zebra'], 1, /no vector for 'zebra'/],
  ['an analogy of two', () => ['neighbors', lm, 'a', 'b', '--analogy'], 2, /takes three words, not 2/],
  ['more than all probability', () => ['generate', lm, '--top-p', '2'], 2, /at most 1/],
  [
    'engines that contradict',
    () => ['next', lm, 'a', '--engine', 'reference', '--exact'],
    2,
    /leave out --engine reference/,
  ],
];

describe('refusals', () => {
  it.each(cases)('%s', async (_, argv, code, sentence) => {
    const outcome = await cli(argv());
    expect(outcome.stderr).toMatch(sentence);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).not.toMatch(/^ +at /m);
    expect(outcome.stderr.match(/error:/g)).toHaveLength(1);
  });

  it('shows the stack with --debug', async () => {
    expect((await cli(['predict', good, 'a', '--debug'])).stderr).toMatch(/^ +at /m);
  });

  it('tells the line of standard input that is no text', async () => {
    const stdin = Buffer.from('fine\n\xff\xfe\x00 bad\n', 'latin1');
    const { code, stderr } = await cli(['predict', classifier, '-'], { stdin });
    expect(code).toBe(1);
    expect(stderr).toMatch(/standard input:2/);
  });
});
