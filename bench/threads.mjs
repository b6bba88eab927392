/**
 * What threads are worth: node bench/threads.mjs [threads] [seconds]
 *
 * Times with one thread and with several, measured in short turns in one process, the shortest of each: of kernels alone;
 * of a training step of a language model as large as the Penn Treebank's (V = 10,000, 4 words of context, d = 100, 200
 * hidden units, full softmax); and of the XOR network (2-4-1, batch 4), which is too small to share and must not become
 * slower.
 */
import { importSources } from './sources.mjs';

const library = await importSources(`
  export * from './src/engine/wasm/index.ts';
  export * from './src/engine/kernels.ts';
  export * from './src/graph/index.ts';
  export { Workspace } from './src/program/workspace.ts';
  export { Optimizer } from './src/optim/index.ts';
  export { buildLanguageModelNetwork } from './src/models/language-model/network.ts';
`);
const { wasmEngine, kernelNumbers, instructionSize, Workspace, Optimizer, backward } = library;

const threads = Number(process.argv[2] ?? wasmEngine().threads);
const milliseconds = 1000 * Number(process.argv[3] ?? 3);
const engines = [wasmEngine({ threads: 1 }), wasmEngine({ threads })];
console.log(`node ${process.version}, ${engines[1].description}`);
console.log(
  `${'microseconds'.padEnd(40)}${'1 thread'.padStart(12)}${`${threads} threads`.padStart(12)}${'ratio'.padStart(8)}`,
);

await compare('matmul NT (512, 10000, 128)', (engine) => product(engine, 512, 10000, 128, 0, 1));
await compare('matmul NN (512, 128, 10000)', (engine) => product(engine, 512, 128, 10000, 0, 0));
await compare('matmul TN (128, 10000, 512)', (engine) => product(engine, 128, 10000, 512, 1, 0));
await compare('matmul NN (128, 200, 400)', (engine) => product(engine, 128, 200, 400, 0, 0));
await compare('matmul NN (64, 64, 64)', (engine) => product(engine, 64, 64, 64, 0, 0));
await compare('softmax (128, 10000)', (engine) => {
  return instruction(engine, 'softmax', (allocate) => [allocate(1280000), allocate(1280000), 128, 10000, 0]);
});
await compare('sumSquares of 2,000,000', (engine) => {
  return instruction(engine, 'sumSquares', (allocate) => [allocate(1), allocate(2000000), 2000000, 0, 0]);
});
await compare('fill of 200,000', (engine) => {
  return instruction(engine, 'fill', (allocate) => [allocate(200000), 200000, 0, 0]);
});
for (const kind of ['sgd', 'adam']) {
  for (const batch of [128, 512]) {
    await compare(`language model, ${kind}, batch ${batch}`, (engine) =>
      languageModelStep(engine, kind, batch),
    );
  }
}
await compare('XOR network, sgd, batch 4', xorStep);

/** Turns of a few milliseconds each; prints the shortest of either. */
async function compare(title, prepare) {
  const runs = engines.map(prepare);
  for (const run of runs) repeat(run, 30);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const times = runs.map((run) => Math.max(1, Math.round(2 / repeat(run, 30))));
  const shortest = runs.map(() => Infinity);
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      for (let time = 0; time < times[i]; time++) run();
      shortest[i] = Math.min(shortest[i], (performance.now() - start) / times[i]);
    }
  }
  const [alone, together] = shortest.map((time) => 1000 * time);
  const figures = [alone.toFixed(2).padStart(12), together.toFixed(2).padStart(12)];
  console.log(`${title.padEnd(40)}${figures.join('')}${(alone / together).toFixed(2).padStart(8)}`);
}

/** Runs for some milliseconds; returns milliseconds a run. */
function repeat(run, duration) {
  const start = performance.now();
  let count = 0;
  do {
    run();
    count++;
  } while (performance.now() - start < duration);
  return (performance.now() - start) / count;
}

function instruction(engine, name, words) {
  const machine = engine.createMachine();
  const code = new Int32Array(instructionSize(name));
  const allocate = (elements) => machine.allocate(elements);
  code.set([kernelNumbers[name], ...words(allocate)]);
  const handle = machine.load(code);
  return () => machine.run(handle);
}

function product(engine, m, n, k, transposeA, transposeB) {
  return instruction(engine, 'matmul', (allocate) => [
    ...[m * n, m * k, k * n].map(allocate),
    ...[0, m, n, k, transposeA, transposeB, 1],
  ]);
}

function languageModelStep(engine, kind, batch) {
  const config = {
    order: 5,
    dimension: 100,
    hidden: [200],
    activation: 'tanh',
    tied: false,
    directConnections: false,
    dropout: 0,
  };
  const network = library.buildLanguageModelNetwork(config, 10000, 1);
  const step = trainingStep(engine, network.loss, network.parameters, kind);
  const ids = (n) => Int32Array.from({ length: n }, () => 10000 * Math.random() ** 3);
  const feeds = { [network.context.name]: ids(4 * batch), [network.target.name]: ids(batch) };
  return () => step(feeds);
}

function xorStep(engine) {
  const { add, binaryCrossEntropy, input, matmul, mean, parameter, sigmoid } = library;
  const weights = (n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  const [W, U] = [parameter('W', [2, 4], weights(8)), parameter('U', [4, 1], weights(4))];
  const [b, c] = [parameter('b', [4], weights(4)), parameter('c', [1], weights(1))];
  const x = input('x', ['batch', 2]);
  const y = input('y', ['batch', 1]);
  const hidden = sigmoid(add(matmul(x, W), b));
  const loss = mean(binaryCrossEntropy(add(matmul(hidden, U), c), y));
  const step = trainingStep(engine, loss, [W, b, U, c], 'sgd');
  const feeds = { x: [0, 0, 0, 1, 1, 0, 1, 1], y: [0, 1, 1, 0] };
  return () => step(feeds);
}

function trainingStep(engine, loss, parameters, kind) {
  const optimizer = new Optimizer({ kind, learningRate: 0.001 });
  const updates = optimizer.updates(parameters, backward(loss, parameters));
  const program = new Workspace(engine).compile({ outputs: { loss }, updates });
  const hyper = optimizer.feeds(1);
  return (feeds) => program.run({ ...feeds, ...hyper });
}
