export { type ClusteredOptions, ClusteredOutput, type ClusterRange } from './clustered.js';
export { adaptiveCutoffs, classCutoffs, evenClusters, narrowingClusters } from './cutoffs.js';
export { NegativeSampler } from './negatives.js';
export { type OutputLayer, type OutputName, outputNames, type TargetFeeder } from './output-layer.js';
export { type SampledOptions, SampledOutput } from './sampled.js';
export { WordScores } from './scores.js';
export { SoftmaxOutput } from './softmax.js';
