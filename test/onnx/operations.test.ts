/** Every operation of the graph, exported and run by onnxruntime, against the reference engine. */
import { describe, expect, it } from 'vitest';
import { axisSize } from '../../src/base/shape.js';
import { referenceEngine } from '../../src/engine/index.js';
import {
  backward,
  InputNode,
  type Node,
  type OpName,
  square,
  sum,
  topologicalOrder,
} from '../../src/graph/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { Workspace } from '../../src/program/index.js';
import { Maker } from '../graph/maker.js';
import { opRows } from '../graph/op-rows.js';
import { MISSING, runOnnx, runtime } from './runtime.js';

const names = Object.keys(opRows) as OpName[];
const cases = names.flatMap((name) => Object.keys(opRows[name].cases).map((title) => [name, title] as const));

/** Values and, by their absolute size, tolerances of 10⁻⁵. */
async function compare(outputs: Readonly<Record<string, Node>>, make: Maker): Promise<void> {
  const program = new Workspace(referenceEngine).compile({ outputs });
  program.run(Object.fromEntries(program.inputs.map(({ name }) => [name, make.feeds[name]!])));
  const inputs = topologicalOrder(Object.values(outputs)).filter((node) => node instanceof InputNode);
  const feeds = Object.fromEntries(
    inputs.map(({ name, shape }) => [
      name,
      { shape: shape.map((axis) => axisSize(axis, make.sizes)), data: make.feeds[name]! },
    ]),
  );
  const got = await runOnnx(exportOnnx(outputs), feeds);
  for (const [name, node] of Object.entries(outputs)) {
    const expected = program.read(name);
    const scale = Math.max(1, ...Array.from(expected, Math.abs));
    expect(got[name]!.shape, `shape of ${name}`).toEqual(
      node.shape.map((axis) => axisSize(axis, make.sizes)),
    );
    expect(got[name]!.data).toHaveLength(expected.length);
    got[name]!.data.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!), `${name}[${i}]`).toBeLessThanOrEqual(1e-5 * scale);
    });
  }
}

describe.skipIf(runtime === undefined)(`operations by onnxruntime (without it: ${MISSING})`, () => {
  it.each(cases)('computes %s and its gradients: %s', async (name, title) => {
    for (const seed of [1, 2]) {
      const make = new Maker(seed, 1 + 3 * seed);
      const y = opRows[name].cases[title]!(make);
      const gradients = backward(sum(square(y)), make.wrt).map((node, i) => [`gradient${i}`, node] as const);
      await compare({ y, ...Object.fromEntries(gradients) }, make);
    }
  });
});
