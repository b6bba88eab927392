/** The models by name. Replacing one drops no request: whoever holds the old one finishes with it. */
import { ValueError } from '../base/errors.js';
import { Problem, wrongField } from './problem.js';
import { type BatchListener, type Operation, type ServableModel, ServedModel } from './served-model.js';

/** Names go into paths and metrics. */
const NAME = /^[\w][\w.-]{0,127}$/;

export class Shelf {
  private readonly models = new Map<string, ServedModel>();
  private readonly onBatch: BatchListener;

  constructor(onBatch: BatchListener = () => {}) {
    this.onBatch = onBatch;
  }

  /**
   * Puts a model under a name, in place of the one that was there.
   * @throws ValueError for a name that does not fit into a path
   */
  put(name: string, model: ServableModel): ServedModel {
    if (!NAME.test(name)) {
      throw new ValueError(
        `'${name}' cannot be the name of a model: use letters, digits, '_', '-' and '.', 128 at most`,
      );
    }
    const served = new ServedModel(name, model, this.onBatch);
    this.models.set(name, served);
    return served;
  }

  get names(): string[] {
    return [...this.models.keys()];
  }

  list(): ServedModel[] {
    return [...this.models.values()];
  }

  /** @throws Problem 404 when there is no such model */
  get(name: string): ServedModel {
    const served = this.models.get(name);
    if (served !== undefined) return served;
    throw new Problem(404, `there is no model '${name}'; the models are ${this.names.join(', ')}`);
  }

  /**
   * The model for an operation.
   *
   * @param name default: the only model that can do it
   * @throws Problem 404 when there is no such model, 422 when it cannot do this, or none was named and several can
   */
  choose(operation: Operation, name?: string): ServedModel {
    const able = this.list().filter(({ operations }) => operations.includes(operation));
    if (name !== undefined) {
      const served = this.get(name);
      if (able.includes(served)) return served;
      const can = served.operations.join(', ');
      throw wrongField('model', `'${name}' is a ${served.kind} and cannot ${operation}; it can ${can}`);
    }
    if (able.length === 1) return able[0]!;
    throw able.length === 0
      ? new Problem(501, `no model of this service can ${operation}; the models are ${this.names.join(', ')}`)
      : wrongField(
          'model',
          `must be named, since several can ${operation}: ${able.map((each) => each.name).join(', ')}`,
        );
  }
}
