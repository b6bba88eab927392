/** POST /v1/next, /v1/score and /v1/embed. */
import * as v from 'valibot';
import { type Endpoint, endpoint, type Rooms } from '../endpoint.js';
import {
  embedded,
  modelName,
  nextTokens,
  oneOrSeveral,
  scored,
  textSchema,
  textsSchema,
  wholeNumber,
} from '../schemas.js';
import { oneText, resultsOf, textsOf } from './texts.js';

export function languageEndpoints({ shelf, limits }: Rooms): Endpoint[] {
  const common = {
    model: v.optional(modelName),
    text: v.optional(textSchema(limits)),
    texts: v.optional(textsSchema(limits)),
  };

  const next = endpoint({
    method: 'POST',
    path: '/v1/next',
    summary: 'The likeliest next tokens',
    group: 'models',
    input: oneText({ ...common, top: v.optional(wholeNumber(1, 1000, 'How many.'), 5) }),
    output: oneOrSeveral(nextTokens),
    example: { text: 'the dog gets', top: 3 },
    async answer(input, call) {
      const served = shelf.choose('next', input.model);
      const requests = textsOf(input).map((text) => ({ text, top: input.top }));
      const lists = await served.queue('next').submit(requests, call);
      return {
        json: resultsOf(
          served,
          input,
          lists.map((tokens) => ({ tokens })),
        ),
      };
    },
  });

  const score = endpoint({
    method: 'POST',
    path: '/v1/score',
    summary: 'How surprising a text is',
    group: 'models',
    input: oneText(common),
    output: oneOrSeveral(scored),
    example: { text: 'the dog gets fed' },
    async answer(input, call) {
      const served = shelf.choose('score', input.model);
      const scores = await served.queue('score').submit(textsOf(input), call);
      const results = scores.map(({ logProbability, perplexity, tokens }) => ({
        ...{ bits: -logProbability / Math.LN2, logProbability, perplexity, tokens },
      }));
      return { json: resultsOf(served, input, results) };
    },
  });

  const embed = endpoint({
    method: 'POST',
    path: '/v1/embed',
    summary: 'A text as a vector',
    description:
      'A classifier gives the embeddings of the text’s features, pooled as in the classifier; a language model gives the mean of its word vectors.',
    group: 'models',
    input: oneText(common),
    output: oneOrSeveral(embedded),
    example: { text: 'where is my parcel' },
    async answer(input, call) {
      const served = shelf.choose('embed', input.model);
      const vectors = await served.queue('embed').submit(textsOf(input), call);
      return {
        json: resultsOf(
          served,
          input,
          vectors.map((vector) => ({ vector })),
        ),
      };
    },
  });

  return [next, score, embed];
}
