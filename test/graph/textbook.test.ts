/** The worked examples of the textbook chapter, by name. */
import { describe, expect, it } from 'vitest';
import {
  add,
  backward,
  backwardAll,
  binaryCrossEntropy,
  constant,
  input,
  inputs,
  log,
  matmul,
  mean,
  multiply,
  type Node,
  negate,
  parameter,
  relu,
  sigmoid,
  softmaxCrossEntropy,
  step,
  subtract,
  sum,
} from '../../src/graph/index.js';
import { evaluate as evaluateNodes, type Feeds } from '../../src/program/index.js';

function evaluate<Name extends string>(outputs: Record<Name, Node>, feeds: Feeds): Record<Name, number[]> {
  const values = evaluateNodes(outputs, feeds);
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, [...values[name as Name]]])) as Record<
    Name,
    number[]
  >;
}

describe('L = c (a + 2b) at a = 3, b = 1, c = −2', () => {
  const [a, b, c] = inputs('a', 'b', 'c');
  const d = multiply(2, b);
  const e = add(a, d);
  const L = multiply(c, e);
  const at = { a: 3, b: 1, c: -2 };

  it('is −10 forward, with d = 2 and e = 5', () => {
    expect(evaluate({ d, e, L }, at)).toEqual({ d: [2], e: [5], L: [-10] });
  });

  it('has the derivatives −2, −4 and 5 backward', () => {
    const [dLda, dLdb, dLdc] = backward(L, [a, b, c]);
    expect(evaluate({ dLda, dLdb, dLdc }, at)).toEqual({ dLda: [-2], dLdb: [-4], dLdc: [5] });
  });

  it('has the intermediate derivatives ∂L/∂d = ∂L/∂e = −2', () => {
    const { gradients } = backwardAll(L, [a, b, c]);
    expect(evaluate({ d: gradients.get(d)!, e: gradients.get(e)! }, at)).toEqual({ d: [-2], e: [-2] });
  });
});

describe('a two-layer network with ReLU and sigmoid', () => {
  // Two inputs, two hidden ReLU units, one sigmoid output, binary cross-entropy with y = 1.
  const W1 = parameter('W1', [2, 2], [0.5, -0.3, 0.8, 0.2]);
  const b1 = parameter('b1', [2, 1], [0.1, -0.4]);
  const W2 = parameter('W2', [1, 2], [0.7, -0.6]);
  const b2 = parameter('b2', [1], [0.05]);
  const x = input('x', [2, 1]);
  const z1 = add(matmul(W1, x), b1);
  const a1 = relu(z1);
  const z2 = add(matmul(W2, a1), b2);
  const a2 = sigmoid(z2);
  const L = negate(sum(log(a2)));

  it('gives every intermediate derivative by the chain rule', () => {
    const { gradients } = backwardAll(L, [x, W1, b1, W2, b2]);
    const X = [1.5, 2];
    const Z1 = [0.5 * 1.5 - 0.3 * 2 + 0.1, 0.8 * 1.5 + 0.2 * 2 - 0.4];
    const A1 = Z1.map((z) => Math.max(z, 0));
    const Z2 = 0.7 * A1[0]! - 0.6 * A1[1]! + 0.05;
    const A2 = 1 / (1 + Math.exp(-Z2));
    const dZ2 = A2 - 1;
    const dA1 = [dZ2 * 0.7, dZ2 * -0.6];
    const dZ1 = dA1.map((g, i) => (Z1[i]! > 0 ? g : 0));
    const got = evaluate(
      {
        a1,
        a2,
        dA2: gradients.get(a2)!,
        dZ2: gradients.get(z2)!,
        dW2: gradients.get(W2)!,
        dA1: gradients.get(a1)!,
        dZ1: gradients.get(z1)!,
        dW1: gradients.get(W1)!,
        db1: gradients.get(b1)!,
        dx: gradients.get(x)!,
      },
      { x: X },
    );
    const close = (name: keyof typeof got, expected: number[]) =>
      expected.forEach((value, i) => {
        expect(got[name][i], name).toBeCloseTo(value, 12);
      });
    close('a1', A1);
    close('a2', [A2]);
    close('dA2', [-1 / A2]);
    close('dZ2', [dZ2]);
    close(
      'dW2',
      A1.map((a) => dZ2 * a),
    );
    close('dA1', dA1);
    close('dZ1', dZ1);
    close('dW1', [dZ1[0]! * X[0]!, dZ1[0]! * X[1]!, dZ1[1]! * X[0]!, dZ1[1]! * X[1]!]);
    close('dx', [0.5 * dZ1[0]! + 0.8 * dZ1[1]!, -0.3 * dZ1[0]! + 0.2 * dZ1[1]!]);
    close('db1', dZ1);
  });
});

describe('gradients of the losses', () => {
  it('sigmoid with binary cross-entropy: ∂L/∂z = a − y', () => {
    const z = input('z', ['batch']);
    const y = input('y', ['batch']);
    const [dz] = backward(sum(binaryCrossEntropy(z, y)), [z]);
    const got = evaluate({ dz, a: sigmoid(z) }, { z: [-2, 0.3, 4], y: [0, 1, 0.25] });
    [0, 1, 0.25].forEach((target, i) => {
      expect(got.dz[i]).toBeCloseTo(got.a[i]! - target, 12);
    });
  });

  it('softmax with cross-entropy to a distribution: ∂C/∂zᵢ = aᵢ Σⱼ yⱼ − yᵢ', () => {
    const z = input('z', ['batch', 3]);
    const y = input('y', ['batch', 3]);
    const [dz] = backward(sum(softmaxCrossEntropy(z, y)), [z]);
    const logits = [0.2, -1, 2];
    const targets = [0.5, 0.1, 0.9];
    const total = logits.reduce((s, value) => s + Math.exp(value), 0);
    const got = evaluate({ dz }, { z: logits, y: targets });
    logits.forEach((value, i) => {
      expect(got.dz[i]).toBeCloseTo((Math.exp(value) / total) * 1.5 - targets[i]!, 12);
    });
  });

  it('softmax with cross-entropy to a class: ∂L/∂z = p − y', () => {
    const z = input('z', ['batch', 3]);
    const label = input('label', ['batch'], 'i32');
    const [dz] = backward(sum(softmaxCrossEntropy(z, label)), [z]);
    const logits = [0.2, -1, 2];
    const total = logits.reduce((s, value) => s + Math.exp(value), 0);
    const got = evaluate({ dz }, { z: logits, label: [1] });
    logits.forEach((value, i) => {
      expect(got.dz[i]).toBeCloseTo(Math.exp(value) / total - (i === 1 ? 1 : 0), 12);
    });
  });
});

describe('XOR with given weights', () => {
  const x = input('x', ['batch', 2]);
  const h = relu(add(matmul(x, constant([1, 1, 1, 1], [2, 2])), constant([0, -1])));
  const y = matmul(h, constant([1, -2], [2, 1]));

  it('two ReLU units and a linear output compute it', () => {
    const got = evaluate({ h, y }, { x: [0, 0, 0, 1, 1, 0, 1, 1] });
    expect(got.y).toEqual([0, 1, 1, 0]);
    // In the hidden space (1, 0) and (0, 1) fall on one point, so that a line separates the classes.
    expect(got.h).toEqual([0, 0, 1, 0, 1, 0, 2, 1]);
  });
});

describe('perceptrons', () => {
  it.each([
    ['AND', -1, [0, 0, 0, 1]],
    ['OR', 0, [0, 1, 1, 1]],
  ] as const)('x₁ + x₂ + b > 0 computes %s with b = %d', (_name, bias, expected) => {
    const x = input('x', ['batch', 2]);
    const y = step(add(matmul(x, constant([1, 1], [2, 1])), bias));
    expect(evaluate({ y }, { x: [0, 0, 0, 1, 1, 0, 1, 1] }).y).toEqual(expected);
  });
});

describe('layers', () => {
  const x = input('x', ['batch', 3]);
  const W1 = constant([1, 2, 3, 4, 5, 6], [2, 3]);
  const b1 = constant([0.5, -0.5]);
  const W2 = constant([2, -1, 0, 3], [2, 2]);
  const b2 = constant([1, 2]);
  const feeds = { x: [1, -1, 2, 0.5, 0.25, -3] };
  const linear = (input: Node, W: Node, b: Node) => add(matmul(input, W, { transposeB: true }), b);

  it('linear layers collapse into one: W = W₂ W₁, b = W₂ b₁ + b₂', () => {
    const two = linear(linear(x, W1, b1), W2, b2);
    const W = matmul(W2, W1);
    const b = add(sum(multiply(W2, b1), 1), b2);
    const got = evaluate({ two, one: linear(x, W, b) }, feeds);
    got.one.forEach((value, i) => {
      expect(value).toBeCloseTo(got.two[i]!, 12);
    });
  });

  it('the bias folds into W as the weight of a constant input x₀ = 1', () => {
    const x0 = input('x0', ['batch', 4]);
    const folded = matmul(x0, constant([0.5, 1, 2, 3, -0.5, 4, 5, 6], [2, 4]), { transposeB: true });
    const plain = evaluate({ y: linear(x, W1, b1) }, feeds);
    const withOne = evaluate({ y: folded }, { x0: [1, 1, -1, 2, 1, 0.5, 0.25, -3] });
    withOne.y.forEach((value, i) => {
      expect(value).toBeCloseTo(plain.y[i]!, 12);
    });
  });

  it('m examples are one matrix product: H = σ(X Wᵀ + b) row by row', () => {
    const H = sigmoid(linear(x, W1, b1));
    const together = evaluate({ H }, feeds).H;
    const apart = [feeds.x.slice(0, 3), feeds.x.slice(3)].flatMap((row) => evaluate({ H }, { x: row }).H);
    expect(together).toEqual(apart);
  });
});

describe('the language-model loss', () => {
  it('is −log p(w), and a gradient step lowers it: θ ← θ − η ∇L', () => {
    const z = parameter('z', [1, 4], [0.1, 0.2, 0.3, 0.4]);
    const word = input('word', [1], 'i32');
    const loss = mean(softmaxCrossEntropy(z, word));
    const [gradient] = backward(loss, [z]);
    const stepped = subtract(z, multiply(0.5, gradient));
    const got = evaluate({ before: loss, after: mean(softmaxCrossEntropy(stepped, word)) }, { word: [2] });
    const total = [0.1, 0.2, 0.3, 0.4].reduce((s, value) => s + Math.exp(value), 0);
    expect(got.before[0]).toBeCloseTo(-Math.log(Math.exp(0.3) / total), 12);
    expect(got.after[0]!).toBeLessThan(got.before[0]!);
  });
});
