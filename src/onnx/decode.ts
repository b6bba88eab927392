/** Protobuf bytes → ONNX models. Trusts nothing in the file; reads no other file and runs no code. */
import { FormatError } from '../base/errors.js';
import type { Tensor } from '../files/dtypes.js';
import { decodeTensor, elementTypeOf } from './decode-tensor.js';
import type { Attribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './schema.js';
import { readMessage } from './wire.js';

/**
 * Reads an `.onnx` file.
 *
 * @param file the name to give in messages.
 * @throws FormatError when it is no ONNX file, is damaged, keeps its weights in other files, or uses parts of the format
 * that small networks have no use for: branches and loops, functions of its own, sparse tensors.
 */
export function decodeOnnx(bytes: Uint8Array, file?: string): OnnxModel {
  try {
    return decodeModel(bytes);
  } catch (cause) {
    if (!(cause instanceof FormatError) || file === undefined) throw cause;
    throw new FormatError(cause.message, { file });
  }
}

function decodeModel(bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) throw new FormatError('this is an empty file, not an ONNX model');
  let irVersion = 0;
  let opset: number | undefined;
  let producer = '';
  let producerVersion = '';
  let description = '';
  let graph: OnnxGraph | undefined;
  const metadata = new Map<string, string>();
  readMessage(bytes, 'model', (field, value) => {
    switch (field) {
      case 1:
        irVersion = value.int();
        return;
      case 2:
        producer = value.text();
        return;
      case 3:
        producerVersion = value.text();
        return;
      case 6:
        description = value.text();
        return;
      case 7:
        if (graph !== undefined) throw new FormatError('the ONNX file has two graphs: it is damaged');
        graph = decodeGraph(value.bytes());
        return;
      case 8: {
        const { domain, version } = decodeOperatorSet(value.bytes());
        if (domain === '' || domain === 'ai.onnx') opset = version;
        return;
      }
      case 14: {
        const [key, text] = decodeProperty(value.bytes());
        if (metadata.has(key)) throw new FormatError(`the metadata of the ONNX file has '${key}' twice`);
        metadata.set(key, text);
        return;
      }
      case 25:
        throw new FormatError('the ONNX file defines functions of its own, which are not read: inline them');
    }
  });
  if (graph === undefined || opset === undefined) {
    throw new FormatError('this is no ONNX model: it lacks a graph or the version of the operators');
  }
  return { irVersion, opset, producer, producerVersion, description, graph, metadata };
}

function decodeOperatorSet(bytes: Uint8Array): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  readMessage(bytes, 'operator set', (field, value) => {
    if (field === 1) domain = value.text();
    if (field === 2) version = value.int();
  });
  return { domain, version };
}

function decodeProperty(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ['', ''];
  readMessage(bytes, 'metadata', (field, value) => {
    if (field === 1 || field === 2) pair[field - 1] = value.text();
  });
  return pair;
}

function decodeGraph(bytes: Uint8Array): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, Tensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values: OnnxValue[] = [];
  readMessage(bytes, 'graph', (field, value) => {
    switch (field) {
      case 1:
        nodes.push(decodeNode(value.bytes()));
        return;
      case 2:
        name = value.text();
        return;
      case 5: {
        const { name: tensorName, tensor } = decodeTensor(value.bytes());
        if (initializers.has(tensorName))
          throw new FormatError(`the ONNX file has two tensors '${tensorName}': it is damaged`);
        initializers.set(tensorName, tensor);
        return;
      }
      case 11:
        inputs.push(decodeValue(value.bytes()));
        return;
      case 12:
        outputs.push(decodeValue(value.bytes()));
        return;
      case 13:
        values.push(decodeValue(value.bytes()));
        return;
      case 15:
        throw new FormatError('the ONNX file has sparse tensors, which are not read: make them dense');
    }
  });
  return { name, nodes, initializers, inputs, outputs, values };
}

function decodeNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: [string, Attribute][] = [];
  let name = '';
  let opType = '';
  let domain = '';
  readMessage(bytes, 'node', (field, value) => {
    switch (field) {
      case 1:
        inputs.push(value.text());
        return;
      case 2:
        outputs.push(value.text());
        return;
      case 3:
        name = value.text();
        return;
      case 4:
        opType = value.text();
        return;
      case 5:
        attributes.push(decodeAttribute(value.bytes()));
        return;
      case 7:
        domain = value.text();
        return;
    }
  });
  // `fromEntries` makes own properties, whatever their names.
  return { name, opType, domain, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function decodeAttribute(bytes: Uint8Array): [string, Attribute] {
  let name = '';
  let type = 0;
  let single = 0;
  let text = '';
  let tensor: Tensor | undefined;
  const integers: number[] = [];
  const floats: number[] = [];
  let number = 0;
  readMessage(bytes, 'attribute', (field, value) => {
    switch (field) {
      case 1:
        name = value.text();
        return;
      case 2:
        single = value.float();
        return;
      case 3:
        number = value.int();
        return;
      case 4:
        text = value.text();
        return;
      case 5:
        tensor = decodeTensor(value.bytes()).tensor;
        return;
      case 7:
        return value.floatsInto(floats);
      case 8:
        return value.intsInto(integers);
      case 20:
        type = value.int();
        return;
    }
  });
  switch (type) {
    case 1:
      return [name, { type: 'float', value: single }];
    case 2:
      return [name, { type: 'int', value: number }];
    case 3:
      return [name, { type: 'string', value: text }];
    case 4:
      if (tensor !== undefined) return [name, { type: 'tensor', value: tensor }];
      break;
    case 6:
      return [name, { type: 'floats', value: floats }];
    case 7:
      return [name, { type: 'ints', value: integers }];
  }
  throw new FormatError(
    `the attribute '${name}' of a node in the ONNX file has the type ${type}, which is not read: numbers, text and ` +
      'tensors are; branches and loops are not',
  );
}

function decodeValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let type: Pick<OnnxValue, 'elementType' | 'shape'> = { elementType: undefined, shape: undefined };
  readMessage(bytes, 'value', (field, value) => {
    if (field === 1) name = value.text();
    if (field === 2) type = decodeType(value.bytes());
  });
  return { name, ...type };
}

function decodeType(bytes: Uint8Array): Pick<OnnxValue, 'elementType' | 'shape'> {
  let type = 0;
  let shape: (number | string)[] | undefined;
  readMessage(bytes, 'type', (field, value) => {
    // Sequences and maps (fields 4 and 5) are no tensors, and have no element type here.
    if (field !== 1) return;
    readMessage(value.bytes(), 'type', (part, inner) => {
      if (part === 1) type = inner.int();
      if (part === 2) shape = decodeShape(inner.bytes());
    });
  });
  return { elementType: elementTypeOf(type), shape };
}

function decodeShape(bytes: Uint8Array): (number | string)[] {
  const shape: (number | string)[] = [];
  readMessage(bytes, 'shape', (field, value) => {
    if (field !== 1) return;
    let axis: number | string = '';
    readMessage(value.bytes(), 'shape', (part, inner) => {
      if (part === 1) axis = inner.int();
      if (part === 2) axis = inner.text();
    });
    shape.push(axis);
  });
  return shape;
}
