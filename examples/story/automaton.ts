/** The rules of the grammar compiled to an automaton with a probability on each transition. */
import { ValueError } from '../../src/base/errors.js';
import { type Choice, FINAL, INITIAL } from './rules.js';

/** A step to another state, taken with `probability`, that emits `token`. */
export interface Transition {
  readonly token: string;
  readonly probability: number;
  /** index of the state that follows; −1: the sentence is over */
  readonly next: number;
}

/** States with their outgoing transitions by token; the sentence begins in state 0. */
export type Automaton = readonly ReadonlyMap<string, Transition>[];

/** Whether a state that remembers `remembered` may not emit `token`. */
export type Forbids = (remembered: string, token: string) => boolean;

/**
 * Compiles rules to an automaton. The states are the pairs (rule, remembered word) that can be reached. Where
 * `forbids` takes tokens away, the others of that state are scaled up to add to 1 again.
 *
 * @throws ValueError when a state offers the same token twice, since the state could then not be read off the
 *   sentence, when a rule is missing, or when nothing is left to emit.
 */
export function compileAutomaton(
  rules: Readonly<Record<string, readonly Choice[]>>,
  forbids: Forbids,
): Automaton {
  const states: { rule: string; remembered: string }[] = [];
  const numbers = new Map<string, number>();
  const stateNumber = (rule: string, remembered: string): number => {
    if (rule === FINAL) return -1;
    const key = `${rule}/${remembered}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, states.length);
    return states.push({ rule, remembered }) - 1;
  };

  const automaton: Map<string, Transition>[] = [];
  stateNumber(INITIAL, '');
  // `states` grows while it is walked: every state met for the first time is appended to it.
  for (const { rule, remembered } of states) {
    const choices = rules[rule];
    if (choices === undefined)
      throw new ValueError(`story grammar: there is no rule '${rule}'; add it to rules.ts`);
    const transitions: Transition[] = [];
    for (const { weight, words, next, memory } of choices) {
      const shares = wordShares(words.length);
      for (const [i, token] of words.entries()) {
        if (forbids(remembered, token)) continue;
        const memorized = memory === 'store' ? token : memory === 'keep' ? remembered : '';
        transitions.push({ token, probability: weight * shares[i]!, next: stateNumber(next, memorized) });
      }
    }
    automaton.push(normalized(rule, transitions));
  }
  return automaton;
}

/** Zipf's law, flattened: the i-th word of a class, from 0, has a share proportional to 1 / (i + 4). */
function wordShares(count: number): number[] {
  const weights = Array.from({ length: count }, (_, i) => 1 / (i + 4));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function normalized(rule: string, transitions: readonly Transition[]): Map<string, Transition> {
  const total = transitions.reduce((sum, { probability }) => sum + probability, 0);
  if (!(total > 0))
    throw new ValueError(`story grammar: rule '${rule}' has nothing left to say; withhold less`);
  const byToken = new Map(
    transitions.map((step) => [step.token, { ...step, probability: step.probability / total }]),
  );
  if (byToken.size < transitions.length) {
    throw new ValueError(
      `story grammar: rule '${rule}' offers a word twice; its choices must not share words`,
    );
  }
  return byToken;
}
