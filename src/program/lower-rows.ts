/** Operations over rows: lookups by id, bags, and what their gradients need. */
import type { Node } from '../graph/node.js';
import type { Lowering, Sizes } from './builder.js';
import type { Storage } from './storage.js';

export const rowLowerings = {
  gather(node, builder) {
    const [table, ids] = builder.storages(node.inputs);
    const y = builder.result(node);
    const [rows, width] = node.inputs[0]!.shape as [number, number];
    builder.emit('gather', [table!, ids!], [y], (sizes) => ({
      y: y.address,
      table: table!.address,
      ids: ids!.address,
      n: ids!.elements(sizes.known),
      width,
      rows,
    }));
  },
  scatterRows(node, builder) {
    const [values, ids] = builder.storages(node.inputs);
    const y = builder.result(node);
    const [rows, width] = node.shape as [number, number];
    builder.emit('scatterRows', [values!, ids!], [y], (sizes) => ({
      y: y.address,
      values: values!.address,
      ids: ids!.address,
      n: ids!.elements(sizes.known),
      width,
      rows,
    }));
  },
  bag(node, builder) {
    const [table, ids, ends] = builder.storages(node.inputs);
    const y = builder.result(node);
    const [rows, width] = node.inputs[0]!.shape as [number, number];
    const mode = poolingMode(node);
    builder.emit('bag', [table!, ids!, ends!], [y], (sizes) => ({
      y: y.address,
      table: table!.address,
      ids: ids!.address,
      ends: ends!.address,
      segments: ends!.elements(sizes.known),
      n: ids!.elements(sizes.known),
      width,
      rows,
      mode,
    }));
  },
  segmentPool(node, builder) {
    const [x, ends] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('segmentPool', [x!, ends!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      ends: ends!.address,
      ...segmentsOf(node.inputs[0]!, ends!, sizes),
      mode: poolingMode(node),
    }));
  },
  segmentRepeat(node, builder) {
    const [x, ends] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('segmentRepeat', [x!, ends!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      ends: ends!.address,
      ...segmentsOf(node, ends!, sizes),
    }));
  },
  segmentArgmax(node, builder) {
    const [x, ends] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('segmentArgmax', [x!, ends!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      ends: ends!.address,
      ...segmentsOf(node, ends!, sizes),
    }));
  },
  segmentLength(node, builder) {
    const [ends] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('segmentLength', [ends!], [y], (sizes) => ({
      y: y.address,
      ends: ends!.address,
      segments: ends!.elements(sizes.known),
    }));
  },
  oneHot(node, builder) {
    const [ids] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('oneHot', [ids!], [y], (sizes) => ({
      y: y.address,
      ids: ids!.address,
      rows: ids!.elements(sizes.known),
      columns: node.attributes.classes as number,
    }));
  },
  pick(node, builder) {
    const [x, ids] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('pick', [x!, ids!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      ids: ids!.address,
      ...sizes.matrix(node.inputs[0]!.shape),
    }));
  },
} satisfies Record<string, Lowering>;

function segmentsOf(
  items: Node,
  ends: Storage,
  sizes: Sizes,
): { segments: number; n: number; width: number } {
  const [n, width] = sizes.of(items.shape) as [number, number];
  return { segments: ends.elements(sizes.known), n, width };
}

const poolingCodes: Readonly<Record<string, number>> = { sum: 0, mean: 1, max: 2 };

function poolingMode(node: Node): number {
  return poolingCodes[node.attributes.pooling as string]!;
}
