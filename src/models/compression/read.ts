/** The parts of a classifier's file that may be written in few bytes. */
import type { Tensor } from '../../files/index.js';
import { Vocabulary } from '../../text/index.js';
import { BucketSet, type Buckets } from '../classifier/buckets.js';
import { readCompactVocabulary } from './compact-vocabulary.js';
import { SparseBucketSet } from './sparse-buckets.js';

/** In the place of a vocabulary in the configuration: it is in a tensor. */
export const COMPACT_VOCABULARY = 'compact';
export const VOCABULARY_TENSOR = 'vocabulary';

/** @throws FormatError when there is none, or a damaged one */
export function readVocabulary(
  saved: unknown,
  tensors: ReadonlyMap<string, Tensor>,
  file?: string,
): Vocabulary {
  return saved === COMPACT_VOCABULARY
    ? readCompactVocabulary(tensors.get(VOCABULARY_TENSOR), file)
    : Vocabulary.fromJSON(saved);
}

/** @throws FormatError when the tensor does not tell which of so many buckets are used */
export function readBuckets(tensor: Tensor | undefined, buckets: number, file?: string): Buckets {
  return tensor?.dtype === 'U8'
    ? SparseBucketSet.fromTensor(tensor.data, buckets, file)
    : BucketSet.fromTensor(tensor?.data, buckets, file);
}
