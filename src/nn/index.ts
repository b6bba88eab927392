export { type Activation, activate, activationNames } from './activations.js';
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
