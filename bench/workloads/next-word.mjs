/**
 * Predicting one word of a feedforward language model (V = 10,000, four words of context, d = 100, H = 200 tanh), in
 * process, µs: the five likeliest words with their probabilities. Lexigrad starts from text, its peers from word ids.
 *
 * Lexigrad's float32 models keep a copy of the output layer in 16 bits and settle the likely words in float32; “plain” is
 * the same without the copy, “8 bits” what a model saved by `lexigrad compress --int8` does.
 */
import { engineOf } from '../harness/engines.mjs';
import { latency } from '../harness/measure.mjs';
import { inThreads } from '../harness/names.mjs';
import { wordIds } from '../harness/synthetic.mjs';
import { untrainedModel } from './lm-step.mjs';

const TOP = 5;

export default {
  name: 'next-word',
  title: 'One next word, V = 10,000',
  full: { vocabulary: 10_000, context: 4, dimension: 100, hidden: 200, top: TOP, calls: 3000 },
  quick: { vocabulary: 60, context: 4, dimension: 8, hidden: 6, top: TOP, calls: 20 },
  cases: () => ['p50', 'p99'].map((id) => ({ id, unit: 'µs', better: 'lower' })),
  contestants: [
    lexigrad('wasm'),
    lexigrad('wasm', 'plain', { precision: 'float32', tableBytes: 0 }),
    lexigrad('wasm', '8 bits', { precision: 'int8' }),
    lexigrad('blas'),
    peer('onnxruntime-node', ['onnxruntime-node'], async (settings) =>
      (await import('../peers/onnx.mjs')).nextWord(settings),
    ),
    peer('tfjs-wasm', ['tfjs', 'tfjs-wasm'], async (settings) =>
      (await import('../peers/tfjs.mjs')).nextWord(settings),
    ),
    peer('jax-js', ['jax-js'], async (settings) => (await import('../peers/jax.mjs')).nextWord(settings)),
    peer('pytorch', ['pytorch'], async (settings) =>
      (await import('../peers/python.mjs')).runPython('torch_peer.py', 'next-word', settings),
    ),
  ],
};

function lexigrad(engine, way, options) {
  const name = `lexigrad ${engine}${way === undefined ? '' : `, ${way}`}`;
  return peer(name, engine === 'blas' ? ['blas'] : [], async (settings) => {
    const model = await untrainedModel(await engineOf(engine), settings);
    model.prepare(options);
    const { vocabulary, context, calls } = settings;
    const ids = wordIds(calls * context, vocabulary);
    const texts = Array.from({ length: calls }, (_, i) =>
      Array.from(ids.subarray(i * context, (i + 1) * context), (id) => model.vocabulary.tokenOf(id)).join(
        ' ',
      ),
    );
    return latency((i) => model.next(texts[i % calls], { top: TOP }), settings);
  });
}

/** `run` gives { p50, p99 }, which are the cases. */
function peer(name, needs, run) {
  return { name: `${name}, ${inThreads(1)}`, threads: 1, needs, run };
}
