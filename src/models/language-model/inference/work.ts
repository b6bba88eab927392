/** What a prediction costs: multiply-adds, which is what a processor's energy goes into. */
import { elementCount } from '../../../base/shape.js';
import type { ParameterNode } from '../../../graph/node.js';
import { isClustered, type LanguageModelConfig } from '../options.js';
import { contextSizes, PositionTables } from './first-layer.js';
import { DEFAULT_TABLE_BYTES, hasTables } from './inference.js';

export interface PredictionWork {
  /** Of the matrix products: every weight of a matrix once, and the kernels over the far words. */
  readonly multiplyAdds: number;
  /** The same with tables of the first layer; undefined where the model can have none. */
  readonly multiplyAddsWithTables: number | undefined;
  /** What is added instead: N − 1 rows of a table. */
  readonly additionsWithTables: number | undefined;
  /** What the tables take when every row is made. */
  readonly tableBytes: number | undefined;
  /** Whether they are made by default. */
  readonly tables: boolean;
}

/** @returns undefined for output layers of clusters, whose work depends on the word */
export function predictionWork(
  config: LanguageModelConfig,
  parameters: readonly ParameterNode[],
  vocabulary: number,
): PredictionWork | undefined {
  if (isClustered(config.output)) return undefined;
  const sizes = contextSizes(config);
  const isMultiplied = ({ name, rank }: ParameterNode) =>
    rank === 2 && name !== 'far/kernels' && (config.tied || name !== 'embedding/table');
  const products = parameters.filter(isMultiplied).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const multiplyAdds = products + sizes.kernels * sizes.far * sizes.dimension;
  const [units] = config.hidden;
  const canHaveTables = hasTables(config, vocabulary, Number.POSITIVE_INFINITY);
  return {
    multiplyAdds,
    multiplyAddsWithTables: canHaveTables ? multiplyAdds - sizes.near * sizes.dimension * units! : undefined,
    additionsWithTables: canHaveTables ? sizes.near * units! : undefined,
    tableBytes: canHaveTables ? PositionTables.bytesFor(sizes, vocabulary, units!) : undefined,
    tables: hasTables(config, vocabulary, DEFAULT_TABLE_BYTES),
  };
}
