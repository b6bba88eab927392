import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/base/errors.js';
import {
  add,
  apply,
  gather,
  input,
  matmul,
  multiply,
  type Node,
  type Op,
  parameter,
  relu,
  sigmoid,
  square,
  step,
  sum,
} from '../../src/graph/index.js';
import { checkGradients } from '../../src/program/index.js';

/** x², with a gradient that forgets the 2 or what else it is told to. */
function squareWithGradient(gradient: (x: Node, upstream: Node) => Node): (x: Node) => Node {
  const op: Op = {
    name: 'square',
    formula: 'y = x²',
    shape: ([x]) => x!.shape,
    gradient: (y, upstream) => [gradient(y.inputs[0]!, upstream)],
  };
  return (x) => apply(op, [x], {});
}

describe('checkGradients', () => {
  const x = input('x', ['batch', 2]);
  const W = parameter('W', [2, 3], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6]);
  const feeds = { x: [1, 2, -3, 0.5] };

  it('agrees with right gradients of inputs and parameters, of both orders', () => {
    const check = checkGradients(sigmoid(matmul(x, W)), [x, W], feeds, { secondOrder: true });
    expect(check.ok, check.message).toBe(true);
    expect(check.message).toMatch(/^every second derivative agrees; the worst is that of [xW]\[\d\]: /);
  });

  it('leaves the parameters as they are', () => {
    const before = [...W.initial];
    checkGradients(sigmoid(matmul(x, W)), [W], feeds);
    expect([...W.initial]).toEqual(before);
  });

  it('finds a wrong gradient and says which element', () => {
    const wrong = squareWithGradient((x, g) => multiply(g, x));
    const check = checkGradients(sum(wrong(x)), [x], { x: [0, 0, 5, 0] });
    expect(check.ok).toBe(false);
    expect(check.worst).toMatchObject({ node: 'x', index: 2, analytic: 5 });
    expect(check.worst?.numeric).toBeCloseTo(10, 5);
    expect(check.message).toMatch(/^the gradient of x\[2\] is wrong: 5 by backward and (10|9\.9)/);
  });

  it('finds a wrong gradient of one element among many that are not summed', () => {
    const wrong = squareWithGradient((x, g) => multiply(multiply(2.01, x), g));
    expect(checkGradients(wrong(x), [x], { x: [0, 0, 0, 1] })).toMatchObject({
      ok: false,
      worst: { node: 'x', index: 3 },
    });
  });

  it('finds a second derivative that is wrong where the first is right', () => {
    // The first derivative, 2x, is the value of an operation whose own derivative is given as 0.
    const doubled: Op = {
      name: 'multiply',
      formula: 'y = 2 x',
      shape: ([x]) => x!.shape,
      gradient: () => [undefined, undefined],
    };
    const wrong = squareWithGradient((x, g) => multiply(g, apply(doubled, [x, add(2, multiply(0, x))], {})));
    const options = { secondOrder: true };
    expect(checkGradients(wrong(x), [x], feeds).ok).toBe(true);
    const check = checkGradients(wrong(x), [x], feeds, options);
    expect(check.ok).toBe(false);
    expect(check.message).toMatch(/^the second derivative of x\[\d\] is wrong: 0 by backward/);
  });

  it('finds a kink, where no gradient is right', () => {
    expect(checkGradients(relu(x), [x], { x: [0, 1, 1, 1] })).toMatchObject({
      ok: false,
      worst: { index: 0 },
    });
  });

  it('fails on NaN', () => {
    expect(checkGradients(square(x), [x], { x: [1, Number.NaN, 1, 1] }).ok).toBe(false);
  });

  it('compares nothing where the function depends on none of the variables', () => {
    const other = parameter('other', [3]);
    expect(checkGradients(square(x), [other], feeds)).toEqual({
      ok: true,
      worst: undefined,
      message: 'nothing to compare: no gradient depends on a variable',
    });
  });

  it('agrees that a step has the gradient 0', () => {
    const check = checkGradients(step(x), [x], feeds, { secondOrder: true });
    expect(check.ok, check.message).toBe(true);
  });

  it('keeps an input and a parameter of one name apart', () => {
    const w = input('w', [2]);
    const check = checkGradients(multiply(w, parameter('w', [2], [3, 4])), [w], { w: [5, 6] });
    expect(check.worst?.numeric).not.toBeCloseTo(0, 3);
    expect(check.ok, check.message).toBe(true);
  });

  it('refuses integers, and nodes that cannot be moved', () => {
    const ids = input('ids', ['batch'], 'i32');
    const E = parameter('E', [4, 2], 0.5);
    expect(() => checkGradients(gather(E, ids), [E, ids], { ids: [0] })).toThrow(ValueError);
    expect(() => checkGradients(gather(E, ids), [ids], { ids: [0] })).toThrow(
      "'ids' is of integers (ids or labels), which have no gradient; leave it out",
    );
    expect(() => checkGradients(square(x), [square(x) as typeof x], feeds)).toThrow(
      /only inputs and parameters can be moved/,
    );
    expect(() => checkGradients(ids, [], { ids: [1] })).toThrow(ShapeError);
  });

  it('refuses inputs that are not fed', () => {
    expect(() => checkGradients(square(x), [x])).toThrow("input 'x' [batch, 2] is not fed");
  });
});
