/** Splitting off examples to judge a model by while it trains. */
import { Random } from '../base/random.js';

/**
 * Holds out a share of the examples, of each kind alike, the same for the same seed. At least one of each kind stays.
 *
 * @param kindOf usually the label. @param share 0 … 1.
 */
export function holdOut<Item>(
  examples: readonly Item[],
  kindOf: (example: Item) => string,
  share: number,
  seed: number,
): { train: Item[]; heldOut: Item[] } {
  if (share === 0) return { train: [...examples], heldOut: [] };
  const byKind = new Map<string, number[]>();
  examples.forEach((example, i) => {
    const kind = kindOf(example);
    const list = byKind.get(kind);
    if (list === undefined) byKind.set(kind, [i]);
    else list.push(i);
  });
  const heldOut = new Set<number>();
  const random = new Random(seed, 'hold out');
  // What rounding leaves of one kind is carried to the next, so that the total is the share.
  let carried = 0;
  for (const [, indexes] of [...byKind].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const wanted = indexes.length * share + carried;
    const count = Math.min(Math.floor(wanted), indexes.length - 1);
    carried = wanted - count;
    for (const i of random.shuffle(indexes).slice(0, count)) heldOut.add(i);
  }
  return {
    train: examples.filter((_, i) => !heldOut.has(i)),
    heldOut: examples.filter((_, i) => heldOut.has(i)),
  };
}
