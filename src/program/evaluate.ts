/** Computing some values once: for lessons, tests and debugging. Anything that runs twice should be compiled. */
import type { Engine, Floats } from '../engine/engine.js';
import { referenceEngine } from '../engine/reference/index.js';
import type { Node } from '../graph/node.js';
import type { Feeds } from './feeds.js';
import type { Program } from './program.js';
import { Workspace } from './workspace.js';

/**
 * The values of the given nodes. Feeds that they do not depend on are ignored.
 *
 * @param engine default: the reference engine (float64)
 * @example
 * const [x] = inputs('x');
 * evaluate({ y: square(x) }, { x: 3 }).y;    // [9]
 */
export function evaluate<Name extends string>(
  outputs: Readonly<Record<Name, Node>>,
  feeds: Feeds = {},
  engine: Engine = referenceEngine,
): Record<Name, Floats> {
  const program = new Workspace(engine).compile({ outputs });
  program.run(neededFeeds(program, feeds));
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, program.read(name)])) as Record<
    Name,
    Floats
  >;
}

/** Of the feeds those that a program has inputs for. */
export function neededFeeds(program: Program, feeds: Feeds): Feeds {
  const names = new Set(program.inputs.map(({ name }) => name));
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
}
