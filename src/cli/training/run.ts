/** `train` from the first look at the data to the saved model and the report. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { VERSION } from '../../base/version.js';
import type { Engine } from '../../engine/engine.js';
import { modelPieces } from '../../files/model-file.js';
import { detectTask } from '../../files/node/task.js';
import { writeFileAtomic } from '../../files/node/write.js';
import type { RunSettings } from '../../models/checkpoint-file.js';
import { KernelProfile } from '../../program/index.js';
import { EXIT, UsageError } from '../errors.js';
import { engineOf, readOptionsOf } from '../options.js';
import { Progress, type ProgressOptions } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { isModelFile } from '../vectors.js';
import { trainOnTexts } from './classifier.js';
import { checkFlags, decisiveFlags, TASK_NAMES, type TrainFlags, type TrainTask } from './flags.js';
import { type Job, type RunJob, shellWord, type Trained } from './job.js';
import { trainOnLines } from './language-model.js';
import { trainOnNumbers } from './network.js';
import { trainOnCounts } from './ngram.js';
import { checkOutput, defaultOutput } from './output.js';
import { type Report, reportJson, reportLines } from './report.js';
import { RunLog } from './run-log.js';
import { TensorBoardLog } from './tensorboard.js';
import { hashFile, TrainingRun } from './training-run.js';

const JOBS: Readonly<Record<TrainTask, RunJob>> = {
  classifier: trainOnTexts,
  lm: trainOnLines,
  ngram: trainOnCounts,
  network: trainOnNumbers,
};

/** @returns the exit code */
export async function runTraining(
  command: Command,
  data: string,
  terminal: Terminal,
  words: readonly string[],
): Promise<number> {
  const started = performance.now();
  const flags = command.opts<TrainFlags>();
  const read = readOptionsOf(command);
  const engine = await engineOf(flags);
  const notes: string[] = [];
  const note = (sentence: string) => {
    notes.push(sentence);
    terminal.say(`  ${sentence}`);
  };

  if (await isModelFile(data)) {
    throw new UsageError(`${data} is a model, not data: name the file to learn from`);
  }
  const task = await chooseTask(data, flags, { read });
  checkFlags(command, task, data);
  const output = flags.output ?? defaultOutput(data, task === 'ngram' ? '.ngram.lexigrad' : '.lexigrad');
  const inputs = inputFiles(data, flags);
  await checkOutput(output, Object.values(inputs));
  const settings = await runSettings(command, { task, engine: buildOf(engine), inputs });
  const { resume = false, checkpoint: keep = true } = flags;
  const trainingRun = await TrainingRun.open({ terminal, modelPath: output, settings, resume, keep });

  const head = {
    task,
    data: basename(data),
    model: basename(output),
    engine: engine.description,
    lexigrad: VERSION,
  };
  const log =
    flags.log === undefined
      ? undefined
      : RunLog.open(
          flags.log,
          { ...head, settings: decisiveFlags(command) },
          { append: resume, onFailure: note },
        );

  const tensorboard = flags.tensorboard === undefined ? undefined : openTensorBoard(flags.tensorboard, note);

  terminal.say(terminal.note('bold', `Training ${TASK_NAMES[task]} on ${data}`));
  if (task === 'lm' || task === 'ngram') note('plain text: each line is taken for a sentence');
  note(`engine: ${engine.description}`);
  if (tensorboard !== undefined) note(`for TensorBoard: ${tensorboard.path}`);
  let progress: Progress | undefined;
  let trainingStarted = started;
  const job: Job = {
    ...{ data, output, flags, read, engine, terminal, trainingRun, log, tensorboard, note },
    profile: flags.profile ? new KernelProfile() : undefined,
    begin: (options: ProgressOptions) => {
      progress = new Progress(terminal, options);
      trainingRun.onInterrupt = () => progress!.clear();
      return progress;
    },
  };
  if (trainingRun.checkpoint !== undefined) {
    const { epoch, step } = trainingRun.checkpoint.state;
    note(`resumed from ${trainingRun.checkpointPath}: epoch ${epoch + 1}, after step ${step}`);
  }

  let trained: Trained;
  try {
    trainingStarted = performance.now();
    trained = await JOBS[task](job);
  } finally {
    progress?.clear();
    trainingRun.close();
  }
  const trainingSeconds = (performance.now() - trainingStarted) / 1000;
  if (job.profile !== undefined) terminal.say(job.profile.toString());
  if (trained.model.record.stopped === 'interrupted') {
    log?.end({ record: trained.model.record, seconds: trainingSeconds });
    return interrupted(job, trained, words);
  }

  const results = await trained.measure();
  const { model } = trained;
  const measured = results.map(({ split, evaluation }) => [split, evaluation.json]);
  model.record = {
    ...model.record,
    settings: { ...model.record.settings, ...decisiveFlags(command) },
    data: { ...model.record.data, file: basename(data) },
    results: { ...model.record.results, ...Object.fromEntries(measured) },
  };
  await writeFileAtomic(output, modelPieces(model.toModel()));
  await trainingRun.finish();
  log?.end({ record: model.record, seconds: trainingSeconds });
  const report: Report = {
    ...{ task, output, engine: engine.description, trained, results, notes, settings, trainingSeconds },
    unit: progress?.options.unit ?? 'examples',
    examplesPerSecond: progress === undefined ? 0 : progress.examples / Math.max(progress.seconds, 1e-9),
    seconds: (performance.now() - started) / 1000,
    bytes: (await stat(output)).size,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
  if (flags.json) await terminal.writeJson(reportJson(report));
  else await terminal.write(reportLines(report, terminal));
  return EXIT.success;
}

function openTensorBoard(folder: string, note: (sentence: string) => void): TensorBoardLog {
  try {
    return new TensorBoardLog(folder, note);
  } catch (cause) {
    throw new UsageError(`--tensorboard ${folder}: no file can be made there (${(cause as Error).message})`);
  }
}

async function chooseTask(
  data: string,
  { task, ngram }: TrainFlags,
  { read }: Pick<Job, 'read'>,
): Promise<TrainTask> {
  if (ngram && task !== undefined && task !== 'ngram')
    throw new UsageError(`--ngram counts n-grams, but --task says ${task}: give one of them`);
  if (ngram) return 'ngram';
  // Said outright, a table is text like any other.
  if (task !== undefined) return task;
  const detected = (await detectTask(data, read)).task;
  return detected === 'numeric' ? 'network' : detected;
}

/** Every file that is read, by what it is for. */
function inputFiles(
  data: string,
  { validation, test, embeddings, features }: TrainFlags,
): Record<string, string> {
  const files = { training: data, validation, test, features, embeddings: embeddings || undefined };
  return Object.fromEntries(
    Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What must not change between a run and its resumption. Test data may: nothing is learned from it. */
async function runSettings(
  command: Command,
  { task, engine, inputs }: { task: TrainTask; engine: string; inputs: Readonly<Record<string, string>> },
): Promise<RunSettings> {
  const settings: Record<string, unknown> = { ...decisiveFlags(command), task, engineBuild: engine };
  for (const [name, file] of Object.entries(inputs)) {
    if (name !== 'test') settings[`${name}File`] = await hashFile(file);
  }
  return settings;
}

async function interrupted(
  { trainingRun, terminal, flags }: Job,
  { model }: Trained,
  words: readonly string[],
): Promise<number> {
  const resuming = [
    'lexigrad',
    ...words.filter((word) => word !== '--resume').map(shellWord),
    '--resume',
  ].join(' ');
  const checkpoint = trainingRun.canResume ? trainingRun.checkpointPath : undefined;
  if (flags.json) {
    const { history } = model.record;
    await terminal.writeJson({ stopped: 'interrupted', checkpoint: checkpoint ?? null, history });
  }
  terminal.say(
    checkpoint === undefined
      ? 'stopped; nothing is saved'
      : `stopped; the state of training is in ${checkpoint}. To go on:\n  ${resuming}`,
  );
  return EXIT.interrupted;
}

/** What of an engine decides the bits of a result: all but the number of its threads. */
function buildOf({ description }: Engine): string {
  return description.replace(/, \d+ threads?/g, '');
}
