/**
 * The rules of the story grammar: a finite automaton. Each state lists what may come next, with its weight (the
 * weights of a state add up to 1) and the state that follows. Every choice emits exactly one token, so the path
 * through the automaton can be read off the sentence: nothing is hidden.
 *
 * The design keeps the memory short: whatever a state depends on (the kind of the subject, the verb, the
 * preposition) stands at most four tokens back.
 */
import * as words from './lexicon.js';

/** The token that ends every sentence; it counts as a token. */
export const SENTENCE_END = '</s>';

/** One thing that may come next. */
export interface Choice {
  /** probability of this choice in its state */
  readonly weight: number;
  /** the words to draw from, common ones first */
  readonly words: readonly string[];
  /** name of the state that follows */
  readonly next: string;
  /** `store`: the next state also knows the word just emitted; `keep`: it knows what this state knows */
  readonly memory?: 'store' | 'keep';
}

/** The state in which a sentence is over. */
export const FINAL = 'final';

/** The state in which a sentence begins. */
export const INITIAL = 'sentence';

function choice(
  weight: number,
  words: string | readonly string[],
  next: string,
  memory?: 'store' | 'keep',
): Choice {
  return { weight, words: typeof words === 'string' ? [words] : words, next, memory };
}

const end = (weight: number): Choice => choice(weight, SENTENCE_END, FINAL);
const and = (weight: number): Choice => choice(weight, 'and', 'clause');

/** How a clause opens: a determiner and a noun phrase, or a name. `share` is the probability of all four together. */
function clause(share: number): Choice[] {
  return [
    choice(0.42 * share, 'the', 'subject'),
    choice(0.13 * share, 'a', 'subject'),
    choice(0.15 * share, ['my', 'our'], 'subject'),
    choice(0.3 * share, words.people, 'person', 'store'),
  ];
}

/** `the`, `a`, … before an object. */
function determiner(next: string, options: readonly string[] = ['the', 'a', 'my', 'our']): Choice[] {
  return [choice(1, options, next)];
}

export const rules: Readonly<Record<string, readonly Choice[]>> = {
  // The sentence: a clause, a clause with an opener, or “we have to make sure that” a clause.
  sentence: [...clause(0.84), choice(0.08, words.openers, 'clause'), choice(0.08, ['i', 'we'], 'intention')],
  clause: clause(1),
  intention: [choice(1, ['have', 'want', 'forgot', 'try'], 'intention to')],
  'intention to': [choice(1, 'to', 'intention make')],
  'intention make': [choice(1, 'make', 'intention sure')],
  'intention sure': [choice(1, 'sure', 'that')],
  that: [choice(1, 'that', 'clause')],

  // Who: an animal of the farm, a wild one, or a person, with or without an adjective.
  subject: [
    choice(0.38, words.livestock, 'livestock', 'store'),
    choice(0.14, words.wildlife, 'wildlife'),
    choice(0.28, words.professions, 'person', 'store'),
    choice(0.1, words.sharedAdjectives, 'any subject'),
    choice(0.05, words.animalAdjectives, 'animal subject'),
    choice(0.05, words.humanAdjectives, 'human subject'),
  ],
  'any subject': [
    choice(0.45, words.livestock, 'livestock', 'store'),
    choice(0.2, words.wildlife, 'wildlife'),
    choice(0.35, words.professions, 'person', 'store'),
  ],
  'animal subject': [
    choice(0.7, words.livestock, 'livestock', 'store'),
    choice(0.3, words.wildlife, 'wildlife'),
  ],
  'human subject': [choice(1, words.professions, 'person', 'store')],

  // What they do.
  livestock: [
    choice(0.27, words.restingVerbs, 'resting'),
    choice(0.2, words.movingVerbs, 'moving'),
    choice(0.25, words.grazingVerbs, 'fodder'),
    choice(0.16, words.noticingVerbs, 'noticed'),
    choice(0.04, 'gets', 'livestock gets', 'keep'),
    choice(0.08, 'is', 'animal mood'),
  ],
  wildlife: [
    choice(0.26, words.restingVerbs, 'resting'),
    choice(0.2, words.movingVerbs, 'moving'),
    choice(0.34, words.huntingVerbs, 'prey'),
    choice(0.12, 'gets', 'wildlife gets'),
    choice(0.08, 'is', 'animal mood'),
  ],
  person: [
    choice(0.23, words.mealVerbs, 'meal'),
    choice(0.09, words.drinkVerbs, 'drink'),
    choice(0.13, words.careVerbs, 'cared for'),
    choice(0.14, words.craftVerbs, 'thing'),
    choice(0.11, words.socialVerbs, 'met'),
    choice(0.13, words.movingVerbs, 'moving'),
    choice(0.05, words.sayingVerbs, 'that'),
    choice(0.05, 'gets', 'person gets', 'keep'),
    choice(0.07, 'is', 'human mood'),
  ],

  // “gets”: the only states that know which word the subject was, because of the withheld pairs.
  'livestock gets': [choice(1, words.livestockTreatments, 'treated')],
  'wildlife gets': [choice(1, words.wildlifeFates, 'treated')],
  'person gets': [choice(1, words.humanFates, 'treated')],
  treated: [
    end(0.35),
    choice(0.15, 'by', 'met'),
    choice(0.15, 'in', 'in'),
    choice(0.13, 'at', 'at'),
    choice(0.15, 'every', 'every'),
    and(0.07),
  ],
  'animal mood': [choice(1, words.animalMoods, 'adverbial')],
  'human mood': [choice(1, words.humanMoods, 'adverbial')],

  // To whom or what.
  fodder: determiner('fodder noun', ['the', 'some', 'fresh']),
  'fodder noun': [choice(1, words.fodder, 'object')],
  noticed: determiner('noticed noun'),
  'noticed noun': [
    choice(0.4, words.livestock, 'object'),
    choice(0.3, words.wildlife, 'object'),
    choice(0.3, words.professions, 'object'),
  ],
  prey: determiner('prey noun', ['a', 'the']),
  'prey noun': [choice(1, words.prey, 'object')],
  meal: determiner('meal noun', ['the', 'some']),
  'meal noun': [choice(0.7, words.food, 'object'), choice(0.3, words.foodAdjectives, 'plain meal')],
  'plain meal': [choice(1, words.food, 'object')],
  drink: [choice(0.6, words.drinks, 'object'), choice(0.4, ['some', 'cold', 'hot'], 'plain drink')],
  'plain drink': [choice(1, words.drinks, 'object')],
  'cared for': determiner('cared-for noun'),
  'cared-for noun': [
    choice(0.75, words.livestock, 'object'),
    choice(0.25, words.animalAdjectives, 'plain animal'),
  ],
  'plain animal': [choice(1, words.livestock, 'object')],
  thing: determiner('thing noun'),
  'thing noun': [choice(0.75, words.things, 'object'), choice(0.25, words.thingAdjectives, 'plain thing')],
  'plain thing': [choice(1, words.things, 'object')],
  met: [choice(0.4, words.people, 'object'), choice(0.6, ['the', 'a', 'my', 'our'], 'met noun')],
  'met noun': [choice(0.8, words.professions, 'object'), choice(0.2, words.humanAdjectives, 'plain person')],
  'plain person': [choice(1, words.professions, 'object')],

  // Where, when and how.
  resting: [
    end(0.12),
    choice(0.35, 'in', 'in'),
    choice(0.3, ['near', 'behind', 'under'], 'landmark'),
    choice(0.13, words.manner, 'adverbial'),
    choice(0.1, 'every', 'every'),
  ],
  moving: [
    end(0.06),
    choice(0.4, 'to', 'destination'),
    choice(0.15, 'from', 'destination'),
    choice(0.15, ['near', 'behind', 'around'], 'landmark'),
    choice(0.16, words.manner, 'adverbial'),
    choice(0.08, 'in', 'in'),
  ],
  object: [
    end(0.42),
    choice(0.2, 'in', 'in'),
    choice(0.12, ['near', 'behind'], 'landmark'),
    choice(0.1, 'every', 'every'),
    choice(0.06, 'at', 'at'),
    and(0.1),
  ],
  adverbial: [end(0.6), choice(0.14, 'every', 'every'), choice(0.14, 'at', 'at'), and(0.12)],
  in: [choice(1, ['the', 'our'], 'in noun')],
  'in noun': [choice(0.75, words.rooms, 'adverbial'), choice(0.25, words.partsOfDay, 'over')],
  landmark: [choice(1, ['the', 'our'], 'landmark noun')],
  'landmark noun': [choice(1, words.landmarks, 'adverbial')],
  destination: [choice(1, ['the', 'our'], 'destination noun')],
  'destination noun': [choice(1, words.destinations, 'adverbial')],
  every: [choice(1, words.occasions, 'over')],
  at: [choice(1, ['night', 'noon', 'dawn'], 'over')],
  over: [end(0.85), and(0.15)],
};
