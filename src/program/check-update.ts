/** Whether the parts of a parameter's update fit together, asked before anything is compiled. */
import { ShapeError } from '../base/errors.js';
import { formatShape, sameShape } from '../base/shape.js';
import { HYPER_SIZE } from '../engine/kernels.js';
import { isRowSparse, type ParameterUpdate } from './update.js';

/** How many slots of state each rule keeps; SGD keeps one where it has momentum. */
const slotCounts: Readonly<Record<ParameterUpdate['rule'], readonly number[]>> = {
  sgd: [0, 1],
  adagrad: [1],
  rmsprop: [1],
  adam: [2],
};

/** @throws ShapeError when the parts of an update do not fit its parameter or its rule. */
export function checkUpdate({ parameter, gradient, rule, slots, lastTouched, hyper }: ParameterUpdate): void {
  const refuse = (why: string) => {
    throw new ShapeError(`update of '${parameter.name}' ${formatShape(parameter.shape)}: ${why}`);
  };
  for (const [what, node] of [
    ['gradient', gradient],
    ...slots.map((slot) => ['slot', slot] as const),
  ] as const) {
    if (node.dtype !== 'f32' || !sameShape(node.shape, parameter.shape)) {
      refuse(
        `its ${what} is ${node.dtype} ${formatShape(node.shape)}, but must be floats of the parameter's shape`,
      );
    }
  }
  if (!slotCounts[rule].includes(slots.length)) {
    refuse(`${rule} keeps ${slotCounts[rule].join(' or ')} slots of state, but ${slots.length} were given`);
  }
  if (hyper.dtype !== 'f32' || !sameShape(hyper.shape, [HYPER_SIZE])) {
    refuse(`hyper is ${hyper.dtype} ${formatShape(hyper.shape)}, but must be floats [${HYPER_SIZE}]`);
  }
  if (!isRowSparse(gradient)) return;
  if (lastTouched === undefined) {
    refuse(
      'its gradient is row-sparse, so it needs lastTouched (an i32 parameter with one element for each row)',
    );
  } else if (lastTouched.dtype !== 'i32' || !sameShape(lastTouched.shape, [parameter.shape[0]!])) {
    refuse(`lastTouched is ${lastTouched.dtype} ${formatShape(lastTouched.shape)}, but must be i32 [rows]`);
  }
}
