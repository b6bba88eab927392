/** Weights under the names that other programs know. */
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../src/files/index.js';
import { LanguageModel, TextClassifier, toSafetensors } from '../../src/models/index.js';
import { conventionalName } from '../../src/models/plain-weights.js';
import { makeCorpus, QUICK } from './classifier/corpus.js';

const corpus = makeCorpus();

describe('plain weights', () => {
  it('of a classifier have the names of its layers', async () => {
    const classifier = await TextClassifier.train(corpus, { ...QUICK, epochs: 1, hidden: [5] });
    const { tensors, metadata } = decodeSafetensors(toSafetensors(classifier));
    const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({
      'embedding.weight': [classifier.vocabulary.size, 8],
      'hidden1.weight': [5, 8],
      'hidden1.bias': [5],
      'output.weight': [3, 5],
      'output.bias': [3],
    });
    expect(tensors.get('hidden1.weight')!.data).toEqual(
      Float32Array.from(classifier.workspace.view(classifier.network.parameters[1]!)),
    );
    expect(metadata.get('format')).toBe('pt');
    expect(JSON.parse(metadata.get('config')!).classifier.labels).toEqual(classifier.labels);
  });

  it('of a tied language model have no output weights', async () => {
    const lines = corpus.map(({ text }) => text);
    const options = {
      order: 3,
      dimension: 4,
      hidden: [6],
      epochs: 1,
      blocks: 1,
      normalization: 'before',
    } as const;
    const { tensors } = decodeSafetensors(toSafetensors(await LanguageModel.train(lines, options)));
    expect(tensors.has('output.weight')).toBe(false);
    for (const name of ['embedding.weight', 'output.bias', 'hidden1.weight', 'block1.norm.weight']) {
      expect([...tensors.keys()]).toContain(name);
    }
  });

  it.each([
    ['embedding/table', 'embedding.weight'],
    ['block1/norm/gain', 'block1.norm.weight'],
    ['output/bias', 'output.bias'],
    ['far/kernels', 'far.kernels'],
  ])('%s is called %s', (ours, theirs) => {
    expect(conventionalName(ours)).toBe(theirs);
  });
});
