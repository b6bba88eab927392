/** Tries to and from the tensors of a model file. */
import { FormatError } from '../../base/errors.js';
import type { Tensor } from '../../files/index.js';
import { NgramTrie, type TrieLevel } from './trie.js';

/** `2/words`, `2/probabilities`, `2/backoffs`, `2/begins`: those of the n-grams of two words; and so on. */
export function tensorsOfTrie({ levels }: NgramTrie): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const [depth, { words, probabilities, backoffs, begins }] of levels.entries()) {
    const name = (what: string) => `${depth + 1}/${what}`;
    const add = (what: string, data: Int32Array | Float32Array) => {
      const shape = [data.length];
      tensors[name(what)] =
        data instanceof Int32Array ? { dtype: 'I32', shape, data } : { dtype: 'F32', shape, data };
    };
    if (depth > 0) add('words', words);
    add('probabilities', probabilities);
    if (backoffs !== undefined) add('backoffs', backoffs);
    if (begins !== undefined) add('begins', begins);
  }
  return tensors;
}

/**
 * The trie of a model file, with every number checked: a search in it can then neither leave its arrays nor go on for
 * ever, and gives probabilities.
 *
 * @param expected `idCount`: V, and one more where there is a start of sentence
 * @throws FormatError when tensors are missing or not sound
 */
export function trieOfTensors(
  tensors: ReadonlyMap<string, Tensor>,
  expected: { readonly order: number; readonly vocabularySize: number; readonly idCount: number },
  file?: string,
): NgramTrie {
  const { order, vocabularySize, idCount } = expected;
  const levels: TrieLevel[] = [];
  const numbers = <Type extends 'I32' | 'F32'>(name: string, type: Type, length?: number) => {
    const tensor = tensors.get(name);
    if (tensor?.dtype === type && (length === undefined || tensor.data.length === length))
      return tensor.data as Type extends 'I32' ? Int32Array : Float32Array;
    throw damaged(`tensor '${name}' is missing or not of the size that it should have`, file);
  };
  let contextCount = idCount;
  for (let length = 1; length <= order; length++) {
    const probabilities = numbers(`${length}/probabilities`, 'F32', length === 1 ? idCount : undefined);
    const size = probabilities.length;
    const words = length === 1 ? new Int32Array(0) : numbers(`${length}/words`, 'I32', size);
    const isLast = length === order;
    const backoffs = isLast ? undefined : numbers(`${length}/backoffs`, 'F32', size);
    const begins = isLast ? undefined : numbers(`${length}/begins`, 'I32', size + 1);
    if (!probabilities.every((value) => value >= 0 && value <= 1))
      throw damaged(`tensor '${length}/probabilities' holds what is no probability`, file);
    if (backoffs?.every((value) => value >= 0 && value < Number.POSITIVE_INFINITY) === false)
      throw damaged(`tensor '${length}/backoffs' holds what is no backoff`, file);
    if (length > 1) checkOrder(levels.at(-1)!.begins!, words, { length, contextCount, idCount }, file);
    levels.push({ words, probabilities, backoffs, begins });
    contextCount = size;
  }
  return new NgramTrie(vocabularySize, levels);
}

/** Continuations must cover the level without gap, and words must rise within each context. */
function checkOrder(
  begins: Int32Array,
  words: Int32Array,
  { length, contextCount, idCount }: { length: number; contextCount: number; idCount: number },
  file?: string,
): void {
  const isCover = begins[0] === 0 && begins[contextCount] === words.length;
  if (!isCover)
    throw damaged(`tensor '${length - 1}/begins' does not fit the n-grams of ${length} words`, file);
  for (let context = 0; context < contextCount; context++) {
    const [begin, end] = [begins[context]!, begins[context + 1]!];
    if (begin > end) throw damaged(`tensor '${length - 1}/begins' does not rise`, file);
    for (let i = begin; i < end; i++) {
      const isRising = i === begin ? words[i]! >= 0 : words[i]! > words[i - 1]!;
      if (!isRising || words[i]! >= idCount)
        throw damaged(`tensor '${length}/words' is not in order, or has words that are not there`, file);
    }
  }
}

function damaged(what: string, file: string | undefined): FormatError {
  return new FormatError(`${what}: the model file is damaged`, { file });
}
