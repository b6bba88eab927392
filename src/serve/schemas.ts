/** Schemas of requests and answers: they check, they give the types, and the OpenAPI document is made from them. */
import * as v from 'valibot';
import type { Limits } from './limits.js';

// ——— requests ———

/** A model's name. */
export const modelName = v.pipe(
  v.string('must be a string'),
  v.description('Which model. Default: the only one that can do this.'),
);

/** A text within the limits. */
export function textSchema({ textLength }: Limits, description = 'A text.') {
  return v.pipe(
    v.string('must be a string'),
    v.maxLength(
      textLength,
      ({ input }) => `has ${input.length} characters; at most ${textLength} are allowed`,
    ),
    v.description(description),
  );
}

/** Several of them. */
export function textsSchema(
  limits: Limits,
  description = 'Several texts: the answer has `results`, in their order.',
) {
  const { batchSize } = limits;
  return v.pipe(
    v.array(textSchema(limits), 'must be an array of strings'),
    v.minLength(1, 'must hold at least one text'),
    v.maxLength(
      batchSize,
      ({ input }) => `has ${input.length} texts; at most ${batchSize} are allowed in one request`,
    ),
    v.description(description),
  );
}

/** A whole number between bounds. */
export function wholeNumber(least: number, most: number, description: string) {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
    v.description(description),
  );
}

/** A number between bounds. @param above excludes the lower bound itself */
export function numberSchema(least: number, most: number, description: string, { above = false } = {}) {
  const message = `must be a number ${above ? 'above' : 'from'} ${least} to ${most}`;
  return v.pipe(
    v.number(message),
    above ? v.gtValue(least, message) : v.minValue(least, message),
    v.maxValue(most, message),
    v.description(description),
  );
}

export const flag = v.boolean('must be true or false');

/** The settings of chance, under the names of this service. */
export function samplingEntries() {
  return {
    temperature: v.optional(
      numberSchema(0, 100, 'Below 1 the likely becomes likelier; 0 takes the likeliest.'),
      1,
    ),
    topK: v.optional(wholeNumber(1, 1_000_000, 'Choose among the k likeliest. Default: all.')),
    topP: v.optional(
      numberSchema(0, 1, 'Choose among the likeliest that make up p together.', { above: true }),
      1,
    ),
    seed: v.optional(
      wholeNumber(
        0,
        0xffffffff,
        'The same seed gives the same text. Default: a new one each time, told in the answer.',
      ),
    ),
  };
}

export function stopSchema() {
  const one = v.pipe(
    v.string('must be a string'),
    v.minLength(1, 'must not be empty'),
    v.maxLength(200, 'must have 200 characters at most'),
  );
  return v.pipe(
    v.union(
      [one, v.pipe(v.array(one), v.maxLength(8, 'must hold 8 strings at most'))],
      'must be a string, or 8 at most',
    ),
    v.description('The text ends before the first of these.'),
  );
}

// ——— answers ———

const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export const labelScore = v.object({ label: v.string(), score: probability });

export const nextToken = v.object({
  token: v.pipe(v.string(), v.description('`</s>` is the end of the sentence.')),
  probability,
});

export const classified = v.object({
  labels: v.pipe(v.array(labelScore), v.description('The likeliest first.')),
});

export const nextTokens = v.object({
  tokens: v.pipe(v.array(nextToken), v.description('The likeliest first.')),
});

export const scored = v.object({
  bits: v.pipe(v.number(), v.description('−log₂ p of the whole text, its end included.')),
  logProbability: v.pipe(v.number(), v.description('ln p of the whole text.')),
  perplexity: v.number(),
  tokens: v.array(
    v.object({
      token: v.string(),
      logProbability: v.number(),
      surprisal: v.pipe(v.number(), v.description('In bits.')),
      unknown: v.pipe(v.boolean(), v.description('Not in the vocabulary, and scored as `<unk>`.')),
    }),
  ),
});

export const embedded = v.object({ vector: v.array(v.number()) });

export const generated = v.object({
  text: v.pipe(v.string(), v.description('Prompt and continuation.')),
  continuation: v.string(),
  tokens: v.pipe(v.array(v.string()), v.description('The generated tokens.')),
  finish: v.pipe(
    v.picklist(['end', 'stop', 'length']),
    v.description(
      'The model ended the sentence, a stop string came, or there were as many tokens as allowed.',
    ),
  ),
  seed: v.number(),
});

/** The answer for one text, or for several: the fields themselves, or `results`. */
export function oneOrSeveral(
  result: typeof classified | typeof nextTokens | typeof scored | typeof embedded | typeof generated,
) {
  const model = v.pipe(v.string(), v.description('The model that answered.'));
  return v.union([v.object({ model, ...result.entries }), v.object({ model, results: v.array(result) })]);
}

export const modelInfo = v.object({
  id: v.pipe(v.string(), v.description('The name to ask for it.')),
  object: v.literal('model'),
  created: v.pipe(v.number(), v.description('When it was loaded, in seconds since 1970.')),
  owned_by: v.string(),
  kind: v.picklist(['text-classifier', 'language-model']),
  operations: v.array(v.picklist(['classify', 'next', 'score', 'generate', 'embed'])),
  labels: v.optional(v.array(v.string())),
  parameters: v.number(),
  hash: v.pipe(v.string(), v.description('Of the weights: the same for the same training.')),
});

export const problemDocument = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.pipe(v.string(), v.description('What is wrong and what to do.')),
  requestId: v.string(),
  errors: v.optional(
    v.pipe(
      v.array(v.object({ field: v.string(), message: v.string() })),
      v.description('The fields that are not as they must be.'),
    ),
  ),
});
