export type { ClassifierCalibration } from './classifier/calibration.js';
export {
  type ClassifierParts,
  type LabelScore,
  TextClassifier,
} from './classifier/classifier.js';
export type { Decision } from './classifier/decision.js';
export { type Example, type Examples, splitExamples } from './classifier/examples.js';
export {
  type Contribution,
  type Explanation,
  type ExplanationMethod,
  explanationMethods,
  type HandBuiltContribution,
  type NgramContribution,
  type NgramKind,
  type WordContribution,
} from './classifier/explanation.js';
export {
  type FeatureFunction,
  type FeatureSpec,
  type HandBuiltFeature,
  HandBuiltFeatures,
} from './classifier/hand-built.js';
export type { ClassifierConfig, ClassifierOptions, Head } from './classifier/options.js';
export {
  type CompressedClassifier,
  type CompressionOptions,
  type CompressionPlan,
  type CompressionTrial,
  compressClassifier,
  compressWeights,
  type KeptNames,
  type Quality as CompressionQuality,
  type SmallClassifier,
  type TableStorage,
  type WeightStorage,
} from './compression/index.js';
export {
  type ClassifierConversion,
  FastTextModel,
  type FastTextPredictOptions,
  fastTextFromClassifier,
  type Subword,
} from './fasttext/index.js';
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
export { type Compared, compareLanguageModels, type PairedComparison } from './language-model/comparison.js';
export type { NextOptions, NextToken } from './language-model/completion.js';
export type { ConstraintOptions } from './language-model/constraints.js';
export {
  type Band,
  type EvaluationOptions,
  type EvaluationText,
  evaluateLanguageModel,
  type LanguageModelEvaluation,
  readEvaluationText,
} from './language-model/evaluation.js';
export type { ContextWord, NextWordExplanation } from './language-model/explain.js';
export type { Finish, Generated, GeneratedPiece, GenerateOptions } from './language-model/generation.js';
export type { Beam, BeamOptions } from './language-model/inference/beam.js';
export type { InferenceOptions } from './language-model/inference/inference.js';
export type { Precision } from './language-model/inference/matrix.js';
export type { NextWords } from './language-model/inference/next-words.js';
export { type PredictionWork, predictionWork } from './language-model/inference/work.js';
export {
  LanguageModel,
  type LanguageModelParts,
  type Lines,
  type ScoreOptions,
  type TextScore,
  type TokenScore,
} from './language-model/language-model.js';
export {
  ContextIndex,
  type ContextIndexOptions,
  type NearestContext,
} from './language-model/nearest-contexts.js';
export {
  compareOpinions,
  type NgramEvidence,
  ngramEvidence,
  type Opinion,
} from './language-model/opinions.js';
export type {
  ContextMode,
  LanguageModelConfig,
  LanguageModelOptions,
  Normalization,
} from './language-model/options.js';
export type { TokenPredictor } from './language-model/predictor.js';
export { PRESETS, type Preset, type PresetName } from './language-model/presets.js';
export type { SamplingOptions } from './language-model/sampling.js';
export type { SuggestionScores } from './language-model/suggestions.js';
export type { AnyLanguageModel } from './language-model/word-model.js';
export { type MixtureFit, MixtureModel, type MixtureParts } from './mixture/mixture.js';
export {
  type NgramConfig,
  NgramLanguageModel,
  type NgramTrainingOptions,
} from './ngram/language-model.js';
export { NgramModel, type NgramOptions } from './ngram/ngram.js';
export type { RunStore } from './ngram/runs.js';
export {
  type ConvergenceReport,
  type Hyperplane,
  Perceptron,
  type PerceptronExample,
  type PerceptronOptions,
  type PerceptronStep,
  type PerceptronWeights,
} from './perceptron.js';
export { toSafetensors } from './plain-weights.js';
export type { TrainingRecord } from './record.js';
