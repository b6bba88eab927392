/** lexigrad info [MODEL] */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { VERSION } from '../../base/version.js';
import type { Engine } from '../../engine/engine.js';
import { measureProducts } from '../../engine/measure.js';
import { hasWasm, wasmEngine } from '../../engine/wasm/index.js';
import { openText } from '../../files/node/open.js';
import type { Node } from '../../graph/node.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import { predictionWork } from '../../models/language-model/inference/work.js';
import { LanguageModel } from '../../models/language-model/language-model.js';
import { loadModelContent } from '../../models/model-content.js';
import { NGRAM_KIND, NgramLanguageModel } from '../../models/ngram/language-model.js';
import { fastTextFacts, isFastTextFile, loadFastText } from '../fasttext.js';
import { bytes, count, counted, cut, pad, printable, scaled } from '../format.js';
import { onnxFacts } from '../interchange.js';
import { isArpaFile } from '../language-models.js';
import { buildModel, type Model, nameOfKind } from '../models.js';
import { addCommonOptions, addEngineOptions, addExamples, engineOf } from '../options.js';
import type { Terminal } from '../terminal.js';

/** Features of a text of moderate length, for telling the work of a prediction. */
const TYPICAL_ITEMS = 50;
const LINE_WIDTH = 100;

type Facts = Record<string, unknown>;

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('[model]', 'a model that train has saved, one of fastText, or n-grams (.arpa)')
    .description('Tell about this installation, or about a model.')
    .action(async (path: string | undefined) => {
      const facts = path === undefined ? await installation() : await modelFacts(path, command);
      if (command.opts().json) await terminal.writeJson(facts);
      else await terminal.write(asLines(facts, terminal));
    });
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad info', 'version, engines, cores'],
    ['lexigrad info tickets.lexigrad', 'labels, sizes, settings, how it was trained'],
  ]);
}

async function installation(): Promise<Facts> {
  const { findBlasEngine } = await import('../../engine/blas/index.js');
  const blas = await findBlasEngine().catch((error: Error) => ({ engine: undefined, reason: error.message }));
  const speed = (measured: Engine) => `${measureProducts(measured).toFixed(0)} GFLOP/s`;
  const engine = hasWasm() ? wasmEngine() : undefined;
  const chosen =
    engine === undefined
      ? 'reference: this runtime has no WebAssembly SIMD'
      : engine.build === 'relaxed'
        ? `${engine.description}: this runtime has relaxed SIMD, so multiply-add is fused; --exact forbids it`
        : `${engine.description}: this runtime has no relaxed SIMD (Node 22 and later have it)`;
  return {
    lexigrad: VERSION,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    engine: chosen,
    speed: engine === undefined ? undefined : speed(engine),
    blas: blas.engine?.description ?? `none: ${blas.reason}`,
    ...(blas.engine === undefined
      ? {}
      : { blasLibrary: blas.engine.file, blasSpeed: `${speed(blas.engine)}; use it with --engine blas` }),
    engines: [
      'reference',
      ...(engine === undefined ? [] : ['wasm']),
      ...(blas.engine === undefined ? [] : ['blas']),
    ],
  };
}

async function modelFacts(path: string, command: Command): Promise<Facts> {
  if (await isFastTextFile(path)) {
    const { kind, what, savedBy, ...facts } = fastTextFacts(await loadFastText(path));
    return { model: path, kind, what, savedBy, fileBytes: (await stat(path)).size, ...facts };
  }
  const foreign = await onnxFacts(path);
  if (foreign !== undefined) return { model: path, fileBytes: (await stat(path)).size, ...foreign };
  if (isArpaFile(path)) {
    const model = await NgramLanguageModel.fromArpa(openText(path), path);
    return { model: path, kind: 'arpa', fileBytes: (await stat(path)).size, ...ngramFacts(model) };
  }
  const content = await loadModelContent(path);
  if (content.kind === NGRAM_KIND) {
    return {
      model: path,
      kind: content.kind,
      what: nameOfKind(content.kind),
      savedBy: `lexigrad ${content.version}`,
      fileBytes: (await stat(path)).size,
      ...ngramFacts(NgramLanguageModel.fromModel(content, path)),
    };
  }
  const model = buildModel(content, path, await engineOf(command.opts()));
  const { record } = model;
  return {
    model: path,
    kind: content.kind,
    what: nameOfKind(content.kind),
    savedBy: `lexigrad ${content.version}`,
    fileBytes: (await stat(path)).size,
    ...(model instanceof LanguageModel ? languageModelFacts(model) : labelFacts(model)),
    parameters: model.parameterCount,
    ...workOf(model),
    ...(model instanceof LanguageModel ? tableFacts(model) : {}),
    settings: record.settings,
    data: record.data,
    results: record.results,
    stopped: record.stopped,
    bestEpoch: record.bestEpoch,
    compression: record.compression,
    weights: model.hash,
  };
}

function labelFacts(model: Exclude<Model, LanguageModel>): Facts {
  if (!(model instanceof TextClassifier)) return { ...model.config };
  const { vocabulary, handBuilt } = model;
  const { maximumFeatures: _, ...config } = model.config;
  return { ...config, features: vocabulary.size, handBuilt: handBuilt.names };
}

function languageModelFacts({ config, vocabulary }: LanguageModel): Facts {
  return { vocabulary: vocabulary.size, ...config };
}

function ngramFacts(model: NgramLanguageModel): Facts {
  const { config, vocabulary, ngrams, record } = model;
  return {
    vocabulary: vocabulary.size,
    ...config,
    ngramsByLength: ngrams.ngramCounts,
    memoryBytes: ngrams.byteLength,
    bytesPerNgram: ngrams.byteLength / ngrams.trie.size,
    parameters: model.parameterCount,
    settings: record.settings,
    data: record.data,
    results: record.results,
    weights: model.hash,
  };
}

/** Multiply-adds of one prediction, from the compiled program itself. */
function workOf(model: Model): Facts {
  const { network } = model;
  const output: Node = 'probabilities' in network ? network.probabilities : network.logits;
  const items: Record<string, number> =
    'ids' in network && network.ids !== undefined ? { items: TYPICAL_ITEMS } : {};
  const program = model.workspace.compile({ outputs: { output } });
  const steps = program.report({ batch: 1, ...items });
  return {
    multiplyAddsPerPrediction: Math.round(steps.reduce((sum, { flops }) => sum + flops, 0) / 2),
    ...(items.items === undefined ? {} : { forFeatures: TYPICAL_ITEMS }),
  };
}

/** What tables of the first layer save, where a language model can have them. */
function tableFacts({ config, network, vocabulary }: LanguageModel): Facts {
  const work = predictionWork(config, network.parameters, vocabulary.size);
  if (work?.tableBytes === undefined) return {};
  return {
    multiplyAddsWithTables: work.multiplyAddsWithTables,
    additionsInstead: work.additionsWithTables,
    tableBytes: work.tableBytes,
    tables: work.tables ? 'made as words are met' : 'not made: larger than the default of 64 MiB',
  };
}

function asLines(facts: Facts, terminal: Terminal): string {
  const shown = Object.entries(facts).filter(([name, value]) => value !== undefined && name !== 'what');
  const width = Math.max(...shown.map(([name]) => label(name).length));
  const line = ([name, value]: [string, unknown]) => {
    const text = cut(readable(name, value), LINE_WIDTH);
    return `${terminal.mark('bold', pad(label(name), width))}  ${text}\n`;
  };
  return shown.map(line).join('');
}

/** `multiplyAddsPerPrediction` → `multiply adds per prediction` */
function label(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function readable(name: string, value: unknown): string {
  if (value === null) return 'none';
  if (name === 'fileBytes' || name === 'memoryBytes' || name === 'tableBytes') return bytes(value as number);
  if (name === 'multiplyAddsPerPrediction' || name === 'multiplyAddsWithTables')
    return scaled(value as number).trim();
  if (typeof value === 'number')
    return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(5)));
  if (Array.isArray(value)) return listed(name, value);
  if (typeof value !== 'object') return printable(String(value));
  return Object.entries(value as Facts)
    .filter(([, item]) => typeof item !== 'object' || item === null || name === 'results')
    .map(([key, item]) =>
      name === 'results' ? `${key}: ${headline(item)}` : `${label(key)} ${readable(key, item)}`,
    )
    .join(name === 'results' ? '; ' : ', ');
}

function listed(name: string, list: readonly unknown[]): string {
  if (list.length === 0) return 'none';
  const items = list
    .map((item) => printable(typeof item === 'number' ? count(item) : String(item)))
    .join(', ');
  return name === 'labels' ? `${counted(list.length, 'label')}: ${items}` : items;
}

/** The one or two numbers of a result that matter most. */
function headline(result: unknown): string {
  const names = ['accuracy', 'macroF1', 'exactMatch', 'perplexity', 'tokens', 'loss', 'examples'];
  return Object.entries((result ?? {}) as Facts)
    .filter(([key]) => names.includes(key))
    .map(([key, value]) => `${label(key)} ${readable(key, value)}`)
    .join(', ');
}
