/**
 * What stands between the context and the output: hidden layers, residual blocks, and the way back to the width of the
 * embeddings where the output is tied.
 *
 *   hidden       h ← g(W h + b)
 *   block        h ← h + W₂ g(W₁ h + b₁) + b₂                      (He et al. 2016)
 *   before       h ← h + W₂ g(W₁ norm(h) + b₁) + b₂, and norm(h) before the output (Xiong et al. 2020)
 *   after        h ← norm(h + …)                                   (Vaswani et al. 2017)
 */
import { Dropout, type Layer, LayerNorm, Linear, Residual, Sequential } from '../../nn/index.js';
import { featureWidth } from './context.js';
import type { LanguageModelConfig } from './options.js';

/** A body with the width of what it gives. */
export type Body = Layer & { readonly outputs: number };

/** [batch, inputs] → [batch, outputs]; outputs is `dimension` where the output is tied. */
export function createBody(inputs: number, config: LanguageModelConfig, seed: number): Body {
  const { hidden, activation, blocks, dropout, normalization, tied, dimension } = config;
  const layers: Layer[] = [];
  let width = inputs;
  hidden.forEach((units, i) => {
    const name = `hidden${i + 1}`;
    layers.push(
      new Linear(name, width, units, { activation, seed }),
      new Dropout(`${name}-dropout`, dropout),
    );
    if (normalization === 'after') layers.push(new LayerNorm(`${name}/norm`, units));
    width = units;
  });
  for (let i = 1; i <= blocks; i++) layers.push(...residualBlock(`block${i}`, width, config, seed));
  if (normalization === 'before') layers.push(new LayerNorm('final/norm', width));
  if (tied) {
    layers.push(new Linear('projection', width, dimension, { seed }));
    width = dimension;
  }
  return Object.assign(new Sequential('body', layers), { outputs: width });
}

/** Widths from the features through the layers: neighbours are the sides of a weight matrix. */
export function weightWidths(config: LanguageModelConfig): number[] {
  const inputs = featureWidth(config);
  const last = config.hidden.at(-1) ?? inputs;
  return [inputs, ...config.hidden, ...new Array<number>(2 * config.blocks).fill(last)];
}

function residualBlock(
  name: string,
  width: number,
  { activation, dropout, normalization }: LanguageModelConfig,
  seed: number,
): Layer[] {
  const change = new Sequential(name, [
    ...(normalization === 'before' ? [new LayerNorm(`${name}/norm`, width)] : []),
    new Linear(`${name}/inner`, width, width, { activation, seed }),
    new Dropout(`${name}-dropout`, dropout),
    new Linear(`${name}/outer`, width, width, { seed }),
  ]);
  const block = new Residual(name, change);
  return normalization === 'after' ? [block, new LayerNorm(`${name}/norm`, width)] : [block];
}
