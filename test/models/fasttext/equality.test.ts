/** Our predictions and vectors beside those of fastText's own program. The long version: bench/fasttext-equality.mjs. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TextClassifier } from '../../../src/models/classifier/classifier.js';
import { FastTextModel, fastTextFromClassifier } from '../../../src/models/fasttext/index.js';
import { FastTextFolder, hasFastText, testTexts, trainingLines } from './fasttext-program.js';

describe.skipIf(!hasFastText)('beside fastText', () => {
  let folder: FastTextFolder;
  const texts = testTexts();
  beforeAll(() => {
    folder = new FastTextFolder();
    folder.write('train.txt', trainingLines());
  });
  afterAll(() => folder.remove());

  function train(name: string, ...flags: string[]): void {
    const common = [
      '-dim',
      '8',
      '-epoch',
      '5',
      '-thread',
      '1',
      '-verbose',
      '0',
      '-bucket',
      '2000',
      '-lr',
      '0.5',
    ];
    folder.run(['supervised', '-input', 'train.txt', '-output', name, ...common, ...flags]);
  }

  async function expectEqual(file: string, top?: number): Promise<void> {
    const model = await FastTextModel.load(folder.at(file));
    expect(Buffer.compare(model.toBytes(), readFileSync(folder.at(file)))).toBe(0);
    const expected = folder.predict(file, texts, top ?? -1);
    expect(expected.some((scores) => scores.length > 0)).toBe(true);
    const found = texts.map((text) =>
      top === undefined ? model.classify(text) : model.predict(text, { top }),
    );
    const labelsOf = (all: typeof found) => all.map((scores) => scores.map(({ label }) => label).join(' '));
    expect(labelsOf(found)).toEqual(labelsOf(expected));
    const gaps = found.flatMap((scores, i) =>
      scores.map(({ score }, j) => Math.abs(score - expected[i]![j]!.score)),
    );
    expect(Math.max(...gaps)).toBeLessThan(1e-5);
  }

  it.each(['softmax', 'hs', 'ns', 'ova'])('predicts the same with the loss %s', async (loss) => {
    train(`${loss}1`, '-loss', loss, '-wordNgrams', '1');
    train(`${loss}3`, '-loss', loss, '-wordNgrams', '3', '-minn', '1', '-maxn', '4');
    await expectEqual(`${loss}1.bin`);
    await expectEqual(`${loss}3.bin`);
    await expectEqual(`${loss}3.bin`, 2);
  });

  it('predicts the same with a file of version 11, which has no pieces of words', async () => {
    train('v12', '-minn', '2', '-maxn', '4', '-wordNgrams', '2');
    const bytes = readFileSync(folder.at('v12.bin'));
    bytes.writeInt32LE(11, 4);
    writeFileSync(folder.at('v11.bin'), bytes);
    await expectEqual('v11.bin');
    const [newer, older] = await Promise.all(
      ['v12.bin', 'v11.bin'].map((name) => FastTextModel.load(folder.at(name))),
    );
    expect(older!.textVector('the pump')).not.toEqual(newer!.textVector('the pump'));
  });

  it('predicts the same with quantised and pruned models', async () => {
    train('base', '-wordNgrams', '2', '-minn', '2', '-maxn', '4');
    for (const [name, ...flags] of [
      ['plain'],
      ['norms', '-qnorm', '-dsub', '3'],
      ['pruned', '-qnorm', '-cutoff', '600', '-retrain', '-epoch', '1', '-lr', '0.1'],
    ] as const) {
      copyFileSync(folder.at('base.bin'), folder.at(`${name}.bin`));
      folder.run([
        'quantize',
        '-input',
        'train.txt',
        '-output',
        name,
        '-thread',
        '1',
        '-verbose',
        '0',
        ...flags,
      ]);
      await expectEqual(`${name}.ftz`);
    }
    const pruned = await FastTextModel.load(folder.at('pruned.ftz'));
    expect(pruned.content.dictionary.kept?.size).toBeGreaterThan(0);
  });

  it('gives the same vectors and neighbours, of unknown words too', async () => {
    folder.write(
      'plain.txt',
      trainingLines().map((line) => line.slice(line.indexOf(' ') + 1)),
    );
    folder.run([
      'skipgram',
      '-input',
      'plain.txt',
      '-output',
      'vectors',
      '-dim',
      '6',
      '-minCount',
      '1',
      '-bucket',
      '500',
      '-thread',
      '1',
    ]);
    const model = await FastTextModel.load(folder.at('vectors.bin'));
    const words = [...model.words, 'motors', '电池组', '</s>'];
    const lines = folder
      .run(['print-word-vectors', 'vectors.bin'], `${words.join('\n')}\n`)
      .trimEnd()
      .split('\n');
    words.forEach((word, i) => {
      const [name, ...numbers] = lines[i]!.trim().split(' ');
      expect(name).toBe(word);
      const vector = model.wordVector(word);
      const gaps = numbers.map(
        (number, j) => Math.abs(Number(number) - vector[j]!) / Math.max(1, Math.abs(vector[j]!)),
      );
      expect(Math.max(...gaps), word).toBeLessThan(1e-5);
    });
    for (const query of ['motor', 'motoren']) {
      const answers = folder
        .run(['nn', 'vectors.bin', '5'], `${query}\n`)
        .replace('Query word? ', '')
        .split('\n');
      const found = model.neighbors(query, 5);
      expect(found.map(({ word }) => word)).toEqual(answers.slice(0, 5).map((line) => line.split(' ')[0]));
    }
  });

  it.each([
    ['words', { wordNgrams: 1, subwords: null }, 1e-5],
    ['pairs', { wordNgrams: 2, subwords: null }, 2e-3],
    ['pieces', { wordNgrams: 3, subwords: [2, 4] as const }, 2e-3],
  ] as const)('loads our classifiers of %s and labels as they do', async (name, options, tolerance) => {
    const examples = trainingLines().map((line) => {
      const space = line.indexOf(' ');
      return { label: line.slice(9, space), text: line.slice(space + 1) };
    });
    const classifier = await TextClassifier.train(examples, { ...options, characterNgrams: 0, epochs: 3 });
    const { content, notes } = fastTextFromClassifier(classifier);
    expect(notes.join()).toMatch(/with spaces between the tokens/);
    const ours = new FastTextModel(content);
    await ours.save(folder.at(`ours-${name}.bin`));
    const known = texts.filter((text) => ours.predict(text).length > 0 && !text.includes('__label__'));
    const split = known.map((text) => classifier.extractor.tokenizer.tokenize(text).join(' '));
    const theirs = folder.predict(`ours-${name}.bin`, split);
    expect(known.length).toBeGreaterThan(100);
    const gaps = known.flatMap((text, i) => {
      const scores = new Map(classifier.classify(text).map(({ label, score }) => [label, score]));
      return classifier.labels.map((label) => {
        const printed = theirs[i]!.find((each) => each.label === label)?.score ?? Number.NaN;
        return Math.abs(printed - 1e-5 - scores.get(label)!);
      });
    });
    expect(Math.max(...gaps)).toBeLessThan(tolerance + 5e-6);
  });
});
