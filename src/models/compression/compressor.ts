/** Making a text classifier small: fold, choose features, retrain, pack, retrain what is not packed. */
import type { Floats } from '../../engine/engine.js';
import { decodeModel, encodeModel, type ModelContent, type PackedTensor, unpack } from '../../files/index.js';
import { TextClassifier } from '../classifier/classifier.js';
import type { EncodedTexts } from '../classifier/encoded.js';
import type { Example } from '../classifier/examples.js';
import { compactVocabulary } from './compact-vocabulary.js';
import { foldEmbeddings } from './fold.js';
import { byImportance, expectedCounts, importanceOf, mostImportant } from './importance.js';
import { quantizeInt8 } from './int8.js';
import { quantizeProduct } from './product.js';
import { COMPACT_VOCABULARY, VOCABULARY_TENSOR } from './read.js';
import { type Embeddings, type KeptNames, rebuild } from './rebuild.js';
import { retrain } from './retrain.js';
import { packMatrices } from './storage.js';

/** How the embeddings are stored; see files/packed.ts. `width`: numbers that share a code. */
export type TableStorage =
  | { readonly kind: 'half' }
  | { readonly kind: 'int8' }
  | { readonly kind: 'product'; readonly width: number; readonly norms: boolean };

/** What a small classifier is to be like. */
export interface CompressionPlan {
  /** How many features stay. */
  readonly features: number;
  readonly names: KeptNames;
  readonly storage: TableStorage;
}

/** A classifier made small. */
export interface SmallClassifier {
  readonly plan: CompressionPlan;
  /** What its file holds; `encodeModel` makes the bytes. */
  readonly content: ModelContent;
  readonly bytes: number;
  /** The classifier as the file gives it back. */
  readonly classifier: TextClassifier;
}

/** What retraining needs. */
export interface TrainingTexts {
  readonly train: readonly Example[];
  /** To tell when it is enough, and to choose by. */
  readonly heldOut: readonly Example[];
}

/** Matrices beside the embeddings are left in half precision up to so many numbers: they are few, and all depends on them. */
const SMALL_MATRIX = 4096;

/** Epochs and rate of retraining after features have gone, and of the last layer after the embeddings were packed. */
const AFTER_PRUNING = { epochs: 3, learningRate: 0.01 };
const AFTER_PACKING = { epochs: 2, learningRate: 0.002 };

export class ClassifierCompressor {
  readonly original: TextClassifier;
  readonly embeddings: Embeddings;
  private readonly data: TrainingTexts | undefined;
  private readonly seed: number;
  /** Of the original's weights. */
  private readonly hash: string;
  private readonly counts: Float32Array;
  private readonly importance: Float64Array;
  private readonly order: Int32Array;
  private readonly encoded: EncodedTexts | undefined;
  private readonly measured = new Map<string, { readonly bytes: number; readonly rows: number }>();

  /** @param original one with embeddings */
  constructor(original: TextClassifier, data: TrainingTexts | undefined, seed: number) {
    this.original = original;
    this.data = data;
    this.seed = seed;
    this.hash = original.hash;
    this.embeddings = foldEmbeddings(original) ?? {
      dimension: original.config.dimension,
      table: Float32Array.from(original.workspace.view(original.network.table!)),
    };
    this.encoded = data && original.encode(data.train.map(({ text }) => text));
    this.counts = expectedCounts(original, this.encoded);
    this.importance = importanceOf(this.counts, this.embeddings.table, this.embeddings.dimension);
    this.order = byImportance(this.importance);
  }

  /** How many features there are. */
  get features(): number {
    return this.order.length;
  }

  /** How many bytes the file of a plan will have, or up to a hundred more; nothing is trained for it. */
  sizeOf({ features, names, storage }: CompressionPlan): number {
    const key = `${features} ${names}`;
    const known = this.measured.get(key) ?? this.measure(features, names);
    this.measured.set(key, known);
    return known.bytes + tableBytes([known.rows, this.embeddings.dimension], storage);
  }

  /** How large all but the embeddings is, and how many rows these have. */
  private measure(features: number, names: KeptNames): { readonly bytes: number; readonly rows: number } {
    const storage = { kind: 'half' } as const;
    const small = this.prune({ features, names, storage });
    const rows = small.index.size;
    const { length } = encodeModel(this.contentOf(small, undefined));
    return { rows, bytes: length - tableBytes([rows, this.embeddings.dimension], storage) };
  }

  /** @param retraining whether to train after each step; default: where there is data */
  async build(plan: CompressionPlan, retraining = this.data !== undefined): Promise<SmallClassifier> {
    const small = this.prune(plan);
    const { network, workspace } = small;
    const { seed, data } = this;
    const table = network.table!;
    const train = async (parameters: typeof network.parameters, settings: typeof AFTER_PRUNING) => {
      if (retraining && data !== undefined)
        await retrain(small, data.train, data.heldOut, { ...settings, parameters, seed });
    };
    if (plan.features < this.features) await train(network.parameters, AFTER_PRUNING);
    const packed = this.packTable(small, plan.storage);
    if (packed !== undefined) {
      workspace.write(table, unpack(packed));
      await train(network.output.parameters, AFTER_PACKING);
    }
    const content = this.contentOf(small, packed);
    const bytes = encodeModel(content);
    const classifier = TextClassifier.fromModel(decodeModel(bytes), { engine: workspace.engine });
    return { plan, content, bytes: bytes.length, classifier };
  }

  private prune({ features, names }: CompressionPlan): TextClassifier {
    const rows = mostImportant(this.order, this.importance, features, this.encoded);
    return rebuild(this.original, rows, names, this.embeddings);
  }

  /** The embeddings of a small classifier, packed; undefined for half precision. */
  private packTable(small: TextClassifier, storage: TableStorage): PackedTensor | undefined {
    const { workspace, network, config, index } = small;
    const weights = Float32Array.from(workspace.view(network.table!) as Floats);
    const shape = [weights.length / config.dimension, config.dimension] as const;
    if (storage.kind === 'half') return undefined;
    if (storage.kind === 'int8') return quantizeInt8(weights, shape);
    const texts = this.data && small.encode(this.data.train.map(({ text }) => text));
    const importance = index.size === shape[0] ? expectedCounts(small, texts) : undefined;
    return quantizeProduct(weights, shape, { ...storage, importance, seed: this.seed });
  }

  private contentOf(small: TextClassifier, table: PackedTensor | undefined): ModelContent {
    const content = small.toModel();
    const { settings, data } = this.original.record;
    const vocabulary = compactVocabulary(small.vocabulary);
    const config = {
      ...(content.config as Readonly<Record<string, unknown>>),
      ...(vocabulary === undefined ? {} : { vocabulary: COMPACT_VOCABULARY }),
      record: { settings, data, compression: this.describe(small, table) },
    };
    const name = small.network.table!.name;
    const packed = packMatrices({ ...content, config }, (weights, shape, matrix) => {
      if (matrix === name) return table;
      return weights.length > SMALL_MATRIX ? quantizeInt8(weights, shape) : undefined;
    });
    if (vocabulary === undefined) return packed;
    return {
      ...packed,
      tensors: new Map([...(packed.tensors as Map<string, never>), [VOCABULARY_TENSOR, vocabulary]]),
    };
  }

  /** For the record of the model. */
  private describe(
    { index, config }: TextClassifier,
    table: PackedTensor | undefined,
  ): Record<string, unknown> {
    return {
      original: {
        weights: this.hash,
        features: this.features,
        results: this.original.record.results,
      },
      features: index.size,
      namedFeatures: index.vocabulary.size,
      dimension: config.dimension,
      storage: table?.kind ?? 'half',
      retrained: this.data !== undefined,
    };
  }
}

/** At most so many bytes of the header for each further tensor of a packed one, and for saying that it is packed. */
const [HEADER_BYTES, PACKING_BYTES] = [100, 80];
const MOST_CENTROIDS = 256;

/** Bytes that embeddings [rows, columns] take in a file. */
function tableBytes([rows, columns]: readonly [number, number], storage: TableStorage): number {
  if (storage.kind === 'half') return 2 * rows * columns;
  if (storage.kind === 'int8') return rows * (columns + 2) + HEADER_BYTES + PACKING_BYTES;
  const tables = 2 * Math.min(MOST_CENTROIDS, rows);
  const codes = rows * (columns / storage.width) + tables * columns + HEADER_BYTES + PACKING_BYTES;
  return codes + (storage.norms ? rows + tables + 2 * HEADER_BYTES : 0);
}
