/** A training run that can be stepped and looked at: programs of the library on one workspace. */
import type { Engine } from 'lexigrad/engine';
import { backward, type Node, sum } from 'lexigrad/graph';
import { Optimizer } from 'lexigrad/optim';
import { type Program, Workspace } from 'lexigrad/program';
import { shuffled, split } from './data.js';
import { buildNetwork, type NetworkShape, type PlayNetwork, type Regularization } from './network.js';
import { type OptimizerName, optimizerKind, PLANE, type Point, SIDE } from './settings.js';

export interface SessionSettings {
  readonly shape: NetworkShape;
  readonly regularization: Regularization;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly points: readonly Point[];
  readonly testShare: number;
  readonly splitSeed: number;
  /** All weights and biases to start from; as drawn by the seed where their number does not fit. */
  readonly weights: readonly number[];
}

/** What is to be seen of a network. */
export interface View {
  /** In each unit: its activation over the plane, or ∂z/∂a, how much the logit z there would change with it. */
  readonly side: 'forward' | 'backward';
  /** The point whose numbers are wanted, by its place in the list. */
  readonly at: number;
}

export interface SetMeasures {
  readonly points: number;
  /** Mean cross-entropy; NaN of no points. */
  readonly loss: number;
  readonly wrong: number;
}

/** The numbers of one point on its way through the network and back; features first, logit last. */
export interface ExampleValues {
  readonly at: number;
  readonly loss: number;
  readonly values: readonly (readonly number[])[];
  /** ∂L/∂a of this point's loss. */
  readonly gradients: readonly (readonly number[])[];
}

export interface Frame {
  readonly step: number;
  readonly epoch: number;
  readonly train: SetMeasures;
  readonly test: SetMeasures;
  readonly curve: readonly CurvePoint[];
  /** Every weight and bias, and the gradient of the objective over all training points, layer by layer. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly gradients: Float32Array<ArrayBuffer>;
  /** For each layer [SIDE · SIDE, units], features first: the rows of the plane from the top. */
  readonly maps: readonly Float32Array<ArrayBuffer>[];
  /** P(1) over the plane. */
  readonly surface: Float32Array<ArrayBuffer>;
  readonly example: ExampleValues | undefined;
}

export type CurvePoint = readonly [step: number, train: number, test: number];

/** A curve of more points is thinned to half of them. */
const MOST_CURVE_POINTS = 400;
const MOMENTUM = 0.9;

interface Set {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export class Session {
  private readonly settings: SessionSettings;
  private readonly workspace: Workspace;
  private readonly network: PlayNetwork;
  private readonly optimizer: Optimizer;
  private readonly training: Program;
  private readonly trainProgram: Program;
  private readonly testProgram: Program;
  private readonly forwardMaps: Program;
  private readonly exampleProgram: Program;
  private backwardMaps: Program | undefined;
  private readonly trainSet: Set;
  private readonly testSet: Set;
  private order: readonly number[] = [];
  private curve: CurvePoint[] = [];
  private recordEvery = 1;
  private made = 0;

  constructor(settings: SessionSettings, engine: Engine) {
    const { shape, regularization, points, testShare, splitSeed, learningRate } = settings;
    this.settings = settings;
    this.workspace = new Workspace(engine);
    this.network = buildNetwork(shape, regularization);
    const { parameters, objective, loss, activations, probabilities } = this.network;

    this.optimizer = new Optimizer({
      kind: optimizerKind(settings.optimizer),
      learningRate,
      momentum: settings.optimizer === 'momentum' ? MOMENTUM : 0,
      weightDecay: regularization.penalty === 'decay' ? regularization.strength : 0,
    });
    const gradients = backward(objective, parameters);
    const updates = this.optimizer.updates(parameters, gradients);
    this.training = this.workspace.compile({ outputs: { objective }, updates, training: true });

    const named = (prefix: string, nodes: readonly Node[]) =>
      Object.fromEntries(nodes.map((node, i) => [`${prefix}${i}`, node]));
    this.trainProgram = this.workspace.compile({
      outputs: { loss, probabilities, ...named('gradient', gradients) },
    });
    this.testProgram = this.workspace.compile({ outputs: { loss, probabilities } });
    this.forwardMaps = this.workspace.compile({ outputs: { probabilities, ...named('map', activations) } });
    this.exampleProgram = this.workspace.compile({
      outputs: { loss, ...named('value', activations), ...named('gradient', backward(loss, activations)) },
    });

    const parts = split(points.length, testShare, splitSeed);
    this.trainSet = setOf(points, parts.train);
    this.testSet = setOf(points, parts.test);
    this.write(settings.weights);
    this.record();
  }

  get steps(): number {
    return this.made;
  }

  get epochLength(): number {
    return Math.max(1, Math.ceil(this.trainSet.y.length / this.settings.batchSize));
  }

  /** One step of the optimiser on the next batch. @returns the objective on that batch, before the step. */
  step(): number {
    const batch = this.made % this.epochLength;
    const { shape, batchSize } = this.settings;
    if (batch === 0 || this.order.length === 0) {
      const epoch = Math.floor(this.made / this.epochLength);
      this.order = shuffled(this.trainSet.y.length, shape.seed, `shuffle/${epoch}`);
    }
    const rows = this.order.slice(batch * batchSize, (batch + 1) * batchSize);
    const feeds = {
      x: rows.flatMap((row) => [this.trainSet.x[2 * row]!, this.trainSet.x[2 * row + 1]!]),
      y: rows.map((row) => this.trainSet.y[row]!),
    };
    this.made++;
    this.training.run(
      { ...feeds, ...this.optimizer.feeds(this.made) },
      { seed: shape.seed, step: this.made },
    );
    const objective = this.training.scalar('objective');
    if (this.made % (this.epochLength * this.recordEvery) === 0) this.record();
    return objective;
  }

  look({ side, at }: View): Frame {
    const { parameters } = this.network;
    const train = this.measure(this.trainProgram, this.trainSet);
    const hasGradients = this.trainSet.y.length > 0;
    return {
      step: this.made,
      epoch: Math.floor(this.made / this.epochLength),
      train,
      test: this.measure(this.testProgram, this.testSet),
      curve: [...this.curve],
      weights: joined(parameters.map((parameter) => this.workspace.view(parameter))),
      gradients: joined(
        parameters.map((parameter, i) =>
          hasGradients ? this.trainProgram.view(`gradient${i}`) : new Float32Array(parameter.initial.length),
        ),
      ),
      ...this.maps(side),
      example: this.example(at),
    };
  }

  private maps(side: View['side']): Pick<Frame, 'maps' | 'surface'> {
    this.forwardMaps.run({ x: grid });
    const surface = Float32Array.from(this.forwardMaps.view('probabilities'));
    const program = side === 'forward' ? this.forwardMaps : this.sensitivities();
    return {
      surface,
      maps: this.network.activations.map((_, i) => Float32Array.from(program.view(`map${i}`))),
    };
  }

  /** ∂z/∂a at each place: places do not mix, so the gradient of the sum of all z holds each one's own. */
  private sensitivities(): Program {
    const { activations, logits } = this.network;
    this.backwardMaps ??= this.workspace.compile({
      outputs: Object.fromEntries(
        backward(sum(logits), activations).map((gradient, i) => [`map${i}`, gradient]),
      ),
    });
    this.backwardMaps.run({ x: grid });
    return this.backwardMaps;
  }

  private example(at: number): ExampleValues | undefined {
    const point = this.settings.points[at];
    if (point === undefined) return undefined;
    this.exampleProgram.run({ x: [point[0], point[1]], y: [Number(point[2])] });
    const read = (name: string) =>
      this.network.activations.map((_, i) => [...this.exampleProgram.view(`${name}${i}`)]);
    return {
      at,
      loss: this.exampleProgram.scalar('loss'),
      values: read('value'),
      gradients: read('gradient'),
    };
  }

  private measure(program: Program, { x, y }: Set): SetMeasures {
    if (y.length === 0) return { points: 0, loss: Number.NaN, wrong: 0 };
    program.run({ x, y });
    const probabilities = program.view('probabilities');
    const wrong = y.reduce((count, one, i) => count + Number(probabilities[i]! > 0.5 !== (one === 1)), 0);
    return { points: y.length, loss: program.scalar('loss'), wrong };
  }

  /** Adds a point to the learning curve. It depends on steps alone, so whoever opens the address has the same. */
  private record(): void {
    const losses = [
      this.measure(this.trainProgram, this.trainSet),
      this.measure(this.testProgram, this.testSet),
    ];
    this.curve.push([this.made, losses[0]!.loss, losses[1]!.loss]);
    if (this.curve.length <= MOST_CURVE_POINTS) return;
    this.curve = this.curve.filter((_, i) => i % 2 === 0);
    this.recordEvery *= 2;
  }

  private write(values: readonly number[]): void {
    const { parameters } = this.network;
    if (values.length !== parameters.reduce((sum, { initial }) => sum + initial.length, 0)) return;
    let begin = 0;
    for (const parameter of parameters) {
      const size = parameter.initial.length;
      this.workspace.write(parameter, values.slice(begin, begin + size));
      begin += size;
    }
  }
}

function setOf(points: readonly Point[], rows: readonly number[]): Set {
  return {
    x: Float32Array.from(rows.flatMap((row) => [points[row]![0], points[row]![1]])),
    y: Float32Array.from(rows, (row) => Number(points[row]![2])),
  };
}

function joined(parts: readonly ArrayLike<number>[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let begin = 0;
  for (const part of parts) {
    all.set(part, begin);
    begin += part.length;
  }
  return all;
}

/** The middle of each cell of the map, the top row first. */
const grid = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
  const cell = Math.floor(i / 2);
  const share = ((i % 2 === 0 ? cell % SIDE : SIDE - 1 - Math.floor(cell / SIDE)) + 0.5) / SIDE;
  return PLANE[0] + share * (PLANE[1] - PLANE[0]);
});
