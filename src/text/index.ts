/** Text → tokens → numbers: tokenisers, vocabularies, n-gram features. */
export { Detokenizer, detokenize } from './detokenize.js';
export { characterNgramBuckets, characterNgrams, fnv1a32, wordNgramBuckets, wordNgrams } from './ngrams.js';
export {
  createTokenizer,
  EMAIL_TOKEN,
  NUMBER_TOKEN,
  type Tokenizer,
  type TokenizerKind,
  type TokenizerOptions,
  type TokenSpan,
  URL_TOKEN,
} from './tokenizer.js';
export {
  UNKNOWN_TOKEN,
  Vocabulary,
  VocabularyBuilder,
  type VocabularyJson,
  type VocabularyOptions,
} from './vocabulary.js';
