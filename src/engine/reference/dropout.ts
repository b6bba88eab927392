/** Inverted dropout whose mask is a pure function of (seed, step, stream, position). */
import { philox } from '../../base/random.js';
import type { ReferenceKernel } from './kernels.js';

/** Keeps dropout's counters apart from those of `Random`, which uses 0 here. */
const DROPOUT_DOMAIN = 1;

export const dropout: ReferenceKernel<'dropout'> = ({ y, x, n, rate, stream, random }) => {
  const words = new Uint32Array(4);
  for (let i = 0; i < n; i++) {
    if (i % 4 === 0) philox(words, i / 4, random[2]!, stream, DROPOUT_DOMAIN, random[0]!, random[1]!);
    const uniform = words[i % 4]! / 0x100000000;
    y[i] = uniform < rate ? 0 : x[i]! / (1 - rate);
  }
};
