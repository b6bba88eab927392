/** How surprising the words of texts are, by programs that take many positions at a time. */
import { ValueError } from '../../base/errors.js';
import type { Node } from '../../graph/node.js';
import type { Program, Workspace } from '../../program/index.js';
import { contextLength } from './context.js';
import { writeContext } from './corpus.js';
import type { LanguageModelNetwork } from './network.js';
import type { LanguageModelConfig } from './options.js';

/** Positions are scored in batches of so many, whatever texts they are of. */
const SCORING_BATCH = 256;

interface ScoredModel {
  readonly config: LanguageModelConfig;
  readonly network: LanguageModelNetwork;
  readonly workspace: Workspace;
}

/** The programs are compiled when they are first needed. */
export class Scorer {
  private readonly model: ScoredModel;
  private readonly programs = new Map<Node, Program>();

  constructor(model: ScoredModel) {
    this.model = model;
  }

  /**
   * −ln p of each id of each text; −z where it is not normalised. No text sees another.
   * @throws ValueError where the output layer has no scores without normalisation
   */
  surprisals(texts: readonly Int32Array[], normalized = true): Float64Array[] {
    const program = this.programFor(normalized);
    const results = texts.map(({ length }) => new Float64Array(length));
    const length = contextLength(this.model.config);
    const context = new Int32Array(SCORING_BATCH * length);
    const target = new Int32Array(SCORING_BATCH);
    const places: { readonly text: number; readonly position: number }[] = [];
    const run = () => {
      const count = places.length;
      if (count === 0) return;
      program.run({ context: context.subarray(0, count * length), target: target.subarray(0, count) });
      const values = program.view('surprisal');
      places.forEach(({ text, position }, row) => {
        results[text]![position] = values[row]!;
      });
      places.length = 0;
    };
    texts.forEach((ids, text) => {
      for (let position = 0; position < ids.length; position++) {
        const row = places.length;
        writeContext(context, row * length, ids, position, length, this.model.config.context);
        target[row] = ids[position]!;
        places.push({ text, position });
        if (places.length === SCORING_BATCH) run();
      }
    });
    run();
    return results;
  }

  private programFor(normalized: boolean): Program {
    const { network, config, workspace } = this.model;
    const surprisal = normalized ? network.surprisal : network.unnormalizedSurprisal;
    if (surprisal === undefined) {
      throw new ValueError(
        `a model with the output '${config.output}' has no scores that mean anything by themselves: ` +
          'leave out normalized: false',
      );
    }
    const program = this.programs.get(surprisal) ?? workspace.compile({ outputs: { surprisal } });
    this.programs.set(surprisal, program);
    return program;
  }
}
