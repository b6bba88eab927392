/** What the commands do with fastText's own models. */
import { DataError } from '../base/errors.js';
import type { LabelledExample } from '../files/examples.js';
import { isFastText } from '../files/fasttext/index.js';
import { readBytes } from '../files/node/open.js';
import { FastTextModel } from '../models/fasttext/index.js';
import { ClassificationReport, MultiLabelReport } from '../train/metrics.js';
import { checkLabels, classification, type Evaluation, multiLabel } from './evaluation.js';
import { measure } from './format.js';

/** The settings, which tell a file of 2016 from others. */
const HEAD_BYTES = 56;
/** Largest k of precision and recall among the first k labels. */
const MOST_RANKS = 5;
/** From this probability on a label is given, where a text may have several. */
const THRESHOLD = 0.5;

/** Whether a file is a fastText model, by its first bytes. */
export async function isFastTextFile(path: string): Promise<boolean> {
  let head: number[] = [];
  for await (const chunk of readBytes(path)) {
    head = [...head, ...chunk.subarray(0, HEAD_BYTES)];
    if (head.length >= HEAD_BYTES) break;
  }
  return isFastText(Uint8Array.from(head));
}

/** What `info` tells. */
export function fastTextFacts(model: FastTextModel): Record<string, unknown> {
  const { content, settings, labels, supervised, parameterCount } = model;
  const { version, dictionary, input } = content;
  const { kept } = dictionary;
  return {
    kind: supervised ? 'fasttext-supervised' : 'fasttext-vectors',
    what: supervised ? 'a text classifier of fastText' : 'word vectors of fastText',
    savedBy: version === 0 ? 'fastText of 2016' : `fastText, file version ${version}`,
    ...(supervised ? { labels } : {}),
    words: dictionary.wordCount,
    buckets: kept === undefined ? input.rows - dictionary.wordCount : kept.size,
    quantized: input.quantized ? (content.output.quantized ? 'input and output' : 'input') : null,
    pruned: kept === undefined ? null : `to ${dictionary.wordCount} words and ${kept.size} buckets`,
    parameters: parameterCount,
    trainingTokens: dictionary.tokenCount,
    settings,
  };
}

/**
 * Accuracy and F1 as for our own classifiers, and precision and recall among the first k labels as `fasttext test`
 * counts them.
 *
 * @throws DataError with file and line for a label that the model does not have
 */
export async function evaluateFastText(
  model: FastTextModel,
  examples: AsyncIterable<LabelledExample> | Iterable<LabelledExample>,
  file: string,
): Promise<Evaluation> {
  const { labels } = model;
  const places = new Map(labels.map((label, i) => [label, i]));
  const truths: number[][] = [];
  const probabilities: number[] = [];
  const hits = Array.from({ length: Math.min(MOST_RANKS, labels.length) }, () => ({ right: 0, given: 0 }));
  for await (const example of examples) {
    checkLabels([example], labels, file);
    const own = (example.labels ?? [example.label]).map((label) => places.get(label)!);
    truths.push(own);
    for (const value of model.probabilities([example.text])) probabilities.push(value);
    model.predict(example.text, { top: hits.length }).forEach(({ label }, rank) => {
      for (const hit of hits.slice(rank)) {
        hit.given++;
        if (own.includes(places.get(label)!)) hit.right++;
      }
    });
  }
  if (truths.length === 0) throw new DataError('there are no examples to measure', { file });

  const single = truths.every((own) => own.length === 1);
  const evaluation = single
    ? classification(new ClassificationReport(truths.flat(), probabilities, labels))
    : multiLabel(
        new MultiLabelReport(
          truths.flatMap((own) => labels.map((_, label) => (own.includes(label) ? 1 : 0))),
          probabilities,
          labels,
          labels.map(() => THRESHOLD),
        ),
      );
  const wanted = truths.reduce((sum, own) => sum + own.length, 0);
  const precisionAt = hits.map(({ right, given }) => (given === 0 ? 0 : right / given));
  const recallAt = hits.map(({ right }) => right / wanted);
  return {
    json: { ...evaluation.json, precisionAt, recallAt },
    lines: `${evaluation.lines}  as fasttext test counts: P@1 ${measure(precisionAt[0]!)}, R@1 ${measure(recallAt[0]!)}\n`,
  };
}

/** @throws FormatError when the file is damaged */
export function loadFastText(path: string): Promise<FastTextModel> {
  return FastTextModel.load(path);
}
