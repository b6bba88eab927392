/** Small fastText models, made by hand, and as arbitrary ones for properties. */
import fc from 'fast-check';
import {
  DenseMatrix,
  type FastTextContent,
  type FastTextSettings,
  PackedNames,
  ProductQuantizer,
  QuantizedMatrix,
} from '../../../src/files/fasttext/index.js';

const encoder = new TextEncoder();

export const SETTINGS: FastTextSettings = {
  ...{
    dim: 3,
    ws: 5,
    epoch: 1,
    minCount: 1,
    neg: 5,
    wordNgrams: 2,
    loss: 'softmax',
    model: 'sup',
    bucket: 4,
  },
  ...{ minn: 0, maxn: 0, lrUpdateRate: 100, t: 1e-4 },
};

export interface Made {
  readonly words?: readonly string[];
  readonly labels?: readonly string[];
  readonly settings?: Partial<FastTextSettings>;
  readonly quantized?: boolean;
  readonly kept?: ReadonlyMap<number, number>;
  readonly version?: number;
}

/** A model whose numbers are 0.01, 0.02, …, and whose words were seen 100, 99, … times. */
export function made({
  words = ['good', 'bad', '</s>'],
  labels = ['__label__yes', '__label__no'],
  settings: given = {},
  quantized = false,
  kept,
  version = 12,
}: Made = {}): FastTextContent {
  const settings = { ...SETTINGS, ...given };
  const names = [...words, ...labels];
  const rows = words.length + (kept === undefined ? settings.bucket : kept.size);
  return {
    version,
    settings,
    dictionary: {
      names: PackedNames.of(names.map((name) => encoder.encode(name))),
      wordCount: words.length,
      labelCount: labels.length,
      counts: Float64Array.from(names, (_, i) => 100 - i),
      tokenCount: 1000,
      kept,
    },
    input: quantized ? quantizedMatrix(rows, settings.dim) : dense(rows, settings.dim),
    output: dense(settings.model === 'sup' ? labels.length : words.length, settings.dim),
  };
}

function dense(rows: number, columns: number): DenseMatrix {
  return new DenseMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, (_, i) => (i + 1) / 100),
  );
}

/** In parts of two numbers, with lengths apart. */
function quantizedMatrix(rows: number, columns: number): QuantizedMatrix {
  const quantizer = new ProductQuantizer(columns, 2);
  quantizer.centroids.forEach((_, i) => {
    quantizer.centroids[i] = Math.sin(i);
  });
  const norms = new ProductQuantizer(1, 1);
  norms.centroids.forEach((_, i) => {
    norms.centroids[i] = 1 + i / 256;
  });
  const codes = Uint8Array.from({ length: rows * quantizer.parts }, (_, i) => i * 37);
  const normCodes = Uint8Array.from({ length: rows }, (_, i) => i * 91);
  return new QuantizedMatrix(rows, codes, quantizer, { codes: normCodes, quantizer: norms });
}

/** Files of every kind: supervised or not, plain, quantised, pruned, of each version. */
export const anyContent: fc.Arbitrary<FastTextContent> = fc
  .record({
    words: fc.uniqueArray(fc.stringMatching(/^[a-zé你]{0,6}$/u), { maxLength: 6 }),
    labels: fc.uniqueArray(fc.stringMatching(/^__label__[a-z]{1,4}$/), { minLength: 1, maxLength: 4 }),
    loss: fc.constantFrom('hs' as const, 'ns' as const, 'softmax' as const, 'ova' as const),
    model: fc.constantFrom('cbow' as const, 'sg' as const, 'sup' as const),
    dim: fc.integer({ min: 1, max: 5 }),
    bucket: fc.integer({ min: 0, max: 6 }),
    kind: fc.constantFrom('plain', 'quantized', 'pruned', 'old', '2016'),
  })
  .map(({ words, labels, kind, ...settings }) =>
    made({
      ...{ words, settings, labels: settings.model === 'sup' ? labels : [] },
      quantized: kind === 'quantized' || kind === 'pruned',
      ...(kind === 'pruned'
        ? {
            kept: new Map([
              [5, 0],
              [2, 1],
            ]),
          }
        : {}),
      version: kind === '2016' ? 0 : kind === 'old' ? 11 : 12,
    }),
  );
