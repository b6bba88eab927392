/** Texts from standard input, in batches, without ever holding more than one of them. */
import { decodeText } from '../files/lines.js';

/** Large enough for one matrix product to pay, small enough to stay in the cache. */
const LARGEST_BATCH = 512;

/**
 * The lines of a stream. Whatever has arrived is a batch (at most 512 lines): a person who types a line is answered
 * at once, and a file that is poured in is read in large pieces. Empty lines count as texts.
 *
 * @throws DataError with the line where the input is not UTF-8
 */
export async function* lineBatches(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  for await (const block of decodeText(stream, { file: 'standard input' })) {
    const lines = block.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (let begin = 0; begin < lines.length; begin += LARGEST_BATCH) {
      yield lines.slice(begin, begin + LARGEST_BATCH);
    }
  }
}
