/** The demonstration on the story corpus, whose truth is known. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runStory, type StoryResult } from '../../examples/story/demonstration.js';

let story: StoryResult;
beforeAll(async () => {
  story = await runStory();
}, 120_000);

describe('the story corpus', () => {
  it('the neural model comes within 5 % of the grammar’s own perplexity, the counted one does not', () => {
    expect(story.neural).toBeGreaterThan(story.grammar);
    expect(story.neural).toBeLessThan(1.05 * story.grammar);
    expect(story.ngram).toBeGreaterThan(1.05 * story.grammar);
  });

  it.each(['dog', 'pig', 'nurse', 'henry'])(
    'the neural model expects the pair with %s that it never saw; counts do not',
    (subject) => {
      const pair = story.pairs.find((each) => each.subject === subject)!;
      const sentence = story.corpus
        .split('\n')
        .find((line) => line.includes(`${subject} gets ${pair.participle}`));
      expect(sentence).toBeUndefined();
      expect(pair.neural).toBeGreaterThan(0.4 * pair.neuralSiblings);
      expect(pair.neural).toBeGreaterThan(2 * pair.ngram);
      expect(pair.ngram).toBeLessThan(0.5 * pair.ngramSiblings);
    },
  );
});
