/** One pass over the training texts: which features there are, how often, and the texts encoded with them. */
import { Vocabulary } from '../../text/index.js';
import { type EncodedTexts, TextEncoderBuffer } from './encoded.js';
import { FeatureHasher, FeatureTable } from './feature-index.js';
import type { FeatureExtractor } from './features.js';

export interface CollectedFeatures {
  readonly vocabulary: Vocabulary;
  /** The texts with the ids of the vocabulary. @param dense hand-built features of a text */
  encode(denseWidth: number, dense: (text: string) => readonly number[]): EncodedTexts;
}

export function collectFeatures(
  texts: readonly string[],
  extractor: FeatureExtractor,
  limits: { readonly minimumCount: number; readonly maximumSize: number },
): CollectedFeatures {
  const hasher = new FeatureHasher(extractor.options);
  const table = new FeatureTable();
  const names: string[] = [];
  const counts: number[] = [];
  const provisional = new TextEncoderBuffer(0);
  for (const text of texts) {
    const tokens = extractor.tokenizer.tokenize(text);
    const fresh: number[] = [];
    let ordinal = 0;
    hasher.forEach(tokens, (high, low) => {
      const id = table.add(high, low, counts.length);
      if (id === counts.length) {
        counts.push(0);
        fresh.push(ordinal);
      }
      counts[id]!++;
      provisional.addId(id);
      ordinal++;
    });
    if (fresh.length > 0) addNames(names, fresh, extractor, tokens);
    provisional.finishText([]);
  }
  const vocabulary = Vocabulary.fromCounts(new Map(names.map((name, id) => [name, counts[id]!])), {
    specialTokens: [],
    ...limits,
  });
  const final = Int32Array.from(names, (name) => vocabulary.idOf(name) ?? -1);
  return {
    vocabulary,
    encode(denseWidth, dense) {
      const { ids, starts } = provisional.finish();
      const buffer = new TextEncoderBuffer(denseWidth);
      texts.forEach((text, i) => {
        for (let at = starts[i]!; at < starts[i + 1]!; at++)
          if (final[ids[at]!]! >= 0) buffer.addId(final[ids[at]!]!);
        buffer.finishText(denseWidth === 0 ? [] : dense(text));
      });
      return buffer.finish();
    },
  };
}

/** The texts of features that were met for the first time, by their places in the walk. */
function addNames(
  names: string[],
  fresh: readonly number[],
  extractor: FeatureExtractor,
  tokens: readonly string[],
): void {
  let ordinal = 0;
  let next = 0;
  extractor.forEach(tokens, (feature) => {
    if (ordinal++ === fresh[next]) {
      names.push(feature);
      next++;
    }
  });
}
