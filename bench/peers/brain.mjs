/** brain.js: its own plain loop, one update a pattern, four patterns a step; its default momentum costs it no pass more. */
import { microseconds } from '../harness/measure.mjs';
import { INPUTS, TARGETS } from '../workloads/xor-step.mjs';
import { require } from './modules.mjs';

/** µs of one pass over the four patterns. */
export function xorStep({ milliseconds }) {
  const { NeuralNetwork } = require('brain.js');
  const network = new NeuralNetwork({ hiddenLayers: [4], activation: 'sigmoid' });
  const patterns = TARGETS.map((target, i) => ({ input: INPUTS.slice(2 * i, 2 * i + 2), output: [target] }));
  const { data } = network.prepTraining(patterns, { learningRate: 0.3 });
  return microseconds(() => network.trainPatterns(data), milliseconds);
}
