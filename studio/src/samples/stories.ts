/** Made-up stories by the grammar of the examples, which knows how well they can be predicted at best. */
import { StoryGrammar } from '../../../examples/story/grammar.js';

export const STORY_SENTENCES = 6000;

/** The same sentences each time. */
export function storyLines(): string[] {
  return Array.from(new StoryGrammar().sentences(STORY_SENTENCES, 1), (words) => words.join(' '));
}

/** The perplexity below which no model can get. */
export function storyPerplexity(): number {
  return new StoryGrammar().trueEntropy().perplexity;
}
