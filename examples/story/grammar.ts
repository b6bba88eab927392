/**
 * A story grammar that writes the corpus for the language-model examples and knows its own entropy, so that the
 * perplexity a model reaches can be held against the lowest that any model could reach.
 */
import { ValueError } from '../../src/base/errors.js';
import { Random } from '../../src/base/random.js';
import { type Automaton, compileAutomaton, type Transition } from './automaton.js';
import { rules, SENTENCE_END } from './rules.js';

export { SENTENCE_END } from './rules.js';

/** Pads a context at the beginning of a sentence. */
export const SENTENCE_START = '<s>';

/** Size of the training corpus, in sentences. */
export const TRAINING_SENTENCES = 12_000;

/** A participle that never follows `subject gets` in the corpus, though it follows `gets` after its siblings. */
export interface WithheldPair {
  readonly subject: string;
  readonly participle: string;
  /** words that are used just like the subject, and with which the participle does occur */
  readonly siblings: readonly string[];
}

/**
 * The withheld pairs. Each participle is frequent after the siblings and each subject is frequent elsewhere, so
 * a model that has learnt which words are alike expects the pair; counts of the pair itself are all zero. There are
 * few sentences with these subjects and `gets`, so that the gap in the data could be chance.
 */
export const withheldPairs: readonly WithheldPair[] = [
  { subject: 'dog', participle: 'fed', siblings: ['cat', 'horse', 'cow', 'goat'] },
  { subject: 'pig', participle: 'washed', siblings: ['cat', 'horse', 'cow', 'goat'] },
  { subject: 'nurse', participle: 'paid', siblings: ['farmer', 'teacher', 'baker', 'doctor'] },
  { subject: 'henry', participle: 'invited', siblings: ['anna', 'ben', 'clara', 'david'] },
];

export interface StoryOptions {
  /** Whether the withheld pairs are left out. Default: true. */
  readonly withhold?: boolean;
}

/** The entropy of a source of sentences. Logarithms are natural. */
export interface Entropy {
  /** nats per token; the `</s>` of each sentence is a token */
  readonly perToken: number;
  /** e^perToken: the lowest perplexity a model can reach on unlimited data */
  readonly perplexity: number;
  /** nats per sentence */
  readonly perSentence: number;
  /** mean number of tokens of a sentence, with `</s>` */
  readonly tokensPerSentence: number;
}

/**
 * The grammar as a source of sentences. What comes next depends on the last four tokens at most (`contextLength`
 * proves it), so that a language model of order 5 can be perfect.
 *
 * @example
 * const grammar = new StoryGrammar();
 * [...grammar.sentences(2, 1)];                              // [['the', 'cat', 'waits', …], …]
 * grammar.probabilities(['the', 'cat', 'gets']).get('fed');  // 0.25
 * grammar.trueEntropy().perplexity;
 */
export class StoryGrammar {
  private readonly automaton: Automaton;

  constructor({ withhold = true }: StoryOptions = {}) {
    const withheld = new Set(
      withhold ? withheldPairs.map(({ subject, participle }) => `${subject} ${participle}`) : [],
    );
    this.automaton = compileAutomaton(rules, (subject, token) => withheld.has(`${subject} ${token}`));
  }

  /** All tokens the grammar can emit, sorted, with `</s>`. */
  vocabulary(): string[] {
    return [...new Set(this.automaton.flatMap((transitions) => [...transitions.keys()]))].sort();
  }

  /**
   * `count` random sentences, without their `</s>`. The same seed and stream give the same sentences, and the
   * first sentences of a longer run are those of a shorter one.
   */
  *sentences(count: number, seed: number, stream: string | number = 'story'): Iterable<string[]> {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new ValueError(`the number of sentences must be a whole number, 0 or more, not ${count}`);
    }
    const random = new Random(seed, stream);
    for (let i = 0; i < count; i++) yield this.sentence(random);
  }

  /**
   * The exact distribution of the next token (possibly `</s>`) after the beginning of a sentence.
   *
   * @throws ValueError when no sentence of the grammar begins so.
   */
  probabilities(prefix: readonly string[]): Map<string, number> {
    let state = 0;
    for (const [i, token] of prefix.entries()) {
      const next = this.automaton[state]!.get(token)?.next ?? -1;
      if (next < 0) {
        const before = prefix.slice(0, i).join(' ') || 'at the beginning';
        throw new ValueError(`no sentence of the story grammar goes on with '${token}' here: ${before}`);
      }
      state = next;
    }
    return new Map([...this.automaton[state]!].map(([token, { probability }]) => [token, probability]));
  }

  /** ln p(sentence), its `</s>` included (do not pass it); −∞ when the grammar cannot say the sentence. */
  logProbability(sentence: readonly string[]): number {
    let state = 0;
    let total = 0;
    for (const token of [...sentence, SENTENCE_END]) {
      const transition: Transition | undefined = this.automaton[state]?.get(token);
      if (transition === undefined) return Number.NEGATIVE_INFINITY;
      total += Math.log(transition.probability);
      state = transition.next;
    }
    return total;
  }

  /**
   * The exact entropy, by the chain rule: H(sentence) = Σ_s visits(s) · H(next token | s), where visits(s) is how often
   * a sentence is expected to pass through state s. The mean length is Σ_s visits(s), and their quotient the entropy
   * per token (Shannon 1948, section 7: the entropy of a Markov source).
   */
  trueEntropy(): Entropy {
    const visits = this.expectedVisits();
    let perSentence = 0;
    let tokensPerSentence = 0;
    for (const [state, transitions] of this.automaton.entries()) {
      let entropy = 0;
      for (const { probability } of transitions.values()) entropy -= probability * Math.log(probability);
      perSentence += visits[state]! * entropy;
      tokensPerSentence += visits[state]!;
    }
    const perToken = perSentence / tokensPerSentence;
    return { perToken, perplexity: Math.exp(perToken), perSentence, tokensPerSentence };
  }

  /**
   * The smallest n such that the last n tokens (with `<s>` before the first) always determine the distribution of
   * the next one. All reachable pairs of state and context are visited: the answer is a proof, not a sample.
   *
   * @throws ValueError when even `limit` tokens are not enough.
   */
  contextLength(limit = 6): number {
    for (let length = 0; length <= limit; length++) if (this.isDeterminedBy(length)) return length;
    throw new ValueError(`the story grammar looks back further than ${limit} tokens`);
  }

  private sentence(random: Random): string[] {
    const tokens: string[] = [];
    for (let state = 0; ; ) {
      const { token, next } = draw(this.automaton[state]!, random);
      if (next < 0) return tokens;
      tokens.push(token);
      state = next;
    }
  }

  /** Sends a probability mass of 1 through the automaton, token by token, until less than 1e-16 is under way. */
  private expectedVisits(): Float64Array {
    const visits = new Float64Array(this.automaton.length);
    let mass = new Float64Array(this.automaton.length);
    mass[0] = 1;
    for (let underWay = 1; underWay > 1e-16; ) {
      const moved = new Float64Array(this.automaton.length);
      underWay = 0;
      for (const [state, transitions] of this.automaton.entries()) {
        visits[state]! += mass[state]!;
        for (const { probability, next } of transitions.values()) {
          if (next < 0) continue;
          moved[next]! += mass[state]! * probability;
          underWay += mass[state]! * probability;
        }
      }
      mass = moved;
    }
    return visits;
  }

  /** Whether no two states with different distributions can stand behind the same last `length` tokens. */
  private isDeterminedBy(length: number): boolean {
    const signatures = this.automaton.map((transitions) =>
      [...transitions.values()]
        .map(({ token, probability }) => `${token} ${probability.toPrecision(12)}`)
        .sort()
        .join(),
    );
    const signatureOf = new Map<string, string>();
    const seen = new Set<string>();
    const open = [{ state: 0, context: new Array<string>(length).fill(SENTENCE_START) }];
    for (let item = open.pop(); item !== undefined; item = open.pop()) {
      const { state, context } = item;
      const key = context.join(' ');
      if (seen.has(`${state} ${key}`)) continue;
      seen.add(`${state} ${key}`);
      const known = signatureOf.get(key);
      if (known !== undefined && known !== signatures[state]) return false;
      signatureOf.set(key, signatures[state]!);
      for (const { token, next } of this.automaton[state]!.values()) {
        if (next >= 0) open.push({ state: next, context: [...context, token].slice(1) });
      }
    }
    return true;
  }
}

function draw(transitions: ReadonlyMap<string, Transition>, random: Random): Transition {
  let remaining = random.uniform();
  let last: Transition | undefined;
  for (last of transitions.values()) {
    remaining -= last.probability;
    if (remaining < 0) return last;
  }
  // Rounding may leave a trace of the mass undistributed; it belongs to the last transition.
  return last!;
}

export interface CorpusOptions extends StoryOptions {
  /** Default: `TRAINING_SENTENCES`. */
  readonly sentences?: number;
  /** Default: 1. */
  readonly seed?: number;
  /** Independent corpora of one seed: `train`, `validation`, `test`, … Default: `train`. */
  readonly stream?: string;
}

/** A corpus as text: one sentence a line, tokens separated by spaces, a line feed after each line. */
export function writeStoryCorpus(options: CorpusOptions = {}): string {
  const { sentences = TRAINING_SENTENCES, seed = 1, stream = 'train', withhold } = options;
  let text = '';
  for (const sentence of new StoryGrammar({ withhold }).sentences(sentences, seed, stream)) {
    text += `${sentence.join(' ')}\n`;
  }
  return text;
}
