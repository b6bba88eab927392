/** One optimiser step, dense or row-sparse; the formulas stand at `update` in src/engine/kernels.ts. */
import { at, read, rowAt, write } from './lanes';
import { hyperLayout, updateCodes } from './opcodes.generated';
import { fail, sliceBegin, sliceEnd } from './slices';

export function updateKernel(
  code: i32, parameter: usize, gradient: usize, slot1: usize, slot2: usize, rows: i32, width: i32,
  ids: usize, touched: usize, last: usize, hyper: usize, scale: usize,
): void {
  const scaled = scale == 0 ? <f32>1 : load<f32>(scale);
  if (ids == 0) {
    const n = rows * width;
    const i = sliceBegin(n, 16);
    const count = sliceEnd(n, 16) - i;
    const first = slotAt(slot1, i);
    const second = slotAt(slot2, i);
    updateRow(code, at(parameter, i), at(gradient, i), first, second, count, hyper, scaled, 1);
    return;
  }
  const step = <i32>load<f32>(at(hyper, hyperLayout.step));
  const groups = load<i32>(touched);
  const end = sliceEnd(groups, 1);
  for (let u = sliceBegin(groups, 1); u < end; u++) {
    const row = load<i32>(at(ids, u));
    if (<u32>row >= <u32>rows) {
      fail();
      return;
    }
    const idle = step - load<i32>(at(last, row));
    store<i32>(at(last, row), step);
    const first = slot1 == 0 ? 0 : rowAt(slot1, row, width);
    const second = slot2 == 0 ? 0 : rowAt(slot2, row, width);
    updateRow(
      code, rowAt(parameter, row, width), rowAt(gradient, u, width), first, second,
      width, hyper, scaled, idle,
    );
  }
}

function slotAt(slot: usize, i: i32): usize {
  return slot == 0 ? 0 : at(slot, i);
}

/** n neighbouring weights, whose row was last touched `idle` steps ago. */
function updateRow(
  code: i32, w: usize, gradient: usize, slot1: usize, slot2: usize,
  n: i32, hyper: usize, scale: f32, idle: i32,
): void {
  const learningRate = load<f32>(at(hyper, hyperLayout.learningRate));
  const epsilon = load<f32>(at(hyper, hyperLayout.epsilon));
  const beta1 = <f64>load<f32>(at(hyper, hyperLayout.beta1));
  const beta2 = <f64>load<f32>(at(hyper, hyperLayout.beta2));
  const keep = <f32>wholePower(1 - <f64>load<f32>(at(hyper, hyperLayout.decay)), idle);
  const keep1 = <f32>(beta1 * wholePower(beta1, idle - 1));
  const keep2 = <f32>(beta2 * wholePower(beta2, idle - 1));

  switch (code) {
    case updateCodes.sgd: {
      const nesterov = load<f32>(at(hyper, hyperLayout.nesterov)) == 1;
      if (slot1 == 0) descend(w, gradient, n, scale, keep, learningRate);
      else momentum(w, gradient, slot1, n, scale, keep, learningRate, <f32>beta1, keep1, nesterov);
      break;
    }
    case updateCodes.adagrad:
      adaptive(w, gradient, slot1, n, scale, keep, learningRate, 1, 1, epsilon);
      break;
    case updateCodes.rmsprop:
      adaptive(w, gradient, slot1, n, scale, keep, learningRate, keep2, <f32>(1 - beta2), epsilon);
      break;
    case updateCodes.adam: {
      const rate = learningRate / load<f32>(at(hyper, hyperLayout.correction1));
      const correction2 = load<f32>(at(hyper, hyperLayout.correction2));
      adam(
        w, gradient, slot1, slot2, n, scale, keep, rate,
        keep1, <f32>(1 - beta1), keep2, <f32>(1 - beta2), correction2, epsilon,
      );
      break;
    }
    default:
      unreachable();
  }
}

/** base^n by repeated squaring, n ≥ 0 */
function wholePower(base: f64, n: i32): f64 {
  let result: f64 = 1;
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= base;
    base *= base;
  }
  return result;
}

/** w ← keep w − η g */
function descend(w: usize, gradient: usize, n: i32, scale: f32, keep: f32, rate: f32): void {
  const kept = f32x4.splat(keep);
  const step = f32x4.splat(rate);
  for (let i = 0; i < n; i += 4) {
    const g = f32x4.mul(f32x4.splat(scale), read(at(gradient, i), n - i));
    const weight = f32x4.mul(kept, read(at(w, i), n - i));
    write(at(w, i), f32x4.sub(weight, f32x4.mul(step, g)), n - i);
  }
}

/** v ← μ v + g;  w ← keep w − η (nesterov ? g + μ v : v) */
function momentum(
  w: usize, gradient: usize, velocity: usize, n: i32, scale: f32, keep: f32, rate: f32,
  mu: f32, muCaughtUp: f32, nesterov: bool,
): void {
  const kept = f32x4.splat(keep);
  const step = f32x4.splat(rate);
  for (let i = 0; i < n; i += 4) {
    const g = f32x4.mul(f32x4.splat(scale), read(at(gradient, i), n - i));
    const v = f32x4.add(f32x4.mul(f32x4.splat(muCaughtUp), read(at(velocity, i), n - i)), g);
    write(at(velocity, i), v, n - i);
    const direction = nesterov ? f32x4.add(g, f32x4.mul(f32x4.splat(mu), v)) : v;
    const weight = f32x4.mul(kept, read(at(w, i), n - i));
    write(at(w, i), f32x4.sub(weight, f32x4.mul(step, direction)), n - i);
  }
}

/** s ← old s + fresh g²;  w ← keep w − η g / (√s + ε): Adagrad with 1 and 1, RMSprop with ρ and 1 − ρ */
function adaptive(
  w: usize, gradient: usize, squares: usize, n: i32, scale: f32, keep: f32, rate: f32,
  old: f32, fresh: f32, epsilon: f32,
): void {
  const kept = f32x4.splat(keep);
  const step = f32x4.splat(rate);
  for (let i = 0; i < n; i += 4) {
    const g = f32x4.mul(f32x4.splat(scale), read(at(gradient, i), n - i));
    const past = f32x4.mul(f32x4.splat(old), read(at(squares, i), n - i));
    const s = f32x4.add(past, f32x4.mul(f32x4.splat(fresh), f32x4.mul(g, g)));
    write(at(squares, i), s, n - i);
    const move = f32x4.div(f32x4.mul(step, g), f32x4.add(f32x4.sqrt(s), f32x4.splat(epsilon)));
    write(at(w, i), f32x4.sub(f32x4.mul(kept, read(at(w, i), n - i)), move), n - i);
  }
}

/** m ← old1 m + fresh1 g;  v ← old2 v + fresh2 g²;  w ← keep w − rate m / (√(v / correction2) + ε) */
function adam(
  w: usize, gradient: usize, mean: usize, square: usize, n: i32, scale: f32, keep: f32, rate: f32,
  old1: f32, fresh1: f32, old2: f32, fresh2: f32, correction2: f32, epsilon: f32,
): void {
  const kept = f32x4.splat(keep);
  const step = f32x4.splat(rate);
  const uncorrect = f32x4.splat(1 / correction2);
  for (let i = 0; i < n; i += 4) {
    const g = f32x4.mul(f32x4.splat(scale), read(at(gradient, i), n - i));
    const pastMean = f32x4.mul(f32x4.splat(old1), read(at(mean, i), n - i));
    const m = f32x4.add(pastMean, f32x4.mul(f32x4.splat(fresh1), g));
    const pastSquare = f32x4.mul(f32x4.splat(old2), read(at(square, i), n - i));
    const v = f32x4.add(pastSquare, f32x4.mul(f32x4.splat(fresh2), f32x4.mul(g, g)));
    write(at(mean, i), m, n - i);
    write(at(square, i), v, n - i);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(v, uncorrect)), f32x4.splat(epsilon));
    const move = f32x4.div(f32x4.mul(step, m), root);
    write(at(w, i), f32x4.sub(f32x4.mul(kept, read(at(w, i), n - i)), move), n - i);
  }
}
