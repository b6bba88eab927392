/** What `train` says at the end: to people as lines, to programs as one object. */
import type { RunSettings } from '../../models/checkpoint-file.js';
import { bytes, count, displayWidth, elapsed, pad, rate } from '../format.js';
import type { Terminal } from '../terminal.js';
import type { TrainTask } from './flags.js';
import type { SplitResult, Trained } from './job.js';

export interface Report {
  readonly task: TrainTask;
  /** The model file. */
  readonly output: string;
  readonly bytes: number;
  readonly engine: string;
  readonly trained: Trained;
  readonly results: readonly SplitResult[];
  readonly notes: readonly string[];
  readonly settings: RunSettings;
  /** From start to saved file; and of the training alone, reading included. */
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly examplesPerSecond: number;
  /** What an example is: `texts`, `tokens`, `rows`. */
  readonly unit: string;
  readonly peakMemoryBytes: number;
}

export function reportJson(report: Report): Record<string, unknown> {
  const { trained, results, output, ...rest } = report;
  const { record, parameterCount } = trained.model;
  const hash = record.weights ?? trained.model.hash;
  return {
    model: output,
    ...rest,
    data: trained.data,
    settings: { ...record.settings, ...report.settings },
    parameters: parameterCount,
    weights: hash,
    results: Object.fromEntries(results.map(({ split, evaluation }) => [split, evaluation.json])),
    history: record.history,
    stopped: record.stopped,
    bestEpoch: record.bestEpoch,
  };
}

export function reportLines(report: Report, terminal: Terminal): string {
  const { trained, results, output } = report;
  const { record, parameterCount } = trained.model;
  const hash = record.weights ?? trained.model.hash;
  const parts: string[] = [];
  for (const { split, from, evaluation } of results) {
    const title = `${split[0]!.toUpperCase()}${split.slice(1)} (${from}):`;
    parts.push(`${terminal.mark('bold', title)} ${evaluation.lines}`);
  }
  const epochs = record.history?.at(-1)?.epoch ?? 0;
  const best = record.bestEpoch;
  const kept = best === undefined || best === epochs ? '' : `; the weights of epoch ${best} are kept`;
  const facts = [
    ...(record.stopped === undefined
      ? []
      : [['stopped', `${record.stopped} after ${Number(epochs.toFixed(2))} epochs${kept}`]]),
    [
      'took',
      `${elapsed(report.seconds)}, ` +
        (report.examplesPerSecond > 0 ? `${rate(report.examplesPerSecond, report.unit)} in training, ` : '') +
        `${bytes(report.peakMemoryBytes)} of memory at most`,
    ],
    [
      'weights',
      `${hash} (${count(parameterCount)} numbers; the same for the same data, settings and engine)`,
    ],
    ['saved', `${output} (${bytes(report.bytes)})`],
  ];
  parts.push(facts.map(([name, text]) => `${pad(name!, 8)} ${text}\n`).join(''));
  const width = Math.max(...trained.next.map(([line]) => displayWidth(line)));
  const next = trained.next.map(([line, what]) => `  ${pad(line, width)}   # ${what}\n`);
  parts.push(`${terminal.mark('bold', 'Next:')}\n${next.join('')}`);
  return `\n${parts.join('\n')}`;
}
