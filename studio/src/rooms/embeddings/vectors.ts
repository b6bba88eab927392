/** Vectors from whatever file holds some: the readers are the library's. */
import { FastTextModel, LanguageModel, TextClassifier, ValueError, type WordVectors } from 'lexigrad';
import { decodeModel, isFastText, parseWordVectors } from 'lexigrad/files';
import type { Source, VectorFacts } from './tasks.js';

const PROBLEMS_SHOWN = 5;

export interface OpenVectors {
  readonly vectors: WordVectors;
  readonly source: Source;
  readonly labels?: VectorFacts['labels'];
}

/**
 * Word vectors of a Lexigrad or fastText model, a GloVe or word2vec file, gzip or not.
 *
 * @throws FormatError for other files, and ValueError for models that have no words
 */
export async function openVectors(name: string, packed: Uint8Array<ArrayBuffer>): Promise<OpenVectors> {
  const bytes = await unpack(packed);
  if (isFastText(bytes)) {
    return { vectors: (await FastTextModel.fromBytes(bytes, name)).wordVectors(), source: 'fastText' };
  }
  if (!isSafetensors(bytes)) {
    return { vectors: await parseWordVectors([bytes], { file: name }), source: 'vectors' };
  }
  const content = decodeModel(bytes, name);
  if (content.kind === 'language-model') {
    const model = LanguageModel.fromModel(content, { file: name });
    return { vectors: model.wordVectors(), source: 'languageModel' };
  }
  if (content.kind !== 'text-classifier') {
    throw new ValueError(
      `${name} is a model of the kind '${content.kind}', which has no word vectors: give a classifier or a language model`,
    );
  }
  const model = TextClassifier.fromModel(content, { file: name });
  const vectors = model.wordVectors();
  return { vectors, source: 'classifier', labels: labelsOf(model, vectors.words) };
}

/** What the page needs to know; the vectors themselves stay in the worker. */
export function factsOf({ vectors, source, labels }: OpenVectors): VectorFacts {
  const { words, dimension, counts, problems } = vectors;
  return {
    ...{ source, words, dimension, counts, labels },
    problems: problems.slice(0, PROBLEMS_SHOWN).map(({ line, what }) => `${line}: ${what}`),
    problemCount: problems.length,
  };
}

/** The label that each word alone is given. */
function labelsOf(model: TextClassifier, words: readonly string[]): VectorFacts['labels'] {
  const names = model.labels;
  const numbers = new Map(names.map((label, i) => [label, i]));
  return { names, of: Int32Array.from(words, (word) => numbers.get(model.classify(word)[0]!.label)!) };
}

/** The length of a header, eight bytes of which the upper ones are zero, and `{`: no text begins so. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
