import {
  LanguageModel,
  type LanguageModelOptions,
  NgramLanguageModel,
  TextClassifier,
  type WordVectors,
} from 'lexigrad';
import { decodeModel } from 'lexigrad/files';
import { detokenize } from 'lexigrad/text';
import type { ModelFile } from '../../text-models/holder.js';
import { TrainingReporter } from '../../text-models/reporter.js';
import { serve, Transfer } from '../../worker/serve.js';
import { type Corpus, readCorpus } from './corpus.js';
import { expectation } from './expectation.js';
import type { LanguageModelFacts, LanguageModelTasks, Scored, TextSource } from './tasks.js';

const FIRST_LINES = 6;
const LONGEST_SHOWN = 200;
/** Text that grows faster than this is not read. */
const TELL_EVERY_MS = 60;

let read: { readonly id: number; readonly corpus: Corpus } | undefined;
let model: LanguageModel | undefined;
let counts: NgramLanguageModel | undefined;

serve<LanguageModelTasks>({
  read: async (source) => {
    const { train, heldOut } = await corpusOf(source);
    return {
      lines: train.length + heldOut.length,
      heldOut: heldOut.length,
      characters: [...train, ...heldOut].reduce((total, line) => total + line.length, 0),
      first: train.slice(0, FIRST_LINES).map((line) => line.slice(0, LONGEST_SHOWN)),
    };
  },

  train: async ({ source, options, pretrained, resume }, { progress, signal }) => {
    const { train, heldOut } = await corpusOf(source);
    const reporter = new TrainingReporter(progress, signal, resume);
    const vectors = pretrained === undefined ? undefined : vectorsOf(pretrained);
    const all: LanguageModelOptions = { ...options, ...reporter.options, pretrained: vectors };
    const lm =
      heldOut.length === 0
        ? await LanguageModel.train(train, { ...all, holdOut: 0 })
        : await LanguageModel.train(train, all, heldOut);
    const bytes = lm.toBytes() as Uint8Array<ArrayBuffer>;
    return new Transfer({ bytes, record: lm.record }, [bytes.buffer]);
  },

  baseline: async ({ source, options }) => {
    const { train, heldOut, best } = await corpusOf(source);
    if (heldOut.length === 0) return { perplexity: undefined, best };
    const { order, tokenizer, minimumCount } = options;
    const counted = await NgramLanguageModel.train(train, { order, tokenizer, minimumCount });
    return { perplexity: (await counted.perplexity(heldOut)).perplexity, best };
  },

  load: ({ bytes, name }) => {
    model = LanguageModel.fromBytes(bytes, { file: name });
    counts = undefined;
    return factsOf(model, bytes.length);
  },

  count: async (source) => {
    const lm = theModel();
    const { train } = await corpusOf(source);
    const { order, context } = lm.config;
    counts = await NgramLanguageModel.train(train, { order, context, like: lm });
    return counts.parameterCount;
  },

  expect: ({ text, word }) => expectation(theModel(), counts, text, word),

  score: ({ text }) => score(theModel(), text),

  generate: async ({ by, prompt, ...options }, { progress, signal, breathe }) => {
    const lm = theModel();
    const asked = by === 'counts' ? counts : lm;
    if (asked === undefined) throw new Error('nothing was counted: open a text first');
    const tokens = lm.tokenizer.tokenize(prompt);
    const text = () => detokenize(tokens, lm.tokenizer.options.kind);
    let told = performance.now();
    for (const token of asked.generateTokens({ ...options, prompt })) {
      if (token === lm.vocabulary.tokenOf(1)) break;
      tokens.push(token);
      if (performance.now() - told > TELL_EVERY_MS) {
        told = performance.now();
        progress(text());
        await breathe();
      }
      if (signal.aborted) break;
    }
    return text();
  },
});

function theModel(): LanguageModel {
  if (model === undefined) throw new Error('there is no model yet: train one, or open a file');
  return model;
}

async function corpusOf(source: TextSource): Promise<Corpus> {
  if (read?.id !== source.id) read = { id: source.id, corpus: await readCorpus(source) };
  return read.corpus;
}

/** The embeddings of a language model or of a classifier. */
function vectorsOf({ bytes, name }: ModelFile): WordVectors {
  const loaded = decodeModel(bytes, name);
  return loaded.kind === 'text-classifier'
    ? TextClassifier.fromModel(loaded, { file: name }).wordVectors()
    : LanguageModel.fromModel(loaded, { file: name }).wordVectors();
}

function factsOf(lm: LanguageModel, bytes: number): LanguageModelFacts {
  const { config, vocabulary, network, parameterCount: parameters, hash, record } = lm;
  const { order, dimension, hidden, tokenizer } = config;
  return {
    ...{ order, dimension, hidden, parameters, hash, record, bytes },
    context: network.context.shape[1] as number,
    vocabulary: vocabulary.size,
    tokenizer: tokenizer.kind ?? 'words',
  };
}

/** Each line is a sentence of its own. */
function score(lm: LanguageModel, text: string): Scored {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const tokens = lines.flatMap((line, number) => {
    const counted = counts?.score(line).tokens;
    return lm
      .score(line)
      .tokens.map((token, i) => ({ ...token, line: number, counted: counted?.[i]?.surprisal }));
  });
  const mean = (bits: readonly number[]) => bits.reduce((sum, value) => sum + value, 0) / bits.length;
  return {
    tokens,
    perplexity: 2 ** mean(tokens.map(({ surprisal }) => surprisal)),
    counted: counts && 2 ** mean(tokens.map(({ counted }) => counted!)),
  };
}
