/** Data that needs no file: the same numbers for every contestant. */

/** A small generator of numbers in [0, 1) (mulberry32, public domain, Tommy Ettinger). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Word ids about as frequent as in a text: the k-th with a probability near 1 / k (Zipf's law). */
export function wordIds(count, vocabulary, seed = 1) {
  const random = randomNumbers(seed);
  return Int32Array.from({ length: count }, () =>
    Math.min(vocabulary - 1, Math.floor(vocabulary ** random()) - 1),
  );
}

/** Uniform in −scale … scale. */
export function weights(count, scale, seed = 1) {
  const random = randomNumbers(seed);
  return Float32Array.from({ length: count }, () => scale * (2 * random() - 1));
}

/** So many batches of the language model: context [batch, length] and target [batch], used again and again. */
export function languageModelBatches({ vocabulary, context, batch, batches = 16 }) {
  return Array.from({ length: batches }, (_, i) => ({
    context: wordIds(batch * context, vocabulary, 2 * i + 1),
    target: wordIds(batch, vocabulary, 2 * i + 2),
  }));
}
