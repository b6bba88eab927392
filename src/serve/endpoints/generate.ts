/** POST /v1/generate: text that a language model makes up, at once or as server-sent events. */
import * as v from 'valibot';
import { type Call, type Endpoint, endpoint, type Rooms } from '../endpoint.js';
import {
  flag,
  generated,
  modelName,
  oneOrSeveral,
  samplingEntries,
  stopSchema,
  textSchema,
  textsSchema,
  wholeNumber,
} from '../schemas.js';
import type { ServedModel } from '../served-model.js';
import { type WritingRequest, type Written, writeAll, writeInTurns } from '../writing.js';

export function generateEndpoint({ shelf, limits }: Rooms): Endpoint {
  const { maximumTokens } = limits;
  const input = v.pipe(
    v.strictObject({
      model: v.optional(modelName),
      prompt: v.optional(textSchema(limits, 'What the text begins with. Default: nothing.')),
      prompts: v.optional(textsSchema(limits, 'Several prompts: the answer has `results`, in their order.')),
      maximumTokens: v.optional(
        wholeNumber(1, maximumTokens, 'At most so many after the prompt.'),
        Math.min(50, maximumTokens),
      ),
      ...samplingEntries(),
      stop: v.optional(stopSchema()),
      stream: v.optional(flag, false),
    }),
    v.check(
      ({ prompt, prompts }) => prompt === undefined || prompts === undefined,
      'must have prompt or prompts, not both',
    ),
    v.check(
      ({ prompts, stream }) => !stream || prompts === undefined,
      'must have one prompt, not prompts, to be streamed',
    ),
  );

  return endpoint({
    method: 'POST',
    path: '/v1/generate',
    summary: 'Let a language model write',
    group: 'models',
    input,
    output: oneOrSeveral(generated),
    streams:
      'Each event holds `{"token", "text"}`, what the text grows by. The last one is called `done` and holds what is answered without streaming.',
    example: { prompt: 'the dog', maximumTokens: 12, temperature: 0.8, seed: 7 },
    async answer({ model, prompt = '', prompts, stream, ...settings }, call) {
      const served = shelf.choose('generate', model);
      const requests = (prompts ?? [prompt]).map((each) => writingRequest(each, settings));
      if (stream) return { events: events(served, requests[0]!, call) };
      const results = [];
      for (const request of requests) {
        results.push(resultOf(request, await writeAll(served.languageModel, request, call)));
      }
      return {
        json: prompts === undefined ? { model: served.name, ...results[0] } : { model: served.name, results },
      };
    },
  });
}

type Settings = Omit<WritingRequest, 'prompt' | 'stop' | 'seed'> & {
  readonly stop?: string | readonly string[];
  readonly seed?: number;
};

/** Fills in what was left out: a new seed, and no stop strings. */
export function writingRequest(prompt: string, { stop, seed, ...rest }: Settings): WritingRequest {
  return { ...rest, prompt, stop: stop === undefined ? [] : [stop].flat(), seed: seed ?? newSeed() };
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function resultOf({ seed }: WritingRequest, { text, whole, tokens, finish }: Written) {
  return { text: whole, continuation: text, tokens, finish, seed };
}

async function* events(served: ServedModel, request: WritingRequest, call: Call): AsyncGenerator<string> {
  const pieces = writeInTurns(served.languageModel, request, call);
  for (;;) {
    const { done, value } = await pieces.next();
    if (!done) {
      yield `data: ${JSON.stringify(value)}\n\n`;
      continue;
    }
    const result = { model: served.name, ...resultOf(request, value) };
    yield `event: done\ndata: ${JSON.stringify(result)}\n\n`;
    return;
  }
}
