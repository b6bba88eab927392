/** Every kernel of the kernel list, for the dispatcher: `name` of the list is `nameKernel` here. */
export {
  bagKernel,
  segmentArgmaxKernel,
  segmentIdsKernel,
  segmentLengthKernel,
  segmentPoolKernel,
  segmentRepeatKernel,
} from './bags';
export { bagStepsKernel } from './bag-steps';
export { binaryKernel, selectKernel } from './binary';
export { matmulCodesKernel, roundRowsKernel } from './codes';
export { copyKernel } from './copy';
export { dropoutKernel } from './dropout';
export { gatherKernel, groupRowsKernel, groupSumKernel, scatterRowsKernel } from './gather';
export { matmulKernel } from './matmul';
export { layerNormKernel } from './normalize';
export { clipScaleKernel, reduceKernel, sumSquaresKernel } from './reduce';
export {
  crossEntropyGradientKernel,
  logSumExpKernel,
  oneHotKernel,
  pickKernel,
  softmaxKernel,
} from './softmax';
export { fillKernel, unaryKernel } from './unary';
export { updateKernel } from './update';
