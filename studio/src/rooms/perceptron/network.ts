/**
 * The two-layer network of this room, on the library's float64 engine:
 *   h = f(W x + b),   ŷ = σ(U h + c),   L = mean of −y ln ŷ − (1 − y) ln(1 − ŷ)
 */
import { referenceEngine } from 'lexigrad/engine';
import {
  backward,
  binaryCrossEntropy,
  input,
  mean,
  type ParameterNode,
  reshape,
  sigmoid,
} from 'lexigrad/graph';
import { type Activation, activate, gradientFlow, Linear, saturation } from 'lexigrad/nn';
import { Optimizer } from 'lexigrad/optim';
import { type Program, Workspace } from 'lexigrad/program';
import type { Point } from './state.js';

export interface NetworkSettings {
  readonly units: number;
  readonly activation: Activation;
  readonly learningRate: number;
  readonly seed: number;
  /** W row by row, b, U, c; empty: drawn by the seed. */
  readonly weights: readonly number[];
}

export interface NetworkWeights {
  /** W [units][2], b [units], U [units], c */
  readonly hidden: readonly (readonly [number, number])[];
  readonly hiddenBias: readonly number[];
  readonly output: readonly number[];
  readonly outputBias: number;
}

/** How it stands after some steps. */
export interface NetworkState {
  readonly loss: number;
  readonly weights: NetworkWeights;
  /** P(1) and h for each point. */
  readonly probabilities: readonly number[];
  readonly hidden: readonly (readonly number[])[];
  /** Root mean square of ∂L/∂h over points and units. */
  readonly gradient: number;
  /** For each hidden unit the share of points for which it is saturated: 1 learns nothing. */
  readonly saturated: readonly number[];
}

/** A unit whose slope is below this part of the steepest learns nothing to speak of. */
const DEAD = 1e-3;

export class TwoLayerNetwork {
  private readonly workspace = new Workspace(referenceEngine);
  private readonly optimizer: Optimizer;
  private readonly training: Program;
  private readonly inspection: Program;
  private readonly surfaceProgram: Program;
  private readonly hiddenProgram: Program;
  private readonly points: readonly Point[];
  private readonly settings: NetworkSettings;
  private readonly parameters: readonly ParameterNode[];
  private readonly graph;
  /** Loss before each step that was made. */
  readonly losses: number[] = [];

  constructor(points: readonly Point[], settings: NetworkSettings) {
    this.points = points;
    this.settings = settings;
    this.graph = buildGraph(settings);
    const { hiddenLayer, outputLayer, loss, hidden, probabilities, onHidden } = this.graph;
    this.parameters = [hiddenLayer.weight, hiddenLayer.bias!, outputLayer.weight, outputLayer.bias!];
    this.optimizer = new Optimizer({ kind: 'sgd', learningRate: settings.learningRate });
    const updates = this.optimizer.updates(this.parameters, backward(loss, this.parameters));
    this.training = this.workspace.compile({ outputs: { loss }, updates });
    this.inspection = this.workspace.compile({ outputs: { loss, hidden, probabilities } });
    this.surfaceProgram = this.workspace.compile({ outputs: { probabilities } });
    this.hiddenProgram = this.workspace.compile({ outputs: { onHidden } });
    if (settings.weights.length === weightCount(settings.units)) this.write(settings.weights);
  }

  get steps(): number {
    return this.losses.length;
  }

  /** One step of gradient descent on all points: θ ← θ − η ∂L/∂θ. */
  step(): void {
    this.training.run({ ...this.feeds, ...this.optimizer.feeds(this.steps + 1) });
    this.losses.push(this.training.scalar('loss'));
  }

  look(): NetworkState {
    const { units, activation } = this.settings;
    const { sums, hidden, loss } = this.graph;
    const feeds = this.feeds;
    this.inspection.run(feeds);
    const values = this.inspection.read('hidden');
    const measure = { workspace: this.workspace };
    return {
      loss: this.inspection.scalar('loss'),
      weights: this.weights,
      probabilities: [...this.inspection.read('probabilities')],
      hidden: this.points.map((_, i) => [...values.slice(i * units, (i + 1) * units)]),
      gradient: gradientFlow(loss, [hidden], feeds, measure)[0]!.rootMeanSquare,
      saturated:
        activation === 'linear'
          ? new Array<number>(units).fill(0)
          : saturation(sums, activation, { x: feeds.x }, { ...measure, threshold: DEAD }).units,
    };
  }

  /** P(1) at places of the input plane, x₁ and x₂ by turns. */
  surface(places: readonly number[]): ArrayLike<number> {
    this.surfaceProgram.run({ x: places });
    return this.surfaceProgram.read('probabilities');
  }

  /** P(1) at places of the hidden space, `units` numbers each. */
  hiddenSurface(places: readonly number[]): ArrayLike<number> {
    this.hiddenProgram.run({ h: places });
    return this.hiddenProgram.read('onHidden');
  }

  get weights(): NetworkWeights {
    const [w, b, u, c] = this.parameters.map((parameter) => [...this.workspace.read(parameter)]);
    return {
      hidden: b!.map((_, i) => [w![2 * i]!, w![2 * i + 1]!]),
      hiddenBias: b!,
      output: u!,
      outputBias: c![0]!,
    };
  }

  private get feeds() {
    return {
      x: this.points.flatMap((point) => point.slice(0, 2) as number[]),
      y: this.points.map(([, , one]) => Number(one)),
    };
  }

  private write(values: readonly number[]): void {
    const { units } = this.settings;
    let begin = 0;
    [2 * units, units, units, 1].forEach((size, i) => {
      this.workspace.write(this.parameters[i]!, values.slice(begin, begin + size));
      begin += size;
    });
  }
}

function buildGraph({ units, activation, seed }: NetworkSettings) {
  const x = input('x', ['point', 2]);
  const y = input('y', ['point']);
  const h = input('h', ['place', units]);
  // The activation is applied apart, so that its weighted sums can be looked at.
  const hiddenLayer = new Linear('hidden', 2, units, { seed });
  const outputLayer = new Linear('output', units, 1, { seed });
  const sums = hiddenLayer.forward(x);
  const hidden = activate(sums, activation);
  const logits = reshape(outputLayer.forward(hidden), ['point']);
  return {
    hiddenLayer,
    outputLayer,
    sums,
    hidden,
    probabilities: sigmoid(logits),
    onHidden: sigmoid(outputLayer.forward(h)),
    loss: mean(binaryCrossEntropy(logits, y)),
  };
}

/** How many weights and biases there are. */
export function weightCount(units: number): number {
  return 4 * units + 1;
}

/** In the order of the address: W row by row, b, U, c. */
export function flatWeights({ hidden, hiddenBias, output, outputBias }: NetworkWeights): number[] {
  return [...hidden.flat(), ...hiddenBias, ...output, outputBias];
}
