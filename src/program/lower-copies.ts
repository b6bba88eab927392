/** Operations that only move values: all are strided copies. */
import { contiguousStrides, type Shape } from '../base/shape.js';
import type { Node } from '../graph/node.js';
import type { Builder, Sizes } from './builder.js';
import type { Storage } from './storage.js';
import { broadcastStrides, collapse } from './strides.js';

interface CopyLayout {
  readonly space: readonly number[];
  readonly xStrides: readonly number[];
  readonly yStrides: readonly number[];
  /** in elements */
  readonly xOffset?: number;
  readonly yOffset?: number;
}

function emitCopy(builder: Builder, x: Storage, y: Storage, layout: (sizes: Sizes) => CopyLayout): void {
  builder.emit('copy', [x], [y], (sizes) => {
    const { space, xStrides, yStrides, xOffset = 0, yOffset = 0 } = layout(sizes);
    const { sizes: d, strides } = collapse(space, [xStrides, yStrides], 5);
    const [sx, sy] = strides as [number[], number[]];
    return {
      y: y.address + 4 * yOffset,
      x: x.address + 4 * xOffset,
      d0: d[0]!,
      d1: d[1]!,
      d2: d[2]!,
      d3: d[3]!,
      d4: d[4]!,
      x0: sx[0]!,
      x1: sx[1]!,
      x2: sx[2]!,
      x3: sx[3]!,
      x4: sx[4]!,
      y0: sy[0]!,
      y1: sy[1]!,
      y2: sy[2]!,
      y3: sy[3]!,
      y4: sy[4]!,
    };
  });
}

export function lowerBroadcast(node: Node, builder: Builder): void {
  const [x] = builder.storages(node.inputs);
  emitCopy(builder, x!, builder.result(node), (sizes) => {
    const space = sizes.of(node.shape);
    return {
      space,
      xStrides: broadcastStrides(sizes.of(node.inputs[0]!.shape), space),
      yStrides: contiguousStrides(space),
    };
  });
}

export function lowerTranspose(node: Node, builder: Builder): void {
  const [x] = builder.storages(node.inputs);
  const permutation = node.attributes.permutation as readonly number[];
  emitCopy(builder, x!, builder.result(node), (sizes) => {
    const space = sizes.of(node.shape);
    const strides = contiguousStrides(sizes.of(node.inputs[0]!.shape));
    return { space, xStrides: permutation.map((axis) => strides[axis]!), yStrides: contiguousStrides(space) };
  });
}

export function lowerSlice(node: Node, builder: Builder): void {
  const [x] = builder.storages(node.inputs);
  const { axis, begin } = node.attributes as { axis: number; begin: number };
  emitCopy(builder, x!, builder.result(node), (sizes) => {
    const space = sizes.of(node.shape);
    const xStrides = contiguousStrides(sizes.of(node.inputs[0]!.shape));
    return { space, xStrides, yStrides: contiguousStrides(space), xOffset: begin * xStrides[axis]! };
  });
}

export function lowerPad(node: Node, builder: Builder): void {
  const { axis, before } = node.attributes as { axis: number; before: number };
  const y = builder.result(node);
  builder.emit('fill', [], [y], (sizes) => ({ y: y.address, n: y.elements(sizes.known), value: 0 }));
  placePart(node.inputs[0]!, node.shape, axis, before, y, builder);
}

export function lowerConcat(node: Node, builder: Builder): void {
  const axis = node.attributes.axis as number;
  const y = builder.result(node);
  let begin = 0;
  for (const part of node.inputs) {
    placePart(part, node.shape, axis, begin, y, builder);
    begin += part.shape[axis] as number;
  }
}

/** Copies a part to its place along an axis of y. */
function placePart(
  part: Node,
  shape: Shape,
  axis: number,
  begin: number,
  y: Storage,
  builder: Builder,
): void {
  emitCopy(builder, builder.storage(part), y, (sizes) => {
    const space = sizes.of(part.shape);
    const yStrides = contiguousStrides(sizes.of(shape));
    return { space, xStrides: contiguousStrides(space), yStrides, yOffset: begin * yStrides[axis]! };
  });
}
