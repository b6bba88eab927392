/** Texts as vectors: for search, clustering, or a model of one's own on top. */
import type { Node } from '../graph/node.js';
import { segmentPool } from '../graph/ops/rows.js';
import { concat } from '../graph/ops/structure.js';
import type { TextClassifier } from '../models/classifier/classifier.js';
import { textFeeds } from '../models/classifier/encoded.js';
import type { LanguageModel } from '../models/language-model/language-model.js';
import type { Program } from '../program/index.js';

export type Embedder = (texts: readonly string[]) => number[][];

/**
 * A classifier's vector of a text: the embeddings of its features, pooled as the classifier pools them. A text without
 * a known feature is the zero vector.
 *
 * @param classifier one with embeddings
 */
export function classifierEmbedder(classifier: TextClassifier): Embedder {
  let program: Program | undefined;
  return (texts) => {
    program ??= classifier.workspace.compile({ outputs: { vectors: pooledRows(classifier) } });
    const encoded = classifier.encode(texts);
    const order = Int32Array.from(texts, (_, i) => i);
    const { ids, ends } = textFeeds({ ...encoded, denseWidth: 0 }, order);
    program.run({ ids: ids!, ends: ends! });
    const all = program.view('vectors');
    const width = all.length / texts.length;
    return texts.map((_, i) => Array.from({ length: width }, (_, j) => all[i * width + j]!));
  };
}

/** [batch, dimension], or [batch, 2 dimension] where the classifier pools by mean and maximum. */
function pooledRows({ config: { pooling }, network: { rows, ends } }: TextClassifier): Node {
  if (pooling !== 'mean+max') return segmentPool(rows!, ends!, pooling);
  return concat([segmentPool(rows!, ends!, 'mean'), segmentPool(rows!, ends!, 'max')]);
}

/** A language model's vector of a text: the mean of its words' rows of E. Unknown words count as `<unk>`. */
export function languageModelEmbedder(lm: LanguageModel): Embedder {
  const { dimension } = lm.config;
  return (texts) => {
    const table = lm.workspace.view(lm.network.table);
    return texts.map((text) => {
      const ids = lm.vocabulary.encode(lm.tokenizer.tokenize(text));
      const vector = new Array<number>(dimension).fill(0);
      for (const id of ids) {
        for (let j = 0; j < dimension; j++) vector[j]! += table[id * dimension + j]! / ids.length;
      }
      return vector;
    });
  };
}
