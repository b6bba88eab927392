/** ONNX models → protobuf bytes. The same model gives the same bytes. */
import { PbfWriter } from 'pbf';
import { ValueError } from '../base/errors.js';
import { type Tensor, tensorBytes } from '../files/dtypes.js';
import {
  type Attribute,
  elementTypes,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from './schema.js';

/** Protobuf messages end below 2 GB; one per cent is left for names and nodes. */
const LARGEST_WEIGHTS = 0x7fffffff * 0.99;

/** Room beside the weights, so that small models are written without growing; more is made where it is needed. */
const ROOM_FOR_NODES = 1 << 16;

/** `AttributeProto.AttributeType` */
const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/**
 * The bytes of an `.onnx` file.
 *
 * @throws ValueError when the weights are over 2 GB, which the format cannot hold in one file.
 */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const bytes = [...model.graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > LARGEST_WEIGHTS) {
    throw new ValueError(
      `the weights take ${bytes} bytes, but an ONNX file ends below 2 GB: save them as safetensors`,
    );
  }
  const writer = new PbfWriter(new Uint8Array(bytes + ROOM_FOR_NODES));
  writeModel(model, writer);
  // A copy in a buffer of its own length.
  return writer.finish().slice();
}

function writeModel(model: OnnxModel, to: PbfWriter): void {
  to.writeVarintField(1, model.irVersion);
  to.writeStringField(2, model.producer);
  to.writeStringField(3, model.producerVersion);
  if (model.description !== '') to.writeStringField(6, model.description);
  to.writeMessage(7, writeGraph, model.graph);
  to.writeMessage(8, writeOperatorSet, model.opset);
  for (const property of model.metadata) to.writeMessage(14, writeProperty, property);
}

function writeOperatorSet(version: number, to: PbfWriter): void {
  to.writeStringField(1, '');
  to.writeVarintField(2, version);
}

function writeProperty([key, value]: [string, string], to: PbfWriter): void {
  to.writeStringField(1, key);
  to.writeStringField(2, value);
}

function writeGraph(graph: OnnxGraph, to: PbfWriter): void {
  for (const node of graph.nodes) to.writeMessage(1, writeNode, node);
  to.writeStringField(2, graph.name);
  for (const initializer of graph.initializers) to.writeMessage(5, writeTensor, initializer);
  for (const input of graph.inputs) to.writeMessage(11, writeValue, input);
  for (const output of graph.outputs) to.writeMessage(12, writeValue, output);
  for (const value of graph.values) to.writeMessage(13, writeValue, value);
}

function writeNode(node: OnnxNode, to: PbfWriter): void {
  for (const input of node.inputs) to.writeStringField(1, input);
  for (const output of node.outputs) to.writeStringField(2, output);
  to.writeStringField(3, node.name);
  to.writeStringField(4, node.opType);
  for (const attribute of Object.entries(node.attributes)) to.writeMessage(5, writeAttribute, attribute);
  if (node.domain !== '') to.writeStringField(7, node.domain);
}

function writeAttribute([name, attribute]: [string, Attribute], to: PbfWriter): void {
  to.writeStringField(1, name);
  switch (attribute.type) {
    case 'float':
      to.writeFloatField(2, attribute.value);
      break;
    case 'int':
      to.writeVarintField(3, attribute.value);
      break;
    case 'string':
      to.writeStringField(4, attribute.value);
      break;
    case 'tensor':
      to.writeMessage(5, writeTensor, ['', attribute.value] as [string, Tensor]);
      break;
    case 'floats':
      to.writePackedFloat(7, [...attribute.value]);
      break;
    case 'ints':
      to.writePackedVarint(8, [...attribute.value]);
      break;
  }
  to.writeVarintField(20, attributeTypes[attribute.type]);
}

function writeTensor([name, tensor]: [string, Tensor], to: PbfWriter): void {
  to.writePackedVarint(1, [...tensor.shape]);
  to.writeVarintField(2, elementTypes[tensor.dtype]);
  if (name !== '') to.writeStringField(8, name);
  to.writeBytesField(9, tensorBytes(tensor));
}

function writeValue(value: OnnxValue, to: PbfWriter): void {
  to.writeStringField(1, value.name);
  to.writeMessage(2, writeType, value);
}

/** TypeProto, of which only the tensor is written. */
function writeType(value: OnnxValue, to: PbfWriter): void {
  to.writeMessage(1, writeTensorType, value);
}

function writeTensorType({ elementType, shape }: OnnxValue, to: PbfWriter): void {
  to.writeVarintField(1, elementType === undefined ? 0 : elementTypes[elementType]);
  if (shape !== undefined) to.writeMessage(2, writeShape, shape);
}

function writeShape(shape: readonly (number | string)[], to: PbfWriter): void {
  for (const axis of shape) to.writeMessage(1, writeAxis, axis);
}

function writeAxis(axis: number | string, to: PbfWriter): void {
  if (typeof axis === 'number') to.writeVarintField(1, axis);
  else if (axis !== '') to.writeStringField(2, axis);
}
