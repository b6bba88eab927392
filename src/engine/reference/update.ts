/** The optimiser step of the reference engine; formulas stand at `update` in `kernelTable`. */
import { hyperLayout, updateCodes } from '../kernels.js';
import type { ReferenceKernel } from './kernels.js';

export const update: ReferenceKernel<'update'> = (args) => {
  const { code, parameter, gradient, slot1, slot2, rows, width, ids, count, last, hyper, scale } = args;
  const learningRate = hyper[hyperLayout.learningRate]!;
  const decay = hyper[hyperLayout.decay]!;
  const beta1 = hyper[hyperLayout.beta1]!;
  const beta2 = hyper[hyperLayout.beta2]!;
  const epsilon = hyper[hyperLayout.epsilon]!;
  const nesterov = hyper[hyperLayout.nesterov] === 1;
  const step = hyper[hyperLayout.step]!;
  const gradientScale = scale.length > 0 ? scale[0]! : 1;
  const sparse = ids.length > 0;

  for (let u = 0; u < (sparse ? count[0]! : rows); u++) {
    const row = sparse ? ids[u]! : u;
    let idle = 1;
    if (sparse) {
      idle = step - last[row]!;
      last[row] = step;
    }
    const keep = (1 - decay) ** idle;
    const catchUp1 = beta1 ** (idle - 1);
    const catchUp2 = beta2 ** (idle - 1);
    for (let w = 0; w < width; w++) {
      const at = row * width + w;
      const g = gradientScale * gradient[u * width + w]!;
      const weight = parameter[at]! * keep;
      if (code === updateCodes.sgd) {
        let direction = g;
        if (slot1.length > 0) {
          const velocity = beta1 * catchUp1 * slot1[at]! + g;
          slot1[at] = velocity;
          direction = nesterov ? g + beta1 * velocity : velocity;
        }
        parameter[at] = weight - learningRate * direction;
      } else if (code === updateCodes.adagrad) {
        slot1[at]! += g * g;
        parameter[at] = weight - (learningRate * g) / (Math.sqrt(slot1[at]!) + epsilon);
      } else if (code === updateCodes.rmsprop) {
        slot1[at] = beta2 * catchUp2 * slot1[at]! + (1 - beta2) * g * g;
        parameter[at] = weight - (learningRate * g) / (Math.sqrt(slot1[at]!) + epsilon);
      } else {
        const m = beta1 * catchUp1 * slot1[at]! + (1 - beta1) * g;
        const v = beta2 * catchUp2 * slot2[at]! + (1 - beta2) * g * g;
        slot1[at] = m;
        slot2[at] = v;
        const corrected = Math.sqrt(v / hyper[hyperLayout.correction2]!) + epsilon;
        parameter[at] = weight - (learningRate * (m / hyper[hyperLayout.correction1]!)) / corrected;
      }
    }
  }
};
