/** A model with its queues: what it can do, in batches. */
import { ValueError } from '../base/errors.js';
import { TextClassifier } from '../models/classifier/classifier.js';
import type { LabelScore } from '../models/heads.js';
import { LanguageModel, type NextToken, type TextScore } from '../models/language-model/language-model.js';
import { Batcher } from './batcher.js';
import { classifierEmbedder, languageModelEmbedder } from './embed.js';

/** Models that the service can serve. */
export type ServableModel = TextClassifier | LanguageModel;

/** What is done in batches; a model has the queues of what it can do. */
export interface Queues {
  readonly classify?: Batcher<string, LabelScore[]>;
  readonly next?: Batcher<NextRequest, NextToken[]>;
  readonly score?: Batcher<string, TextScore>;
  readonly embed?: Batcher<string, number[]>;
}

export type Operation = keyof Queues | 'generate';

/** Told of every batch: what was done, and on how many texts. */
export type BatchListener = (operation: Operation, size: number) => void;

export interface NextRequest {
  readonly text: string;
  readonly top: number;
}

/** A model under a name. A reloaded model is another one, and those who work with the old one finish with it. */
export class ServedModel {
  readonly name: string;
  readonly model: ServableModel;
  readonly kind: 'text-classifier' | 'language-model';
  readonly operations: readonly Operation[];
  /** Hash of the weights. */
  readonly hash: string;
  /** When it was loaded, in seconds since 1970. */
  readonly loaded: number;
  private readonly queues: Queues;

  /** @throws ValueError for models that are not made for texts */
  constructor(name: string, model: ServableModel, onBatch: BatchListener = () => {}) {
    this.name = name;
    this.model = model;
    this.loaded = Math.floor(Date.now() / 1000);
    if (model instanceof TextClassifier) {
      this.kind = 'text-classifier';
      this.queues = classifierQueues(model, onBatch);
      this.operations = Object.keys(this.queues) as Operation[];
    } else if (model instanceof LanguageModel) {
      this.kind = 'language-model';
      this.queues = languageModelQueues(model, onBatch);
      this.operations = [...(Object.keys(this.queues) as Operation[]), 'generate'];
    } else {
      throw new ValueError(
        `'${name}' is neither a text classifier nor a language model: it cannot be served`,
      );
    }
    this.hash = model.hash;
  }

  /** Requests that wait for a batch. */
  get waiting(): number {
    return Object.values(this.queues).reduce((sum, { length }) => sum + length, 0);
  }

  /** The queue of an operation. @throws ValueError when the model does not have the operation */
  queue<Name extends keyof Queues>(name: Name): NonNullable<Queues[Name]> {
    const queue = this.queues[name];
    if (queue === undefined) throw new ValueError(`the model '${this.name}' cannot ${name}`);
    return queue;
  }

  /** @throws ValueError when it is another kind of model */
  get languageModel(): LanguageModel {
    if (this.model instanceof LanguageModel) return this.model;
    throw new ValueError(`the model '${this.name}' is not a language model`);
  }
}

function classifierQueues(model: TextClassifier, onBatch: BatchListener): Queues {
  const classify = new Batcher(
    // One text has a shorter way.
    (texts: readonly string[]) =>
      texts.length === 1 ? [model.classify(texts[0]!)] : model.classifyBatch(texts),
    (size) => onBatch('classify', size),
  );
  if (!model.config.embeddings) return { classify };
  return { classify, embed: new Batcher(classifierEmbedder(model), (size) => onBatch('embed', size)) };
}

function languageModelQueues(model: LanguageModel, onBatch: BatchListener): Queues {
  return {
    next: new Batcher(
      (requests: readonly NextRequest[]) => requests.map(({ text, top }) => model.next(text, { top })),
      (size) => onBatch('next', size),
    ),
    score: new Batcher(
      (texts: readonly string[]) => texts.map((text) => model.score(text)),
      (size) => onBatch('score', size),
    ),
    embed: new Batcher(languageModelEmbedder(model), (size) => onBatch('embed', size)),
  };
}
