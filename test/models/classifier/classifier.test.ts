import { describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../../src/base/errors.js';
import { referenceEngine } from '../../../src/engine/index.js';
import { WordVectors } from '../../../src/files/index.js';
import { type ClassifierOptions, type Example, TextClassifier } from '../../../src/models/index.js';
import type { Checkpoint, TrainingEvent } from '../../../src/train/index.js';
import { expectClose } from '../../close.js';
import { LABELS, makeCorpus, QUICK, WORDS } from './corpus.js';

const corpus = makeCorpus();
const unseen = makeCorpus(60, 2);
const two = makeCorpus(60, 3, ['animal', 'tool']);
const train = (options: ClassifierOptions = {}, examples: readonly Example[] = corpus) =>
  TextClassifier.train(examples, { ...QUICK, ...options });
const accuracyOf = async (classifier: TextClassifier, examples = unseen) =>
  (await classifier.evaluate(examples)).accuracy;

describe('three kinds of input', () => {
  it('learned embeddings', async () => {
    const classifier = await train();
    expect(classifier.labels).toEqual(['animal', 'fruit', 'tool']);
    expect(await accuracyOf(classifier)).toBe(1);
    expect(classifier.classify('there is a cat')[0]!.label).toBe('animal');
  });

  it('hand-built features alone, as a declarative list', async () => {
    const features = [
      ...LABELS.map((label) => ({ kind: 'lexicon', words: WORDS[label], name: label }) as const),
      { kind: 'log', of: { kind: 'length', of: 'words' } } as const,
      { kind: 'regex', pattern: '[aeiou]{2}' } as const,
    ];
    const classifier = await train({ embeddings: false, features, epochs: 30 });
    expect(await accuracyOf(classifier)).toBe(1);
    expect(classifier.handBuilt.names).toEqual([
      'animal',
      'fruit',
      'tool',
      'ln(1 + number of words)',
      '/[aeiou]{2}/',
    ]);
    expect(classifier.network.table).toBeUndefined();
  });

  it('hand-built features alone, as functions', async () => {
    const features = LABELS.map((name) => ({
      name,
      value: (text: string) => WORDS[name].filter((word) => text.includes(word)).length,
    }));
    const classifier = await train({ embeddings: false, features, epochs: 30 });
    expect(await accuracyOf(classifier)).toBe(1);
    expect(() => classifier.toBytes()).toThrow(/feature 'animal' is a function and cannot be saved/);
  });

  it('embeddings with hand-built features beside them', async () => {
    const classifier = await train({ features: [{ kind: 'length', of: 'characters' }], hidden: [6] });
    expect(await accuracyOf(classifier)).toBeGreaterThan(0.95);
    expect(classifier.explain('a cat').features.map(({ name, value }) => [name, value])).toEqual([
      ['number of characters', 5],
    ]);
  });

  describe('pretrained embeddings', () => {
    const words = LABELS.flatMap((label) => WORDS[label]);
    // One axis for each label, as vectors from a large corpus might have.
    const vectors = Float32Array.from(
      words.flatMap((_, i) => [0, 1, 2].map((axis) => (Math.floor(i / 6) === axis ? 1 : 0))),
    );
    const pretrained = new WordVectors({ words, dimension: 3, vectors });
    const options = { pretrained, dimension: undefined };
    const vectorOf = (classifier: TextClassifier, word: string) => {
      const found = classifier.wordVectors();
      const row = found.rowOf(word)!;
      return [...found.vectors.subarray(row * 3, row * 3 + 3)];
    };

    it('stay as they are when frozen, to the bit', async () => {
      const classifier = await train({ ...options, freezeEmbeddings: true, epochs: 20 });
      expect(await accuracyOf(classifier)).toBe(1);
      expect(vectorOf(classifier, 'cat')).toEqual([1, 0, 0]);
      expect(vectorOf(classifier, 'saw')).toEqual([0, 0, 1]);
    });

    it('are tuned else', async () => {
      const classifier = await train(options);
      expect(await accuracyOf(classifier)).toBe(1);
      const [first, second, third] = vectorOf(classifier, 'cat');
      expect(first).toBeGreaterThan(Math.max(second!, third!));
      expect([first, second, third]).not.toEqual([1, 0, 0]);
    });

    it('are refused when another dimension is asked for', async () => {
      await expect(train({ pretrained, dimension: 8 })).rejects.toThrow(/have 3 numbers, but dimension is 8/);
    });
  });
});

describe('heads', () => {
  it('softmax: probabilities of all labels sum to 1', async () => {
    const scores = (await train()).classify('an apple');
    expect(scores).toHaveLength(3);
    expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
  });

  it('binary: a single unit for two labels', async () => {
    const classifier = await train({ head: 'binary' }, two);
    expect(classifier.network.logits.shape[1]).toBe(1);
    expect(await accuracyOf(classifier, makeCorpus(40, 4, ['animal', 'tool']))).toBe(1);
    const scores = classifier.classify('the hammer');
    expect(scores[0]!.label).toBe('tool');
    expect(scores[0]!.score + scores[1]!.score).toBeCloseTo(1, 12);
    await expect(train({ head: 'binary' })).rejects.toThrow(/needs two labels, but there are 3/);
  });

  it('multilabel: any number of labels, each on its own', async () => {
    const examples = Array.from({ length: 120 }, (_, i): Example => {
      const labels = LABELS.filter((_, bit) => (i >> bit) & 1);
      const words = labels.map((label) => WORDS[label][(i >> 3) % 6]!);
      return { text: ['here', ...words, 'today'].join(' '), labels };
    });
    const classifier = await train({ epochs: 40, pooling: 'sum' }, examples);
    expect(classifier.config.head).toBe('multilabel');
    const over = (text: string) =>
      classifier
        .classify(text)
        .filter(({ score }) => score > 0.5)
        .map(({ label }) => label)
        .sort();
    expect(over('here apple saw today')).toEqual(['fruit', 'tool']);
    expect(over('here cat today')).toEqual(['animal']);
    expect(over('here today')).toEqual([]);
    await expect(train({ head: 'softmax' }, examples)).rejects.toThrow(/one label for each example/);
  });
});

describe('the network', () => {
  it.each(['mean', 'sum', 'max', 'mean+max'] as const)(
    'pools by %s, with and without hidden layers',
    async (pooling) => {
      for (const hidden of [[], [8], [8, 6]]) {
        const classifier = await train({ pooling, hidden, activation: 'tanh', epochs: 12 });
        expect(await accuracyOf(classifier), `hidden ${hidden}`).toBeGreaterThan(0.95);
      }
    },
  );

  it('learns without the start from naive Bayes, with dropout, on the reference engine', async () => {
    const classifier = await train({
      naiveBayesStart: false,
      dropout: 0.1,
      engine: referenceEngine,
      epochs: 12,
    });
    expect(await accuracyOf(classifier)).toBe(1);
  });

  it('gives many texts the same scores as each alone', async () => {
    const classifier = await train({ hidden: [5] });
    const texts = [...unseen.map(({ text }) => text), '', 'zzz'];
    classifier.classifyBatch(texts).forEach((scores, i) => {
      classifier.classify(texts[i]!).forEach(({ label, score }, rank) => {
        expect(scores[rank]!.label).toBe(label);
        expect(scores[rank]!.score).toBeCloseTo(score, 5);
      });
    });
    expect(classifier.classifyBatch([])).toEqual([]);
  });
});

describe('weights of examples and classes', () => {
  const rare: Example[] = [...makeCorpus(60, 5, ['fruit']), ...makeCorpus(6, 6, ['tool'])];

  it('move the border towards what counts less', async () => {
    const ofTool = async (options: ClassifierOptions) =>
      (await train({ ...options, epochs: 2, naiveBayesStart: false, holdOut: 0 }, rare))
        .classify('here today')
        .find(({ label }) => label === 'tool')!.score;
    const plain = await ofTool({});
    expect(await ofTool({ classWeights: 'balanced' })).toBeGreaterThan(plain);
    expect(await ofTool({ classWeights: { tool: 20 } })).toBeGreaterThan(plain);
    expect(await ofTool({ classWeights: { fruit: 20 } })).toBeLessThan(plain);
  });

  it('of 0 take an example out', async () => {
    const wrong = WORDS.animal.map((word): Example => ({ text: word, label: 'tool', weight: 0 }));
    const classifier = await train({ holdOut: 0 }, [...corpus, ...wrong]);
    for (const word of WORDS.animal) expect(classifier.classify(word)[0]!.label).toBe('animal');
  });
});

describe('explanations', () => {
  it.each(['mean', 'sum'] as const)(
    'are complete for a linear classifier with %s pooling: contributions and bias sum to the logit',
    async (pooling) => {
      for (const options of [{}, { wordNgrams: 1 }, { subwords: [3, 4] as const }]) {
        const classifier = await train({ ...options, pooling });
        const bias = classifier.workspace.read(classifier.network.output.bias!);
        for (const text of ['the cat was here', 'apple and unknownword', 'HAMMER!']) {
          classifier.labels.forEach((label, i) => {
            const { words, logit, baseline } = classifier.explain(text, label);
            const total = words.reduce((sum, { gradient }) => sum + gradient, bias[i]!);
            expect(total).toBeCloseTo(logit, 4);
            expect(baseline).toBeCloseTo(bias[i]!, 5);
          });
        }
      }
    },
  );

  it('name the places of words, and find the ones that matter by both measures', async () => {
    const classifier = await train({ hidden: [8], wordNgrams: 1 });
    const { text, label, score, words } = classifier.explain('The cat is very nice');
    expect(label).toBe('animal');
    expect(score).toBe(classifier.classify(text)[0]!.score);
    expect(words.map(({ start, end }) => text.slice(start, end))).toEqual([
      'The',
      'cat',
      'is',
      'very',
      'nice',
    ]);
    const strongest = (measure: 'gradient' | 'occlusion') =>
      words.reduce((best, word) => (word[measure] > best[measure] ? word : best)).token;
    expect([strongest('gradient'), strongest('occlusion')]).toEqual(['cat', 'cat']);
  });

  it('of a binary head speak for the label that is asked for', async () => {
    const classifier = await train({ head: 'binary' }, two);
    const [animal, tool] = ['animal', 'tool'].map((label) => classifier.explain('a dog', label));
    expect(animal!.logit).toBeCloseTo(-tool!.logit, 6);
    const gradients = animal!.words.map(({ gradient }) => -gradient);
    expectClose(
      gradients,
      tool!.words.map(({ gradient }) => gradient),
      6,
    );
  });

  it('are there for texts without words or without known words', async () => {
    const classifier = await train();
    expect(classifier.explain('').words).toEqual([]);
    const { words, logit, baseline } = classifier.explain('qqq');
    expect(words).toMatchObject([{ token: 'qqq', gradient: 0, occlusion: 0 }]);
    expect(logit).toBe(baseline);
    expect(() => classifier.explain('cat', 'plant')).toThrow(ValueError);
  });
});

describe('training', () => {
  it('gives the same file for the same seed, and other weights for another', async () => {
    const first = await train({ seed: 5, dropout: 0.2 });
    expect((await train({ seed: 5, dropout: 0.2 })).toBytes()).toEqual(first.toBytes());
    expect((await train({ seed: 6, dropout: 0.2 })).hash).not.toBe(first.hash);
  });

  it('takes examples that come one by one, and validation examples', async () => {
    async function* stream() {
      yield* corpus;
    }
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => events.push(event);
    const classifier = await TextClassifier.train(stream(), { ...QUICK, onEvent }, unseen);
    expect(classifier.record.data).toMatchObject({ train: 90, validation: 60 });
    expect(classifier.record.weights).toBe(classifier.hash);
    expect(events.filter(({ kind }) => kind === 'epoch').length).toBe(classifier.record.history!.length);
  });

  it('holds out a tenth of each label by default', async () => {
    expect((await train()).record.data).toMatchObject({ train: 81, validation: 9 });
    expect((await train({ holdOut: 0 })).record.data).toMatchObject({ train: 90, validation: 0 });
  });

  it('goes on from a checkpoint to the same end, wherever it was interrupted', async () => {
    const options: ClassifierOptions = { dropout: 0.2, hidden: [5], average: { decay: 0.9 }, epochs: 4 };
    const whole = await train(options);
    for (const stop of [1, 7, 11, 40]) {
      const interruption = new AbortController();
      let checkpoint: Checkpoint | undefined;
      const part = await train({
        ...options,
        signal: interruption.signal,
        onEvent: (event) => event.kind === 'step' && event.step === stop && interruption.abort(),
        saveCheckpoint: (saved) => {
          checkpoint = structuredClone(saved);
        },
      });
      expect(part.record.stopped).toBe('interrupted');
      expect((await train({ ...options, resume: checkpoint })).toBytes()).toEqual(whole.toBytes());
    }
  });
});

describe('bad input', () => {
  it('is refused in examples', async () => {
    await expect(train({}, [])).rejects.toThrow(/no examples/);
    await expect(train({}, makeCorpus(10, 1, ['fruit']))).rejects.toThrow(DataError);
    await expect(train({}, makeCorpus(10, 1, ['fruit']))).rejects.toThrow(
      /all 10 examples have the label 'fruit'/,
    );
    await expect(train({}, [{ text: 'no label' }, ...corpus])).rejects.toThrow(/“no label” has no label/);
    const empty = corpus.map(({ label }) => ({ text: ' \n', label }));
    await expect(train({}, empty)).rejects.toThrow(/no text has any word/);
    await expect(TextClassifier.train(corpus, QUICK, [])).rejects.toThrow(/no validation examples/);
    await expect(TextClassifier.train(corpus, QUICK, [{ text: 'a', label: 'plant' }])).rejects.toThrow(
      /'plant' does not occur in training/,
    );
  });

  it('among good is put up with: a few empty texts', async () => {
    const some = [...corpus, { text: '', label: 'fruit' }, { text: '   ', label: 'tool' }];
    const classifier = await train({ hidden: [4] }, some);
    expect(await accuracyOf(classifier)).toBeGreaterThan(0.9);
    expect(classifier.classify('')).toHaveLength(3);
  });

  it('is refused in evaluation', async () => {
    const classifier = await train();
    await expect(classifier.evaluate([{ text: 'a cat', label: 'plant' }])).rejects.toThrow(
      /'plant' does not occur/,
    );
    await expect(classifier.evaluate([])).rejects.toThrow(ValueError);
  });

  it.each<[ClassifierOptions, RegExp]>([
    [{ epochs: 0 }, /epochs/],
    [{ batchSize: -1 }, /batchSize/],
    [{ dimension: 2.5 }, /dimension/],
    [{ dropout: 1 }, /dropout/],
    [{ wordDropout: -0.1 }, /wordDropout/],
    [{ holdOut: 1 }, /holdOut/],
    [{ wordNgrams: 0 }, /wordNgrams/],
    [{ embeddings: false }, /needs hand-built features/],
    [{ features: [{ kind: 'regex', pattern: '(' }] }, /no regular expression/],
    [{ features: [{ kind: 'mood' } as never] }, /kind 'mood'/],
    [{ features: [{ name: 'broken', value: () => Number.NaN }] }, /feature 'broken' is NaN for the text/],
    [{ optimizer: { learningRate: -1 } }, /learningRate/],
    [{ seed: -1 }, /seed/],
  ])('is refused in options: %o', async (options, message) => {
    await expect(train(options)).rejects.toThrow(ValueError);
    await expect(train(options)).rejects.toThrow(message);
  });
});
