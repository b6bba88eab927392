export {
  type ClassifierParts,
  type LabelScore,
  TextClassifier,
} from './classifier/classifier.js';
export type { Example, Examples } from './classifier/examples.js';
export type { Explanation, WordContribution } from './classifier/explanation.js';
export {
  type FeatureFunction,
  type FeatureSpec,
  type HandBuiltFeature,
  HandBuiltFeatures,
} from './classifier/hand-built.js';
export type { ClassifierConfig, ClassifierOptions, Head } from './classifier/options.js';
export {
  type FeatureExplanation,
  type FeedforwardConfig,
  FeedforwardNetwork,
  type FeedforwardOptions,
  type FeedforwardRow,
  type FeedforwardRows,
  type GivenWeights,
  type LayerWeights,
} from './feedforward.js';
export {
  type Generated,
  type GenerateOptions,
  LanguageModel,
  type LanguageModelParts,
  type Lines,
  type NextToken,
  type TextScore,
  type TokenScore,
} from './language-model/language-model.js';
export type { ContextMode, LanguageModelConfig, LanguageModelOptions } from './language-model/options.js';
export type { SamplingOptions } from './language-model/sampling.js';
export { NgramModel } from './ngram.js';
export {
  type ConvergenceReport,
  type Hyperplane,
  Perceptron,
  type PerceptronExample,
  type PerceptronOptions,
  type PerceptronStep,
  type PerceptronWeights,
} from './perceptron.js';
export type { TrainingRecord } from './record.js';
