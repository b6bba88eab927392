/** The readers on real corpora, where the folder with them is there. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readExamples } from '../../src/files/node/examples.js';
import { detectTask, readLines } from '../../src/files/node/task.js';
import { readWordVectors } from '../../src/files/node/word-vectors.js';

const folder = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const present = existsSync(folder);
if (!present) console.warn(`the corpora are not in ${folder}: the tests that read them are skipped`);

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let number = 0;
  for await (const _ of items) number++;
  return number;
}

describe.skipIf(!present)('classification files', () => {
  const cases: [string, number, number, string][] = [
    ['sst2/train.tsv', 6920, 2, 'column 1'],
    ['sst2/test.tsv', 1821, 2, 'column 1'],
    ['mr/all.tsv', 10662, 2, 'column 1'],
    ['trec/train.tsv', 5452, 6, 'column 1'],
    ['trec/train.fine.tsv', 5452, 50, 'column 1'],
    ['trec/test.tsv', 500, 6, 'column 1'],
    ['chnsenticorp/train.tsv', 9600, 2, 'column 1'],
    ['chnsenticorp/test.dedup.tsv', 814, 2, 'column 1'],
    ['thucnews10/train10k.tsv', 10000, 10, 'column 1'],
    ['thucnews10/test.tsv', 10000, 10, 'column 1'],
    ['agnews/train.subset20k.tsv', 20000, 4, 'column 1'],
    ['agnews/test.tsv', 7600, 4, 'column 1'],
    ['agnews/test.csv', 7600, 4, 'column 1'],
    ['agnews/train.head2000.csv', 2000, 4, 'column 1'],
  ];
  it.each(cases)('%s', async (name, count, classes, labelColumn) => {
    const reader = await readExamples(`${folder}/cls/${name}`);
    expect(reader.description).toMatchObject({ labelColumn, header: false });
    const labels = new Set<string>();
    let examples = 0;
    let shortest = Number.POSITIVE_INFINITY;
    for await (const { text, label } of reader) {
      examples++;
      labels.add(label);
      shortest = Math.min(shortest, text.length);
    }
    expect(examples).toBe(count);
    expect(labels.size).toBe(classes);
    expect(shortest).toBeGreaterThan(0);
    expect((await detectTask(`${folder}/cls/${name}`)).task).toBe('classifier');
  });

  it('agnews/test.csv: title and description', async () => {
    const { description } = await readExamples(`${folder}/cls/agnews/test.csv`);
    expect(description).toMatchObject({
      quotes: true,
      delimiter: ',',
      textColumns: ['column 2', 'column 3'],
    });
  });

  it('rt-polarity.neg in windows-1252', async () => {
    const path = `${folder}/cls/mr/rt-polarity.neg`;
    await expect(count(readLines(path))).rejects.toThrow(/rt-polarity\.neg:\d+:\d+: .*windows-1252/);
    expect(await count(readLines(path, { encoding: 'windows-1252' }))).toBe(5331);
  });
});

describe.skipIf(!present)('language-model files', () => {
  it.each([
    'ptb/ptb.train.txt',
    'brown/brown.valid.txt',
    'songci/songci.test.txt',
    'names/names.txt',
    'tinyshakespeare/input.txt',
  ])('%s', async (name) => {
    expect((await detectTask(`${folder}/lm/${name}`)).task).toBe('lm');
  });
});

describe.skipIf(!present)('word vectors', () => {
  const cases: [string, number, number, number][] = [
    ['gensim/test_glove.txt', 76, 50, 0],
    ['allennlp/glove.6B.100d.sample.txt.gz', 100, 100, 0],
    ['allennlp/fake_embeddings.5d.txt', 15, 5, 0],
    ['gensim/lee_fasttext.vec', 1762, 10, 0],
    ['gensim/crime-and-punishment.vec', 291, 5, 0],
    ['gensim/toy-model.vec', 22, 5, 0],
    // Five words of the 1,694 are not UTF-8; each is reported, and that the header promised more.
    ['gensim/pang_lee_polarity_fasttext.vec', 1689, 100, 6],
    ['gensim/pretrained.vec', 1, 5, 1],
    ['gensim/euclidean_vectors.bin', 2747, 10, 0],
  ];
  it.each(cases)('%s', async (name, words, dimension, problems) => {
    const vectors = await readWordVectors(`${folder}/vectors/${name}`);
    expect([vectors.size, vectors.dimension]).toEqual([words, dimension]);
    expect(vectors.problems).toHaveLength(problems);
    expect(vectors.vectors.every((value) => Math.abs(value) < 100)).toBe(true);
  });

  it.each(['toy-model', 'lee_fasttext', 'lee_fasttext_new', 'non_ascii_fasttext'])(
    '%s.bin is refused',
    async (name) => {
      await expect(readWordVectors(`${folder}/vectors/gensim/${name}.bin`)).rejects.toThrow(
        /fastText model|binary file/,
      );
    },
  );
});
