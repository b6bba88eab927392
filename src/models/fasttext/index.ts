/** fastText's models: reading and using them, and our classifiers as such. */
export { FastTextModel, type FastTextPredictOptions } from './fasttext-model.js';
export { type ClassifierConversion, fastTextFromClassifier } from './from-classifier.js';
export type { Subword } from './text-reader.js';
