export { type Activation, activate, activationNames } from './activations.js';
export { type Affine, collapseLinear, foldBias } from './affine.js';
export { gainOf, type Initializer, initialValues } from './initializers.js';
export {
  type BagPooling,
  Dropout,
  Embedding,
  EmbeddingBag,
  type EmbeddingOptions,
  type Layer,
  LayerNorm,
  Linear,
  type LinearOptions,
  Residual,
  Sequential,
} from './layers.js';
export {
  adaptiveCutoffs,
  type ClusteredOptions,
  ClusteredOutput,
  type ClusterRange,
  classCutoffs,
  evenClusters,
  NegativeSampler,
  narrowingClusters,
  type OutputLayer,
  type OutputName,
  outputNames,
  type SampledOptions,
  SampledOutput,
  SoftmaxOutput,
  type TargetFeeder,
  WordScores,
} from './output/index.js';
export {
  gradientFlow,
  type LayerFlow,
  type MeasureOptions,
  type Saturation,
  type SaturationOptions,
  saturation,
} from './saturation.js';
export { type Unit, unit } from './units.js';
