/** A compiled graph on a machine: fed, run, read. It owns its memory and grows it when a batch is larger than before. */
import { ValueError } from '../base/errors.js';
import { type AxisSizes, elementCount } from '../base/shape.js';
import type { CodeHandle, Floats, Machine } from '../engine/engine.js';
import { type ArgumentKind, kernelNames, kernelNumbers, kernelTable } from '../engine/kernels.js';
import type { InputNode, Node, ParameterNode } from '../graph/node.js';
import { Sizes, type Step } from './builder.js';
import type { Compiled } from './compile.js';
import { describeProgram, type KernelProfile, type StepReport, stepReport } from './describe.js';
import { type Feeds, InputSlots } from './feeds.js';
import { constantValues } from './lower.js';
import { planMemory, type Storage } from './storage.js';

/** Keys of the random numbers of a run. */
export interface RunOptions {
  /** Seed of dropout masks (default 0). */
  readonly seed?: number;
  /** Number of the training step: another step draws other masks (default 0). */
  readonly step?: number;
}

/**
 * Made by `Workspace.compile`.
 *
 * @example
 * program.run({ x: [3], y: [1] });
 * program.scalar('loss');
 */
export class Program {
  private readonly machine: Machine;
  private readonly compiled: Compiled;
  private readonly slots: InputSlots;
  private readonly words: Int32Array;
  private readonly reals: Float64Array;
  private arena = 0;
  private capacity: Record<string, number> = {};
  private sizes: AxisSizes = {};
  private handle: CodeHandle | undefined;
  private arenaBytes = 0;
  /** How often it was run. */
  runs = 0;

  constructor(machine: Machine, compiled: Compiled, addressOf: (parameter: ParameterNode) => number) {
    this.machine = machine;
    this.compiled = compiled;
    const { builder } = compiled;
    for (const [parameter, storage] of builder.parameters) storage.address = addressOf(parameter);
    for (const { node, storage } of builder.constants) {
      storage.address = machine.allocate(elementCount(node.shape));
      const values = constantValues(node);
      if (node.dtype === 'i32') machine.ints(storage.address, values.length).set(values);
      else machine.floats(storage.address, values.length).set(values);
    }
    if (builder.randomState !== undefined) builder.randomState.address = machine.allocate(3);
    this.slots = new InputSlots(builder.inputs);
    this.words = new Int32Array(builder.steps.reduce((sum, { kernel }) => sum + wordsOf(kernel), 0));
    this.reals = new Float64Array(1);
  }

  /** The inputs that a run must feed. */
  get inputs(): readonly InputNode[] {
    return [...this.compiled.builder.inputs.values()].map(({ node }) => node);
  }

  /**
   * Feeds the inputs and runs every step.
   * @throws ValueError for a missing or unknown input, or an id out of its table.
   * @throws ShapeError where what is fed does not fit the input's shape.
   */
  run(feeds: Feeds = {}, options: RunOptions = {}): void {
    this.feed(feeds, options);
    this.machine.run(this.handle!);
  }

  /** A copy of an output of the last run, row-major. */
  read(name: string): Floats {
    return this.view(name).slice();
  }

  /** An output of the last run where it lies: valid until anything is run or allocated on this machine. */
  view(name: string): Floats {
    const { node, storage } = this.output(name);
    if (node.dtype === 'i32')
      throw new ValueError(`output '${name}' is of integers; read it with readIntegers`);
    return this.machine.floats(storage.address, elementCount(node.shape, this.sizes));
  }

  /** A copy of an output of integers of the last run, row-major. */
  readIntegers(name: string): Int32Array {
    const { node, storage } = this.output(name);
    if (node.dtype !== 'i32') throw new ValueError(`output '${name}' is of floats; read it with read`);
    return this.machine.ints(storage.address, elementCount(node.shape, this.sizes)).slice();
  }

  /** The single number of a scalar output of the last run. */
  scalar(name: string): number {
    return this.view(name)[0]!;
  }

  /** The global norm of all gradients at the last run, before clipping; undefined where the program does not clip. */
  get gradientNorm(): number | undefined {
    const { norm } = this.compiled;
    return norm === undefined || this.handle === undefined
      ? undefined
      : this.machine.floats(norm.address, 1)[0]!;
  }

  /** The steps with shapes, multiply-adds and bytes, for the sizes of the last run (or those given). */
  report(sizes: AxisSizes = this.sizes): StepReport[] {
    return this.compiled.builder.steps.map((step) => stepReport(step, new Sizes(sizes)));
  }

  /** The same as a table for people, with the memory plan. */
  describe(sizes: AxisSizes = this.sizes): string {
    return describeProgram(this.report(sizes), sizes, this.arenaBytes);
  }

  /** Runs like `run`, step by step, and adds each kernel's time to a profile. */
  profile(feeds: Feeds, profile: KernelProfile, options: RunOptions = {}): void {
    this.feed(feeds, options);
    let begin = 0;
    for (const step of this.compiled.builder.steps) {
      const end = begin + wordsOf(step.kernel);
      const started = performance.now();
      this.machine.run(this.handle!, begin, end);
      profile.add(stepReport(step, new Sizes(this.sizes)), performance.now() - started);
      begin = end;
    }
  }

  private output(name: string): { node: Node; storage: Storage } {
    const output = this.compiled.outputs.get(name);
    if (output === undefined) {
      throw new ValueError(
        `there is no output '${name}'; this program's outputs: ${[...this.compiled.outputs.keys()].join(', ') || 'none'}`,
      );
    }
    if (this.handle === undefined)
      throw new ValueError(`run the program before reading its output '${name}'`);
    return output;
  }

  private feed(feeds: Feeds, options: RunOptions): void {
    this.runs++;
    if (this.handle === undefined || !this.slots.match(feeds, this.sizes))
      this.prepare(this.slots.inferSizes(feeds));
    this.slots.write(feeds, this.machine);
    const { randomState } = this.compiled.builder;
    if (randomState !== undefined) {
      const { seed = 0, step = 0 } = options;
      this.machine.writeInts(randomState.address, [seed | 0, Math.floor(seed / 0x100000000) | 0, step | 0]);
    }
  }

  /** Makes room for these sizes and encodes the steps for them, as far as anything changed. */
  private prepare(sizes: AxisSizes): void {
    const same = Object.entries(sizes).every(([axis, size]) => this.sizes[axis] === size);
    if (this.handle !== undefined && same) return;
    const grows = Object.entries(sizes).some(([axis, size]) => size > (this.capacity[axis] ?? -1));
    if (this.handle === undefined || grows) this.place(sizes);
    this.encode(new Sizes(sizes));
    this.sizes = sizes;
    if (this.handle === undefined) this.handle = this.machine.load(this.words);
    else this.machine.rewrite(this.handle, this.words);
  }

  /** Plans the arena for at least these sizes; an axis that has to grow again grows by a quarter more. */
  private place(sizes: AxisSizes): void {
    const capacity = { ...this.capacity };
    for (const [axis, size] of Object.entries(sizes)) {
      const known = capacity[axis];
      if (known === undefined) capacity[axis] = size;
      else if (size > known) capacity[axis] = Math.ceil(size * 1.25);
    }
    const storages = [...this.compiled.builder.temporaries].filter(
      (storage) => storage.pinned || storage.lastStep >= 0,
    );
    const { bytes, offsets } = planMemory(storages, capacity);
    if (this.arena !== 0) this.machine.release(this.arena);
    this.arena = this.machine.allocate(Math.ceil(bytes / 4));
    for (const [storage, offset] of offsets) storage.address = this.arena + offset;
    this.capacity = capacity;
    this.arenaBytes = bytes;
  }

  private encode(sizes: Sizes): void {
    let at = 0;
    const halves = new Int32Array(this.reals.buffer);
    for (const step of this.compiled.builder.steps) {
      const values = step.arguments(sizes) as Readonly<Record<string, number>>;
      this.words[at++] = kernelNumbers[step.kernel];
      for (const [name, kind] of argumentsOf(step)) {
        const value = values[name]!;
        if (kind === 'real') {
          this.reals[0] = value;
          this.words[at++] = halves[0]!;
          this.words[at++] = halves[1]!;
        } else {
          this.words[at++] = value;
        }
      }
    }
  }
}

const argumentLists = kernelNames.map((name) => Object.entries<ArgumentKind>(kernelTable[name]));

function argumentsOf(step: Step): [string, ArgumentKind][] {
  return argumentLists[kernelNumbers[step.kernel]]!;
}

function wordsOf(kernel: Step['kernel']): number {
  return argumentLists[kernelNumbers[kernel]]!.reduce(
    (words, [, kind]) => words + (kind === 'real' ? 2 : 1),
    1,
  );
}
