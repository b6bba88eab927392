/**
 * A workspace: the machine of one model with its parameters, on which programs are compiled.
 *
 * Programs of one workspace share parameters: what the training program changes, the prediction program sees. There is
 * nothing to dispose of: drop the workspace and its memory goes.
 */
import { ValueError } from '../base/errors.js';
import { elementCount } from '../base/shape.js';
import type { Engine, Floats, Machine } from '../engine/engine.js';
import type { ParameterNode } from '../graph/node.js';
import { compileSpec, type ProgramSpec } from './compile.js';
import { Program } from './program.js';

export class Workspace {
  readonly machine: Machine;
  private readonly addresses = new Map<ParameterNode, number>();
  private readonly trainers: Program[] = [];
  private writes = 0;

  constructor(engine: Engine) {
    this.machine = engine.createMachine();
  }

  get engine(): Engine {
    return this.machine.engine;
  }

  compile(spec: ProgramSpec): Program {
    const program = new Program(this.machine, compileSpec(spec), (parameter) => this.addressOf(parameter));
    if ((spec.updates ?? []).length > 0) this.trainers.push(program);
    return program;
  }

  /**
   * Another number whenever parameters may have changed: by `write`, or by a run of a program with updates. Whoever keeps
   * what was computed from them looks here. Values set through a `view` go unnoticed.
   */
  get version(): number {
    return this.trainers.reduce((total, { runs }) => total + runs, this.writes);
  }

  /** A copy of a parameter's current values, row-major. */
  read(parameter: ParameterNode): Floats | Int32Array {
    return this.view(parameter).slice();
  }

  /** Replaces a parameter's values. */
  write(parameter: ParameterNode, values: ArrayLike<number>): void {
    const view = this.view(parameter);
    if (values.length !== view.length) {
      throw new ValueError(
        `parameter '${parameter.name}' has ${view.length} elements, but ${values.length} were given`,
      );
    }
    view.set(values);
    this.writes++;
  }

  /** A parameter's values where they lie: valid until anything is allocated. */
  view(parameter: ParameterNode): Floats | Int32Array {
    const address = this.addressOf(parameter);
    const count = elementCount(parameter.shape);
    return parameter.dtype === 'i32'
      ? this.machine.ints(address, count)
      : this.machine.floats(address, count);
  }

  /** Where a parameter lives; its initial values are written when it is first met. */
  addressOf(parameter: ParameterNode): number {
    const known = this.addresses.get(parameter);
    if (known !== undefined) return known;
    const address = this.machine.allocate(elementCount(parameter.shape));
    this.addresses.set(parameter, address);
    this.view(parameter).set(parameter.initial);
    return address;
  }
}
