/**
 * Why this word? What each word of the context did for the probability of the next word, by three measures.
 *
 * Every embedding that the network reads is multiplied by a gate gᵢ, one for each place of the context. With all gates at 1
 * this is the network as it is; a gate at 0 takes the word out. All three measures are then about the gates alone, with
 * L = log₂ p(word | context):
 *
 *   occlusion   L(1) − L(1 but gᵢ = 0)
 *   gradient    ∂L/∂gᵢ at 1, which is gradient × input: ∂(gᵢ eᵢ)/∂gᵢ = eᵢ, so it is ∂L/∂eᵢ · eᵢ
 *   integrated  ∫₀¹ ∂L/∂gᵢ at g = α dα, integrated gradients (Sundararajan, Taly & Yan 2017). They are complete: their sum
 *               is L(1) − L(0)
 *
 * All are bits: one bit more makes the word twice as likely.
 */
import { ValueError } from '../../base/errors.js';
import { backward } from '../../graph/backward.js';
import { input, type Node, topologicalOrder } from '../../graph/node.js';
import { multiply } from '../../graph/ops/arithmetic.js';
import { slice, sum } from '../../graph/ops/structure.js';
import { substitute } from '../../onnx/substitute.js';
import type { Program } from '../../program/index.js';
import type { Contribution } from '../classifier/explanation.js';
import type { NextToken } from './completion.js';
import { idOfToken } from './constraints.js';
import { contextLength } from './context.js';
import { END_ID, UNKNOWN_ID, wordsOf, writeContext } from './corpus.js';
import type { LanguageModel } from './language-model.js';
import type { LanguageModelNetwork } from './network.js';
import { topIndexes } from './sampling.js';

/** A word of the context, and what it contributed to log₂ p of the explained word. */
export interface ContextWord extends Contribution {
  /** As it was written; `</s>` for what is before the text. */
  readonly token: string;
  /** Places of the context that it takes: one, but all that are before the text count as one word. */
  readonly places: number;
  /** Whether it is not in the vocabulary, so that the network saw `<unk>`. */
  readonly unknown: boolean;
}

export interface NextWordExplanation {
  /** The text before the word. */
  readonly context: string;
  /** The word that is explained. */
  readonly word: string;
  readonly probability: number;
  /** 1 for the likeliest. */
  readonly rank: number;
  /** log₂ p(word | context) */
  readonly bits: number;
  /** log₂ p(word) without any context word: where integrated gradients start. */
  readonly originBits: number;
  /** Words of the text that are too far back for the network to see. */
  readonly unseen: readonly string[];
  /** What it sees, the oldest word first. */
  readonly words: readonly ContextWord[];
  /** The five likeliest words. */
  readonly next: readonly NextToken[];
  /** Words whose embeddings are nearest to that of the explained word, by cosine. */
  readonly similar: readonly { readonly word: string; readonly similarity: number }[];
}

/** Midpoints of the way at first; doubled until the sum is right to a thousandth, or up to the second number. */
const [FEWEST_STEPS, MOST_STEPS] = [32, 1024];
const CLOSE_ENOUGH = 1e-3;
/** Rows of gates that are computed at once. */
const BATCH = 32;
const [SHOWN, SIMILAR] = [5, 5];

/** Explains the predictions of one language model. */
export class WordExplainer {
  private readonly model: LanguageModel;
  /** −ln p(target) and its gradient by the gates, for contexts and gates. */
  private readonly program: Program;

  constructor(model: LanguageModel) {
    this.model = model;
    const gates = input('gates', ['batch', contextLength(model.config), 1]);
    const surprisal = withGates(model.network, gates);
    const [gradient] = backward(sum(surprisal), [gates]);
    this.program = model.workspace.compile({ outputs: { surprisal, gradient } });
  }

  /**
   * @param word default: the likeliest, but for `<unk>`
   * @throws ValueError when the word is not in the vocabulary
   */
  explain(text: string, word?: string): NextWordExplanation {
    const { model } = this;
    const { vocabulary, config } = model;
    const written = wordsOf(model.tokenizer, text);
    const probabilities = model.distribution(text);
    const ranking = topIndexes(probabilities, SHOWN);
    const id = word === undefined ? ranking.find((each) => each !== UNKNOWN_ID)! : this.idOf(word);

    const length = contextLength(config);
    const ids = new Int32Array(length);
    writeContext(ids, 0, vocabulary.encode(written), written.length, length, config.context);
    const seen = wordsSeen(ids, written, config.context === 'sentence');
    const without = seen.map(({ begin, end }) =>
      Float32Array.from(ids, (_, i) => (i >= begin && i < end ? 0 : 1)),
    );
    const ones = new Float32Array(length).fill(1);
    const [whole, origin, ...leftOut] = this.run(ids, id, [ones, new Float32Array(length), ...without]);
    const integrated = this.integrated(ids, id, whole!.bits - origin!.bits);

    const tokenOf = (each: number) => vocabulary.tokenOf(each);
    return {
      context: text,
      word: tokenOf(id),
      probability: probabilities[id]!,
      rank: 1 + probabilities.reduce((count, p) => count + (p > probabilities[id]! ? 1 : 0), 0),
      bits: whole!.bits,
      originBits: origin!.bits,
      unseen: written.slice(0, written.length - seen.filter(({ isPadding }) => !isPadding).length),
      words: seen.map(({ token, begin, end, isPadding }, i) => ({
        token,
        places: end - begin,
        unknown: !isPadding && ids[begin] === UNKNOWN_ID,
        occlusion: whole!.bits - leftOut[i]!.bits,
        gradient: total(whole!.gradient, begin, end),
        integrated: total(integrated, begin, end),
      })),
      next: ranking.map((each) => ({ token: tokenOf(each), probability: probabilities[each]! })),
      similar: similarWords(model, id),
    };
  }

  private idOf(word: string): number {
    const { tokenizer, vocabulary } = this.model;
    const id = idOfToken(vocabulary, tokenizer, word);
    if (id === undefined)
      throw new ValueError(`'${word}' is not in the vocabulary: it cannot be predicted, nor explained`);
    return id;
  }

  /** log₂ p(id) and its gradient by the gates, for several rows of gates. */
  private run(ids: Int32Array, id: number, gates: readonly Float32Array[]): GatedResult[] {
    const results: GatedResult[] = [];
    const { length } = ids;
    for (let begin = 0; begin < gates.length; begin += BATCH) {
      const rows = gates.slice(begin, begin + BATCH);
      this.program.run({
        context: Int32Array.from({ length: rows.length * length }, (_, i) => ids[i % length]!),
        gates: Float32Array.from(
          { length: rows.length * length },
          (_, i) => rows[Math.floor(i / length)]![i % length]!,
        ),
        target: new Int32Array(rows.length).fill(id),
      });
      const surprisal = this.program.view('surprisal');
      const gradient = this.program.view('gradient');
      for (let row = 0; row < rows.length; row++) {
        results.push({
          bits: -surprisal[row]! / Math.LN2,
          gradient: Array.from({ length }, (_, i) => -gradient[row * length + i]! / Math.LN2),
        });
      }
    }
    return results;
  }

  /** Integrated gradients by the midpoint rule. @param whole what they sum to */
  private integrated(ids: Int32Array, id: number, whole: number): number[] {
    for (let steps = FEWEST_STEPS; ; steps *= 2) {
      const way = Array.from({ length: steps }, (_, step) =>
        new Float32Array(ids.length).fill((step + 0.5) / steps),
      );
      const integrated = new Array<number>(ids.length).fill(0);
      for (const { gradient } of this.run(ids, id, way))
        gradient.forEach((value, i) => {
          integrated[i]! += value / steps;
        });
      const gap = Math.abs(total(integrated, 0, ids.length) - whole);
      if (gap <= CLOSE_ENOUGH * Math.max(1, Math.abs(whole)) || steps >= MOST_STEPS) return integrated;
    }
  }
}

interface GatedResult {
  readonly bits: number;
  readonly gradient: readonly number[];
}

/** The surprisal with each embedding of the context times its gate. @param gates [batch, contextLength, 1] */
function withGates({ surprisal, context, table }: LanguageModelNetwork, gates: Node): Node {
  const gated = new Map<Node, Node>();
  for (const node of topologicalOrder([surprisal])) {
    const [from, ids] = node.inputs;
    if (node.op.name !== 'gather' || from !== table) continue;
    if (ids === context) gated.set(node, multiply(node, gates));
    else if (ids!.op.name === 'slice' && ids!.inputs[0] === context) {
      const { axis, begin, end } = ids!.attributes as { axis: number; begin: number; end: number };
      gated.set(node, multiply(node, slice(gates, axis, begin, end)));
    }
  }
  return substitute({ surprisal }, gated).surprisal;
}

interface Seen {
  readonly token: string;
  /** Its places in the context: `begin` up to, not including, `end`. */
  readonly begin: number;
  readonly end: number;
  readonly isPadding: boolean;
}

/**
 * The words of a context; whatever stands before the text is one of them.
 * @param sentence whether the context ends where the sentence does: then a `</s>` within the text hides what is before
 */
function wordsSeen(ids: Int32Array, written: readonly string[], sentence: boolean): Seen[] {
  const lastEnd = sentence ? ids.lastIndexOf(END_ID) : -1;
  const count = Math.min(written.length, ids.length - 1 - lastEnd);
  const first = ids.length - count;
  const words = Array.from({ length: count }, (_, i) => ({
    token: written[written.length - count + i]!,
    begin: first + i,
    end: first + i + 1,
    isPadding: false,
  }));
  if (first === 0) return words;
  return [{ token: '</s>', begin: 0, end: first, isPadding: true }, ...words];
}

function total(values: readonly number[], begin: number, end: number): number {
  return values.slice(begin, end).reduce((result, value) => result + value, 0);
}

function similarWords(model: LanguageModel, id: number): NextWordExplanation['similar'] {
  const { vocabulary } = model;
  const isSpecial = (word: string) => (vocabulary.idOf(word) ?? 0) < vocabulary.specialCount;
  return model
    .wordVectors()
    .neighbors(vocabulary.tokenOf(id), SIMILAR + vocabulary.specialCount)
    .filter(({ word }) => !isSpecial(word))
    .slice(0, SIMILAR);
}
