/** What a training step computes, for `--describe`: the same program that training compiles, run once on zeros. */
import { type AxisSizes, elementCount } from '../../base/shape.js';
import type { Engine } from '../../engine/engine.js';
import { backward } from '../../graph/backward.js';
import type { Node, ParameterNode } from '../../graph/node.js';
import { Optimizer, type OptimizerOptions } from '../../optim/index.js';
import { type Feeds, Workspace } from '../../program/index.js';

export interface TrainingStep {
  readonly loss: Node;
  readonly parameters: readonly ParameterNode[];
  readonly optimizer?: OptimizerOptions;
  readonly clip?: number;
  /** What to run it on, where zeros would not do. */
  readonly feeds?: Feeds;
}

/** @param sizes of the symbolic axes: `batch`, and `items` where bags of features are pooled */
export function describeStep(step: TrainingStep, sizes: AxisSizes, engine: Engine): string {
  const { loss, parameters, optimizer, clip } = step;
  // A workspace of its own: the model's weights must not be touched.
  const workspace = new Workspace(engine);
  const updates = new Optimizer(optimizer).updates(parameters, backward(loss, parameters));
  const program = workspace.compile({ outputs: { loss }, updates, clip });
  const feeds = program.inputs.map(({ name, shape }): [string, Feeds[string]] => {
    const given = step.feeds?.[name];
    if (given !== undefined) return [name, given];
    const zeros = new Float64Array(elementCount(shape, sizes));
    // The ends of bags must reach the end of the items: the first bag has them all.
    return [name, name === 'ends' ? zeros.fill(sizes.items!) : zeros];
  });
  program.run(Object.fromEntries(feeds));
  return program.describe();
}
