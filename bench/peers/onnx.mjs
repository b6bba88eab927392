/** onnxruntime-node: inference only. The language model is written here as an ONNX file, a message of protocol buffers. */
import { latency } from '../harness/measure.mjs';
import { weights, wordIds } from '../harness/synthetic.mjs';
import { require } from './modules.mjs';

/** µs of the five likeliest next words. */
export async function nextWord({ calls, top, ...sizes }) {
  const { InferenceSession, Tensor } = require('onnxruntime-node');
  const session = await InferenceSession.create(languageModel({ ...sizes, top }), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const { context, vocabulary } = sizes;
  const ids = BigInt64Array.from(wordIds(calls * context, vocabulary), BigInt);
  return latency(
    async (i) => {
      const at = (i % calls) * context;
      const { values, indices } = await session.run({
        ids: new Tensor('int64', ids.subarray(at, at + context), [context]),
      });
      return [values.data, indices.data];
    },
    { calls },
  );
}

/**
 * The model as the bytes of an ONNX file.
 * Field numbers: onnx.proto of github.com/onnx/onnx (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
 */
export function languageModel({ vocabulary, context, dimension, hidden, top }) {
  const [FLOAT, INT64] = [1, 7];
  const floats = (name, shape, seed) =>
    tensor(
      name,
      FLOAT,
      shape,
      weights(
        shape.reduce((product, size) => product * size, 1),
        0.05,
        seed,
      ),
    );
  const integers = (name, values) => tensor(name, INT64, [values.length], BigInt64Array.from(values, BigInt));
  const nodes = [
    ['Gather', ['table', 'ids'], ['rows']],
    ['Reshape', ['rows', 'flat'], ['x']],
    ['MatMul', ['x', 'w'], ['xw']],
    ['Add', ['xw', 'b'], ['z']],
    ['Tanh', ['z'], ['h']],
    ['MatMul', ['h', 'u'], ['hu']],
    ['Add', ['hu', 'c'], ['logits']],
    ['Softmax', ['logits'], ['p']],
    ['TopK', ['p', 'k'], ['values', 'indices']],
  ].map(([op, inputs, outputs]) =>
    field(1, [
      ...inputs.map((name) => field(1, name)),
      ...outputs.map((name) => field(2, name)),
      field(4, op),
    ]),
  );
  const constants = [
    floats('table', [vocabulary, dimension], 1),
    integers('flat', [1, context * dimension]),
    floats('w', [context * dimension, hidden], 2),
    floats('b', [hidden], 3),
    floats('u', [hidden, vocabulary], 4),
    floats('c', [vocabulary], 5),
    integers('k', [top]),
  ].map((content) => field(5, content));
  const graph = [
    ...nodes,
    field(2, 'language-model'),
    ...constants,
    field(11, valueInfo('ids', INT64, [context])),
    field(12, valueInfo('values', FLOAT, [1, top])),
    field(12, valueInfo('indices', INT64, [1, top])),
  ];
  return Buffer.concat([field(1, 8), field(7, graph), field(8, [field(2, 13)])]);
}

function tensor(name, type, shape, values) {
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return [...shape.map((size) => field(1, size)), field(2, type), field(8, name), field(9, raw)];
}

function valueInfo(name, type, shape) {
  const axes = shape.map((size) => field(1, [field(1, size)]));
  return [field(1, name), field(2, [field(1, [field(1, type), field(2, axes)])])];
}

/** One field of a message: a whole number, a text, bytes, or a message given as the list of its fields. */
function field(number, value) {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  const content = Array.isArray(value) ? Buffer.concat(value) : Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
