/**
 * Training by steps of one text each, as fastText takes them: for the plainest network (mean of embeddings, one layer,
 * softmax) and plain gradient descent. What a program of this batch size would compute, the `bagSteps` kernel does for
 * many texts in one call; a test holds the two together.
 */
import type { CodeHandle, Machine } from '../../engine/engine.js';
import { BAG_STEPS_LIMIT, kernelNumbers, kernelTable } from '../../engine/kernels.js';
import type { Feeds, Workspace } from '../../program/index.js';
import type { Stepper } from '../../train/options.js';
import type { ClassifierNetwork } from './network.js';
import type { ClassifierConfig, ClassifierOptions } from './options.js';

/** Texts handed to the kernel at a time: enough that the call costs nothing, few enough that Ctrl-C is heard. */
export const TEXTS_PER_CALL = 1024;

/** Whether training steps go text by text, in the kernel made for it. */
export function stepsByText(
  config: ClassifierConfig,
  options: ClassifierOptions,
  denseCount: number,
): boolean {
  const { optimizer = {}, batchSize, clip, average, freezeEmbeddings = false, profile } = options;
  const isPlainNetwork =
    config.embeddings &&
    denseCount === 0 &&
    config.pooling === 'mean' &&
    config.hidden.length === 0 &&
    config.head === 'softmax' &&
    config.dropout === 0 &&
    2 * (config.dimension + config.labels.length) <= BAG_STEPS_LIMIT;
  const isPlainDescent =
    optimizer.kind === 'sgd' && (optimizer.momentum ?? 0) === 0 && (optimizer.weightDecay ?? 0) === 0;
  const isPlainRun =
    batchSize === 1 && !clip && average === undefined && !freezeEmbeddings && profile === undefined;
  return isPlainNetwork && isPlainDescent && isPlainRun;
}

/** Runs the kernel on a workspace's weights. */
export class TextSteps implements Stepper {
  private readonly workspace: Workspace;
  private readonly network: ClassifierNetwork;
  private readonly racing: boolean;
  private code: CodeHandle | undefined;
  private readonly blocks = { ids: new Block(), ends: new Block(), labels: new Block() };
  private readonly numbers = { weights: new Block(), rates: new Block(), losses: new Block() };

  /** @param racing threads share the texts and do not wait for each other: see the kernel's contract */
  constructor(workspace: Workspace, network: ClassifierNetwork, racing: boolean) {
    this.workspace = workspace;
    this.network = network;
    this.racing = racing;
  }

  run(feeds: Feeds, rates: Float64Array): number {
    const { machine } = this.workspace;
    const { blocks, numbers } = this;
    const { table, output } = this.network;
    const ids = feeds.ids as Int32Array;
    const texts = rates.length;
    // Addresses first: memory may move while blocks are made.
    const [rows, width] = table!.shape as [number, number];
    const values: Record<keyof typeof kernelTable.bagSteps, number> = {
      table: this.workspace.addressOf(table!),
      weight: this.workspace.addressOf(output.weight),
      bias: this.workspace.addressOf(output.bias!),
      ids: blocks.ids.of(machine, ids.length),
      ends: blocks.ends.of(machine, texts),
      labels: blocks.labels.of(machine, texts),
      weights: numbers.weights.of(machine, texts),
      rates: numbers.rates.of(machine, texts),
      losses: numbers.losses.of(machine, texts),
      ...{ texts, n: ids.length, rows, width, classes: output.weight.shape[0] as number },
      racing: this.racing ? 1 : 0,
    };
    machine.writeInts(values.ids, ids);
    machine.writeInts(values.ends, feeds.ends as Int32Array);
    machine.writeInts(values.labels, feeds.labels as Float32Array);
    machine.writeFloats(values.weights, feeds.weights as Float32Array);
    machine.writeFloats(values.rates, rates);
    const names = Object.keys(kernelTable.bagSteps) as (keyof typeof values)[];
    const code = Int32Array.of(kernelNumbers.bagSteps, ...names.map((name) => values[name]));
    if (this.code === undefined) this.code = machine.load(code);
    else machine.rewrite(this.code, code);
    machine.run(this.code);
    const losses = machine.floats(values.losses, texts);
    let total = 0;
    for (let i = 0; i < texts; i++) total += losses[i]!;
    return total / texts;
  }
}

/** Memory that grows with what is put into it. */
class Block {
  private address = 0;
  private size = 0;

  /** The address of room for so many elements. */
  of(machine: Machine, elements: number): number {
    if (elements <= this.size && this.address !== 0) return this.address;
    if (this.address !== 0) machine.release(this.address);
    this.size = Math.ceil(1.25 * elements) + 1;
    this.address = machine.allocate(this.size);
    return this.address;
  }
}
