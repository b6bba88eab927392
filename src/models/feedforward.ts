/** The feedforward network on numeric features; its parts are in `feedforward/`. */
export {
  NETWORK_KIND,
  type FeatureExplanation,
  FeedforwardNetwork,
  type FeedforwardParts,
  type GivenWeights,
  type LayerWeights,
} from './feedforward/feedforward.js';
export type { FeedforwardConfig, FeedforwardOptions } from './feedforward/options.js';
export type { FeedforwardRow, FeedforwardRows } from './feedforward/rows.js';
