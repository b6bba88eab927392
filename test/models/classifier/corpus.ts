/** A small corpus with three easy labels, the same for the same seed. */
import { Random } from '../../../src/base/random.js';
import type { ClassifierOptions, Example } from '../../../src/models/index.js';

export const WORDS = {
  animal: ['cat', 'dog', 'horse', 'owl', 'fox', 'bear'],
  fruit: ['apple', 'pear', 'plum', 'cherry', 'fig', 'grape'],
  tool: ['hammer', 'saw', 'drill', 'pliers', 'chisel', 'file'],
} as const;
export const LABELS = Object.keys(WORDS) as (keyof typeof WORDS)[];
const FILLERS = ['the', 'a', 'my', 'is', 'was', 'here', 'today', 'very', 'nice', 'there'];

export function makeCorpus(
  count = 90,
  seed = 1,
  labels: readonly (keyof typeof WORDS)[] = LABELS,
): Example[] {
  const random = new Random(seed, 'corpus');
  const one = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const label = labels[i % labels.length]!;
    const words = [one(FILLERS), one(WORDS[label]), one(FILLERS), one(FILLERS), one(WORDS[label])];
    return { text: random.shuffle(words).join(' '), label };
  });
}

/** Few epochs at a high rate: enough for a corpus this easy. */
export const QUICK: ClassifierOptions = {
  epochs: 6,
  dimension: 8,
  batchSize: 8,
  subwords: null,
  wordDropout: 0.1,
  optimizer: { learningRate: 0.03 },
};
