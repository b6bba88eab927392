/** The feedforward network on numeric features; its parts are in `feedforward/`. */
export {
  type FeatureExplanation,
  FeedforwardNetwork,
  type FeedforwardParts,
  type GivenWeights,
  type LayerWeights,
  NETWORK_KIND,
} from './feedforward/feedforward.js';
export type { FeedforwardConfig, FeedforwardOptions } from './feedforward/options.js';
export type { FeedforwardRow, FeedforwardRows } from './feedforward/rows.js';
