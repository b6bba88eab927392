/** POST /v1/classify, and the request shape of Hugging Face's text classification. */
import * as v from 'valibot';
import type { LabelScore } from '../../models/heads.js';
import { type Endpoint, endpoint, type Rooms } from '../endpoint.js';
import {
  classified,
  labelScore,
  modelName,
  oneOrSeveral,
  textSchema,
  textsSchema,
  wholeNumber,
} from '../schemas.js';
import { oneText, resultsOf, textsOf } from './texts.js';

export function classifyEndpoints({ shelf, limits }: Rooms): Endpoint[] {
  const top = v.optional(wholeNumber(1, 10_000, 'Only the k likeliest labels. Default: all.'));
  const first = (labels: LabelScore[], k: number | undefined) =>
    k === undefined ? labels : labels.slice(0, k);

  const classify = endpoint({
    method: 'POST',
    path: '/v1/classify',
    summary: 'Label a text',
    group: 'models',
    input: oneText({
      model: v.optional(modelName),
      text: v.optional(textSchema(limits)),
      texts: v.optional(textsSchema(limits)),
      top,
    }),
    output: oneOrSeveral(classified),
    example: { text: 'i was charged twice for one order', top: 2 },
    async answer(input, call) {
      const served = shelf.choose('classify', input.model);
      const ranked = await served.queue('classify').submit(textsOf(input), call);
      return {
        json: resultsOf(
          served,
          input,
          ranked.map((labels) => ({ labels: first(labels, input.top) })),
        ),
      };
    },
  });

  // Other fields (`options`, further `parameters`) are for servers with more to set, and do no harm.
  const huggingFaceInput = v.object({
    inputs: v.union(
      [textSchema(limits), textsSchema(limits, 'Several texts.')],
      'must be a string or an array of strings',
    ),
    parameters: v.optional(
      v.object({ top_k: v.optional(v.nullable(wholeNumber(1, 10_000, 'Only the k likeliest labels.'))) }),
    ),
  });
  const huggingFace = (path: string, summary: string) =>
    endpoint({
      method: 'POST',
      path,
      summary,
      description:
        'The request and the answer of Hugging Face’s text classification: a list of labels for each input.',
      group: 'compatible',
      input: huggingFaceInput,
      output: v.array(v.array(labelScore)),
      example: { inputs: 'i was charged twice for one order' },
      async answer({ inputs, parameters }, call) {
        const served = shelf.choose('classify', call.parameters.model);
        const ranked = await served
          .queue('classify')
          .submit(typeof inputs === 'string' ? [inputs] : inputs, call);
        return { json: ranked.map((labels) => first(labels, parameters?.top_k ?? undefined)) };
      },
    });

  return [
    classify,
    huggingFace('/', 'Label texts with the only classifier'),
    huggingFace('/models/:model', 'Label texts with a classifier'),
  ];
}
