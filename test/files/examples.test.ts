import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../src/base/errors.js';
import type { ReadOptions } from '../../src/files/examples.js';
import { readExamples, readNumericRows } from '../../src/files/node/examples.js';
import { detectTask } from '../../src/files/node/task.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lexigrad-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

/** Description and examples of a file with this content. */
async function read(name: string, content: string | Uint8Array, options?: ReadOptions) {
  const reader = await readExamples(await put(name, content), options);
  const examples = [];
  for await (const example of reader) examples.push(example);
  return { description: reader.description, examples };
}

async function readNumbers(name: string, content: string, options?: ReadOptions) {
  const reader = await readNumericRows(await put(name, content), options);
  const rows = [];
  for await (const row of reader) rows.push(row);
  return { description: reader.description, rows };
}

const complaints = [
  'my card was charged twice',
  'where is my parcel now',
  'the app crashes at start',
  'refund me please now',
];
const labels = ['billing', 'delivery', 'billing', 'delivery'];

describe('CSV', () => {
  it('with quotes, commas, line ends and emoji inside fields', async () => {
    const { examples, description } = await read(
      'messages.csv',
      '\ufefftext,label\r\n"hello, ""you""",a\r\n"two\r\nlines 😀",b\r\n\r\n5" disk,a\r\n',
    );
    expect(examples).toEqual([
      { text: 'hello, "you"', label: 'a', line: 2 },
      { text: 'two\nlines 😀', label: 'b', line: 3 },
      { text: '5" disk', label: 'a', line: 6 },
    ]);
    expect(description).toMatchObject({
      format: 'csv',
      delimiter: ',',
      quotes: true,
      header: true,
      textColumns: ['text'],
      labelColumn: 'label',
    });
  });

  it('gives back any text that was written by the rules', async () => {
    const field = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\0]/g, ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, fc.constantFrom('a', 'b', 'c')), { minLength: 1 }),
        async (rows) => {
          const csv = [
            'text,label',
            ...rows.map(([text, label]) => `"${text.replaceAll('"', '""')}",${label}`),
          ].join('\n');
          const { examples } = await read('any.csv', csv);
          expect(examples.map(({ text, label }) => [text, label])).toEqual(rows);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('with other delimiters, a title and a body, known names in any case, an id column', async () => {
    const { examples, description } = await read(
      'news.csv',
      'ID;Category;Title;Description\n1;world;Big;News, here\n2;sports;"Small; one";Here\n',
    );
    expect(description).toMatchObject({
      delimiter: ';',
      labelColumn: 'Category',
      textColumns: ['Title', 'Description'],
    });
    expect(examples.map(({ text }) => text)).toEqual(['Big News, here', 'Small; one Here']);
  });

  it('with Chinese names', async () => {
    const { description } = await read('评论.csv', '编号,标签,文本\n1,好,很 好\n2,坏,不行\n');
    expect(description).toMatchObject({ header: true, labelColumn: '标签', textColumns: ['文本'] });
  });

  it('without a header: label first or last', async () => {
    const first = labels.map((label, i) => `${label},${complaints[i]}`).join('\n');
    const last = labels.map((label, i) => `${complaints[i]},${label}`).join('\n');
    for (const content of [first, last]) {
      const { examples, description } = await read('rows.csv', content);
      expect(description.header).toBe(false);
      expect(examples.map(({ label }) => label)).toEqual(labels);
      expect(examples.map(({ text }) => text)).toEqual(complaints);
    }
  });

  it('with a header of names never heard of', async () => {
    const body = [...labels, ...labels].map((label, i) => `${complaints[i % 4]},${label}`).join('\n');
    const { examples, description } = await read('rows.csv', `utt_raw,cls_2\n${body}\n`);
    expect(description).toMatchObject({ header: true, textColumns: ['utt_raw'], labelColumn: 'cls_2' });
    expect(examples).toHaveLength(8);
  });

  it('as the options say', async () => {
    const content = 'text,label,other\nx y z,a,b\nu v w,c,d\n';
    const { examples } = await read('x.csv', content, { textColumn: 'label', labelColumn: 3 });
    expect(examples[0]).toEqual({ text: 'a', label: 'b', line: 2 });
    const joined = await read('x.csv', content, { textColumn: ['text', 'other'] });
    expect(joined.examples[0]!.text).toBe('x y z b');
    const noHeader = await read('x.csv', 'text,label\nx,y\n', { header: false, labelColumn: 2 });
    expect(noHeader.examples).toHaveLength(2);
    const bars = await read('x.txt', 'a b c|x\nd e f|y\n', {
      delimiter: '|',
      header: false,
      labelColumn: '2',
    });
    expect(bars.examples.map(({ label }) => label)).toEqual(['x', 'y']);
  });

  it('in gzip', async () => {
    const { examples } = await read('x.csv.gz', gzipSync('text,label\na b,c\n'));
    expect(examples).toEqual([{ text: 'a b', label: 'c', line: 2 }]);
  });

  it('can be read twice', async () => {
    const reader = await readExamples(await put('x.csv', 'text,label\na b,c\n'));
    for (let pass = 0; pass < 2; pass++) {
      let count = 0;
      for await (const { label } of reader) count += label.length;
      expect(count).toBe(1);
    }
  });
});

describe('TSV', () => {
  it('takes a lone quote for what it is', async () => {
    const content =
      '1\t"frailty" has been written so well\n0\ta lone " here\n1\t"quoted whole"\n0\t"open one\n';
    const { examples, description } = await read('reviews.tsv', content);
    expect(description).toMatchObject({ delimiter: '\t', quotes: false, header: false });
    expect(examples.map(({ text }) => text)).toEqual(
      content
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[1]),
    );
  });

  it('sees quoting where a whole column has it', async () => {
    const { examples } = await read('q.tsv', 'label\ttext\na\t"say ""x"""\nb\t"two\tcolumns"\na\t"three"\n');
    expect(examples[0]!.text).toBe('say "x"');
    expect(examples[1]!.text).toBe('two\tcolumns');
  });

  it('is found in a file of another name', async () => {
    const { description } = await read(
      'data.txt',
      labels.map((label, i) => `${label}\t${complaints[i]}`).join('\n'),
    );
    expect(description.format).toBe('tsv');
  });
});

describe('JSONL and fastText lines', () => {
  it('give texts and labels', async () => {
    const jsonl = await read(
      'x.jsonl',
      '{"text": "a b", "label": 1, "id": 7}\n\n{"id": 8, "text": "c", "label": ["x", "y"]}\n{"text": "d", "label": true}\n',
    );
    expect(jsonl.examples).toEqual([
      { text: 'a b', label: '1', line: 1 },
      { text: 'c', label: 'x', labels: ['x', 'y'], line: 3 },
      { text: 'd', label: 'true', line: 4 },
    ]);
    expect(jsonl.description).toMatchObject({ format: 'jsonl', textColumns: ['text'], labelColumn: 'label' });
    const fasttext = await read('x.txt', '__label__a hello there\n__label__b __label__c  two, labels\n');
    expect(fasttext.examples).toEqual([
      { text: 'hello there', label: 'a', line: 1 },
      { text: 'two, labels', label: 'b', labels: ['b', 'c'], line: 2 },
    ]);
  });
});

describe('what is wrong is said with its place', () => {
  const cases: [string, string, RegExp, ReadOptions?][] = [
    ['e.csv', '', /e\.csv: the file is empty/],
    ['e.csv', '\n \n', /the file is empty/],
    [
      'r.csv',
      'text,label\na,b\nc,d,e\n',
      /r\.csv:3: this row has 3 columns, the first row has 2.*double quotes/,
    ],
    ['r.tsv', 'text\tlabel\na\tb\nc\n', /r\.tsv:3: this row has 1 column, the first row has 2/],
    [
      'q.csv',
      'text,label\na,b\n"c,d\ne,f\n',
      /q\.csv:3: in the row that starts here a double quote is opened/,
    ],
    [
      'm.csv',
      'text,label\na,b\n',
      /no column 'topic'; the columns are: text, label/,
      { labelColumn: 'topic' },
    ],
    ['m.csv', 'text,label\na,b\n', /no column '3'/, { textColumn: 3 }],
    ['l.csv', 'text,label\na,b\nc, \n', /l\.csv:3:2: the label \(label\) is empty/],
    ['o.csv', 'text\na\nb\n', /only one column/],
    ['j.jsonl', '{"text":"a","label":"b"}\n{"text":\n', /j\.jsonl:2: this line is not JSON/],
    ['j.jsonl', '{"text":"a","label":"b"}\n[1]\n', /j\.jsonl:2: this line is not a JSON object/],
    ['j.jsonl', '{"text":"a","label":"b"}\n{"text":"c"}\n', /j\.jsonl:2: "label" must be a label.*missing/],
    ['j.jsonl', '{"text":"a","label":"b"}\n{"text":5,"label":"b"}\n', /j\.jsonl:2: "text" must be a string/],
    ['j.jsonl', '{"text":"a","label":[]}\n', /empty list/],
    ['f.txt', '__label__a x\n__label__b y\nz\n', /f\.txt:3: this line has no __label__/],
    ['t.txt', 'just\nplain text\n', /plain text without labels/],
    [
      'u.csv',
      Array.from({ length: 40 }, (_, i) => `word${i},other${i}`).join('\n'),
      /no column looks like a label/,
    ],
  ];
  it.each(cases)('%s %j', async (name, content, message, options) => {
    await expect(read(name, content, options)).rejects.toThrow(DataError);
    await expect(read(name, content, options)).rejects.toThrow(message);
  });

  it('bytes that are not UTF-8, beyond the first rows', async () => {
    const rows = `text,label\n${'some words,a\n'.repeat(2000)}`;
    const bytes = Buffer.concat([Buffer.from(rows), Buffer.from([0xe9, 0x2c, 0x61, 0x0a])]);
    await expect(read('enc.csv', bytes)).rejects.toThrow(/enc\.csv:2002:1: byte 0xE9/);
  });

  it('a delimiter of two characters', async () => {
    await expect(read('x.csv', 'a,b\n', { delimiter: '::' })).rejects.toThrow(ValueError);
  });
});

describe('numeric tables', () => {
  it('have names, features and labels', async () => {
    const { rows, description } = await readNumbers(
      'iris.csv',
      'length,width,species\n5.1,3.5,setosa\n6,-1e-1,virginica\n',
    );
    expect(rows).toEqual([
      { features: [5.1, 3.5], label: 'setosa', line: 2 },
      { features: [6, -0.1], label: 'virginica', line: 3 },
    ]);
    expect(description).toMatchObject({
      featureColumns: ['length', 'width'],
      labelColumn: 'species',
      header: true,
    });
  });

  it('may be all numbers, without a header or with the label named', async () => {
    const xor = await readNumbers('xor.csv', '0,0,0\n0,1,1\n1,0,1\n1,1,0\n');
    expect(xor.rows[1]).toEqual({ features: [0, 1], label: '1', line: 2 });
    const named = await readNumbers('n.csv', 'y,x1\n1,0.5\n0,0.25\n');
    expect(named.rows[0]).toEqual({ features: [0.5], label: '1', line: 2 });
  });

  it('say which cell is no number', async () => {
    const content = `a,b,y\n${'1,2,0\n'.repeat(1500)}1,x,0\n`;
    await expect(readNumbers('n.csv', content)).rejects.toThrow(/n\.csv:1502:2: 'x' \(b\) is not a number/);
    await expect(readNumbers('n.csv', 'text,label\nhello you there,a\n')).rejects.toThrow(
      /not a table of numbers/,
    );
  });
});

describe('detectTask', () => {
  const task = async (name: string, content: string) => (await detectTask(await put(name, content))).task;

  it('tells classifiers, language models and numbers apart', async () => {
    expect(await task('a.csv', 'text,label\na b,c\n')).toBe('classifier');
    expect(await task('a.txt', '__label__x hello\n')).toBe('classifier');
    expect(await task('a.txt', 'One sentence, with a comma.\nAnother one, too.\n')).toBe('lm');
    expect(await task('a.txt', '{ braces\nare not JSON }\n')).toBe('lm');
    expect(await task('xor.csv', 'a,b,y\n0,0,0\n0,1,1\n')).toBe('numeric');
    expect(await task('s.tsv', '1\ta good film indeed\n0\ta bad film indeed\n1\tgood\n0\tbad\n')).toBe(
      'classifier',
    );
  });

  it('gives reasons', async () => {
    const { reasons } = await detectTask(await put('a.txt', 'plain words\n'));
    expect(reasons.join('; ')).toMatch(/no columns and no labels/);
  });
});
