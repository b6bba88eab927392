/** Runs a classifier over labelled texts, batch by batch, and keeps what measuring needs: no text but the worst mistakes. */
import { ValueError } from '../base/errors.js';
import type { TextClassifier } from '../models/classifier/classifier.js';
import { type Example, encodeTargets } from '../models/classifier/examples.js';
import { ClassificationReport, MultiLabelReport, mostProbable } from '../train/metrics.js';

/** A labelled text; `line` is where it stands in its file. */
export type PlacedExample = Example & { readonly line?: number };

/** A confident wrong decision. */
export interface Mistake {
  readonly text: string;
  readonly line?: number;
  /** The labels that the data give the text. */
  readonly truth: readonly string[];
  /** The labels that the model gives it. */
  readonly predicted: readonly string[];
  /** The label that it is most wrong about, and the probability that it gives this label. */
  readonly label: string;
  readonly score: number;
  /** How sure the model was of the wrong decision: `score`, or 1 − `score` where the label was missed. */
  readonly confidence: number;
}

/** What came out of a run. */
export interface Measured {
  readonly report: ClassificationReport | MultiLabelReport;
  /** Class ids [n], or 0 and 1 [n × labels] of a multi-label model. */
  readonly truth: Float64Array;
  /** [n × labels] */
  readonly probabilities: Float64Array;
  /** The most confident mistakes, the most confident first. */
  readonly mistakes: readonly Mistake[];
}

const BATCH = 512;

/**
 * @param mistakes how many to keep (default 20)
 * @throws ValueError where there are no examples; DataError for a label that the model does not have
 */
export async function measureClassifier(
  classifier: TextClassifier,
  examples: Iterable<PlacedExample> | AsyncIterable<PlacedExample>,
  { mistakes: most = 20 }: { readonly mistakes?: number } = {},
): Promise<Measured> {
  const { labels, config, calibration } = classifier;
  const several = config.head === 'multilabel';
  const truth = new Numbers();
  const probabilities = new Numbers();
  let mistakes: Mistake[] = [];
  let batch: PlacedExample[] = [];
  const flush = () => {
    const targets = encodeTargets(batch, labels, several ? 'multilabel' : 'softmax', undefined).values;
    const rows = classifier.probabilities(batch.map(({ text }) => text));
    truth.add(targets);
    probabilities.add(rows);
    const find = several ? severalLabelsMistake : oneLabelMistake;
    batch.forEach((example, i) => {
      const row = rows.subarray(i * labels.length, (i + 1) * labels.length);
      const wanted = several
        ? targets.subarray(i * labels.length, (i + 1) * labels.length)
        : targets.subarray(i, i + 1);
      const mistake = find(example, wanted, row, labels, calibration.thresholds);
      if (mistake !== undefined) mistakes.push(mistake);
    });
    mistakes = mistakes.sort((a, b) => b.confidence - a.confidence).slice(0, most);
    batch = [];
  };
  for await (const example of examples) {
    batch.push(example);
    if (batch.length === BATCH) flush();
  }
  flush();
  if (truth.length === 0) throw new ValueError('there are no examples to measure');
  const [wanted, given] = [truth.finish(), probabilities.finish()];
  const report = several
    ? new MultiLabelReport(wanted, given, labels, calibration.thresholds)
    : new ClassificationReport(wanted, given, labels);
  return { report, truth: wanted, probabilities: given, mistakes };
}

type FindMistake = (
  example: PlacedExample,
  truth: Float32Array,
  probabilities: Float64Array,
  labels: readonly string[],
  thresholds: readonly number[],
) => Mistake | undefined;

const oneLabelMistake: FindMistake = ({ text, line }, [truth], probabilities, labels) => {
  const predicted = mostProbable(probabilities, labels.length)[0]!;
  if (predicted === truth) return undefined;
  const label = labels[predicted]!;
  const score = probabilities[predicted]!;
  return { text, line, truth: [labels[truth!]!], predicted: [label], label, score, confidence: score };
};

const severalLabelsMistake: FindMistake = ({ text, line }, truth, probabilities, labels, thresholds) => {
  const isGiven = (i: number) => probabilities[i]! >= thresholds[i]!;
  let [worst, confidence] = [-1, -1];
  for (let i = 0; i < labels.length; i++) {
    if (isGiven(i) === (truth[i] === 1)) continue;
    const sure = isGiven(i) ? probabilities[i]! : 1 - probabilities[i]!;
    if (sure > confidence) [worst, confidence] = [i, sure];
  }
  if (worst < 0) return undefined;
  return {
    ...{ text, line, confidence, label: labels[worst]!, score: probabilities[worst]! },
    truth: labels.filter((_, i) => truth[i] === 1),
    predicted: labels.filter((_, i) => isGiven(i)),
  };
};

/** A list of numbers that grows by whole arrays. */
class Numbers {
  private readonly parts: ArrayLike<number>[] = [];
  length = 0;

  add(part: ArrayLike<number>): void {
    this.parts.push(part);
    this.length += part.length;
  }

  finish(): Float64Array {
    const all = new Float64Array(this.length);
    let used = 0;
    for (const part of this.parts) {
      all.set(part, used);
      used += part.length;
    }
    return all;
  }
}
