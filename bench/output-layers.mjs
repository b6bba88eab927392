/**
 * Output layers: node bench/output-layers.mjs <folder with ptb.{train,valid}.txt> [epochs] [every nth line] [layers]
 *
 * The textbook model (order 5, d = 128, one hidden layer of 256, tied) on the Penn Treebank, V = 10,000, with each output
 * layer. First the speed of training, in rounds of a few steps of each layer in turn, by the CPU time of one thread, so
 * that other work on the machine counts little; the fastest round of each. Then each is trained for the same epochs on
 * the same lines, and its exact perplexity measured on the first 1,000 lines of the validation text.
 *
 * Others can be added as JSON: LAYERS='{"s2000":{"output":"sampled","samples":2000}}', and s2000 among the layers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importSources } from './sources.mjs';

const lexigrad = await importSources(`
  export { wasmEngine } from './src/engine/index.ts';
  export { backward } from './src/graph/index.ts';
  export { contextLength } from './src/models/language-model/context.ts';
  export { CorpusReader, CorpusSource, encodeCorpus } from './src/models/language-model/corpus.ts';
  export { LanguageModel } from './src/models/language-model/language-model.ts';
  export { OutputSource, withClusters } from './src/models/language-model/output.ts';
  export { configure, TRAINING_DEFAULTS } from './src/models/language-model/train.ts';
  export { Optimizer } from './src/optim/index.ts';
  export { createTokenizer } from './src/text/index.ts';
  export { Trainer } from './src/train/trainer.ts';
`);
const [folder, epochs = '2', nth = '5', chosen = 'softmax,adaptive,classes,sampled,nce'] =
  process.argv.slice(2);
if (folder === undefined) throw new Error('say where ptb.train.txt and ptb.valid.txt are');
const LAYERS = {
  softmax: {},
  adaptive: { output: 'adaptive' },
  classes: { output: 'classes' },
  sampled: { output: 'sampled' },
  nce: { output: 'nce' },
  ...JSON.parse(process.env.LAYERS ?? '{}'),
};
const TOKENIZER = { kind: 'whitespace' };
const BATCH = 512;
const SEED = 1;
const ROUNDS = 6;
const STEPS = 2;
/** Lines of the validation text that are measured on. */
const JUDGED = 1000;
const { learningRate, weightDecay, beta2, clip } = lexigrad.TRAINING_DEFAULTS;
const OPTIMIZER = { kind: 'adamw', learningRate, weightDecay, beta2 };

const linesOf = (name) => readFileSync(join(folder, `ptb.${name}.txt`), 'utf8').split('\n');
const lines = linesOf('train');
const reader = new lexigrad.CorpusReader(TOKENIZER);
for (const line of lines) reader.add(line);
const { vocabulary } = reader.finish({ minimumCount: 1, maximumSize: 10_000 });
const tokenizer = lexigrad.createTokenizer(TOKENIZER);
const some = lines.filter((_, i) => i % Number(nth) === 0);
const corpus = await lexigrad.encodeCorpus(some, tokenizer, vocabulary);
const validation = await lexigrad.encodeCorpus(linesOf('valid').slice(0, JUDGED), tokenizer, vocabulary);
console.log(
  `node ${process.version}, one thread; V = ${vocabulary.size}; ${corpus.ids.length} tokens to train on ` +
    `(every ${nth}th line), ${validation.ids.length} to validate; ${epochs} epochs`,
);

const names = chosen.split(',');
const speeds = measureSpeeds();
console.log(
  'layer          tokens/s  against softmax   parameters   perplexity   CPU s   ln Z, mean ± deviation',
);
for (const name of names) {
  const lm = modelOf(name);
  const before = process.cpuUsage();
  if (Number(epochs) > 0) await train(lm);
  const { user, system } = process.cpuUsage(before);
  console.log(
    [
      name.padEnd(13),
      speeds.get(name).toFixed(0).padStart(9),
      against(name).padStart(16),
      String(lm.parameterCount).padStart(12),
      lm.perplexityOf(validation).perplexity.toFixed(2).padStart(12),
      ((user + system) / 1e6).toFixed(0).padStart(7),
      normalizerOf(lm).padStart(14),
    ].join(' '),
  );
}

function against(name) {
  const full = speeds.get('softmax');
  return full === undefined ? '–' : `${(speeds.get(name) / full).toFixed(2)}×`;
}

function modelOf(name) {
  const options = { tokenizer: TOKENIZER, ...LAYERS[name] };
  const config = lexigrad.withClusters(lexigrad.configure(options), vocabulary, options);
  const engine = lexigrad.wasmEngine({ threads: 1 });
  const lm = new lexigrad.LanguageModel({ config, vocabulary, seed: SEED, engine });
  const total = vocabulary.totalCount + vocabulary.size;
  const frequencies = Array.from(
    { length: vocabulary.size },
    (_, id) => (vocabulary.countOf(id) + 1) / total,
  );
  for (const [bias, values] of lm.network.output.biases(frequencies)) lm.workspace.write(bias, values);
  return lm;
}

function sourceOf({ config, network }) {
  const length = lexigrad.contextLength(config);
  const settings = { batchSize: BATCH, length, mode: config.context, seed: SEED };
  return new lexigrad.OutputSource(
    new lexigrad.CorpusSource(corpus.ids, settings),
    network.output,
    vocabulary,
    SEED,
  );
}

/** Tokens per second of CPU time; drawing words and grouping rows is part of it. */
function measureSpeeds() {
  const runs = names.map((name) => {
    const lm = modelOf(name);
    const { loss, parameters } = lm.network;
    const optimizer = new lexigrad.Optimizer(OPTIMIZER);
    const updates = optimizer.updates(parameters, lexigrad.backward(loss, parameters));
    const program = lm.workspace.compile({ outputs: { loss }, updates, clip });
    return { name, program, optimizer, source: sourceOf(lm).batches(0, 0), step: 0, best: 0 };
  });
  // The first round is not counted: memory is still placed.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const run of runs) {
      const begin = process.cpuUsage();
      let tokens = 0;
      for (let i = 0; i < STEPS; i++) {
        const { feeds, size } = run.source.next().value;
        run.program.run({ ...feeds, ...run.optimizer.feeds(++run.step) }, { seed: SEED, step: run.step });
        tokens += size;
      }
      const { user, system } = process.cpuUsage(begin);
      if (round > 0) run.best = Math.max(run.best, (1e6 * tokens) / (user + system));
    }
  }
  return new Map(runs.map(({ name, best }) => [name, best]));
}

/** As `LanguageModel.train` does, with a given vocabulary. */
async function train(lm) {
  const { workspace, network } = lm;
  const source = sourceOf(lm);
  const warmup = Math.min(300, Math.ceil((Number(epochs) * source.batchesPerEpoch) / 10));
  const { loss, parameters } = network;
  await new lexigrad.Trainer({
    ...{ workspace, loss, parameters, source, optimizer: OPTIMIZER, clip, seed: SEED },
    schedule: { kind: 'cosine', warmup },
    epochs: Number(epochs),
  }).run();
}

/** How near to 1 the scores' normaliser is, which costs nothing where it need not be computed. */
function normalizerOf(lm) {
  if (lm.network.unnormalizedSurprisal === undefined) return '–';
  const values = linesOf('valid')
    .slice(0, 100)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const exact = lm.score(line).tokens;
      const quick = lm.score(line, { normalized: false }).tokens;
      return exact.map(({ logProbability }, i) => quick[i].logProbability - logProbability);
    });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return `${mean.toFixed(2)} ± ${Math.sqrt(variance).toFixed(2)}`;
}
