/** Operations that only the compiler makes: several of the graph's in one kernel. They have no gradient rule. */
import type { Node, Op } from '../graph/node.js';
import type { MatmulOptions } from '../graph/ops/matrix.js';

/** Activations that the matmul kernel can apply to its result. */
export const fusedActivations = ['sigmoid', 'tanh', 'relu', 'leakyRelu', 'gelu', 'silu'] as const;
export type FusedActivation = (typeof fusedActivations)[number];

export interface AffineAttributes extends Readonly<Record<string, unknown>>, Required<MatmulOptions> {
  readonly activation: FusedActivation | 'copy';
  readonly slope: number;
}

function fusedOp<A extends Readonly<Record<string, unknown>>>(
  name: string,
  formula: string,
  shape: Op<A>['shape'],
): Op<A> {
  return {
    name,
    formula,
    shape,
    gradient() {
      throw new Error(`${name} is made by the compiler, after differentiation`);
    },
  };
}

/** g(a b + bias): inputs a, b, bias */
export const affineOp = fusedOp<AffineAttributes>(
  'affine',
  'y = g(a b + bias)',
  ([a, b], { transposeA, transposeB }) => [a!.shape[transposeA ? 1 : 0]!, b!.shape[transposeB ? 0 : 1]!],
);

/** Gather and pool without the rows in between: inputs table, ids, ends */
export const bagOp = fusedOp<{ readonly pooling: string }>(
  'bag',
  'yₛ = pool of E[idᵢ], i in bag s',
  ([table, , ends]) => [ends!.shape[0]!, table!.shape[1]!],
);

const likeFirst = ([a]: readonly Node[]) => a!.shape;
/** g a (1 − a): inputs a, g of one shape */
export const sigmoidGradientOp = fusedOp('sigmoidGradient', 'y = g a (1 − a)', likeFirst);
/** g (1 − a²) */
export const tanhGradientOp = fusedOp('tanhGradient', 'y = g (1 − a²)', likeFirst);
/** g [a > 0] */
export const reluGradientOp = fusedOp('reluGradient', 'y = g [a > 0]', likeFirst);

export type FusedOpName = 'affine' | 'bag' | 'sigmoidGradient' | 'tanhGradient' | 'reluGradient';
