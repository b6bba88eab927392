/** POST /v1/completions: the request shape of completion APIs, as a thin adapter. */
import * as v from 'valibot';
import { type Call, type Endpoint, endpoint, type Rooms } from '../endpoint.js';
import { wrongField } from '../problem.js';
import {
  flag,
  modelName,
  numberSchema,
  stopSchema,
  textSchema,
  textsSchema,
  wholeNumber,
} from '../schemas.js';
import type { ServedModel } from '../served-model.js';
import { type WritingRequest, type Written, writeAll, writeInTurns } from '../writing.js';
import { writingRequest } from './generate.js';

const choice = v.object({
  text: v.string(),
  index: v.number(),
  logprobs: v.null(),
  finish_reason: v.nullable(v.picklist(['stop', 'length'])),
});

const completion = v.object({
  id: v.string(),
  object: v.literal('text_completion'),
  created: v.number(),
  model: v.string(),
  choices: v.array(choice),
  usage: v.object({ prompt_tokens: v.number(), completion_tokens: v.number(), total_tokens: v.number() }),
});

/** Most texts for one prompt. */
const MOST_CHOICES = 16;

export function completionsEndpoint({ shelf, limits }: Rooms): Endpoint {
  const { maximumTokens, batchSize } = limits;
  const clientNull = <Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema);
  // Fields that only larger models have (`suffix`, `user`, `best_of`, …) are passed over, as clients send them always.
  const input = v.object({
    model: clientNull(modelName),
    prompt: clientNull(
      v.union(
        [textSchema(limits, 'What the text begins with.'), textsSchema(limits, 'Several prompts.')],
        'must be a string or an array of strings',
      ),
    ),
    max_tokens: clientNull(wholeNumber(1, maximumTokens, 'At most so many after the prompt. Default: 16.')),
    temperature: clientNull(numberSchema(0, 100, 'Default: 1.')),
    top_p: clientNull(numberSchema(0, 1, 'Default: 1.', { above: true })),
    n: clientNull(wholeNumber(1, MOST_CHOICES, 'Texts for each prompt. Default: 1.')),
    seed: clientNull(wholeNumber(0, 0xffffffff, 'The same seed gives the same text.')),
    stop: clientNull(stopSchema()),
    echo: clientNull(v.pipe(flag, v.description('Repeat the prompt before the continuation.'))),
    stream: clientNull(flag),
  });

  return endpoint({
    method: 'POST',
    path: '/v1/completions',
    summary: 'Complete a prompt, in the shape of completion APIs',
    description:
      'For clients of completion APIs. Words are the tokens of a Lexigrad model; `logprobs` is always null.',
    group: 'compatible',
    errorMember: true,
    input,
    output: completion,
    streams:
      'Each event holds a completion whose choice has the text that is new; the last event is `[DONE]`.',
    example: { prompt: 'the dog', max_tokens: 12, temperature: 0.8, stop: '.' },
    async answer(asked, call) {
      const served = shelf.choose('generate', asked.model ?? undefined);
      const prompts = [asked.prompt ?? ''].flat();
      const n = asked.n ?? 1;
      if (prompts.length * n > batchSize) {
        throw wrongField(
          'n',
          `asks for ${prompts.length * n} texts in all; at most ${batchSize} are allowed in one request`,
        );
      }
      const requests = prompts.flatMap((prompt) =>
        Array.from({ length: n }, (_, i) =>
          writingRequest(prompt, {
            maximumTokens: asked.max_tokens ?? Math.min(16, maximumTokens),
            temperature: asked.temperature ?? undefined,
            topP: asked.top_p ?? undefined,
            stop: asked.stop ?? undefined,
            seed: asked.seed == null ? undefined : (asked.seed + i) % 2 ** 32,
          }),
        ),
      );
      const echo = asked.echo ?? false;
      const head = headOf(served, call);
      if (asked.stream) return { events: events(served, requests, echo, head, call) };
      const texts: Written[] = [];
      for (const request of requests) texts.push(await writeAll(served.languageModel, request, call));
      return {
        json: {
          ...head,
          choices: texts.map((written, index) =>
            choiceOf(index, (echo ? requests[index]!.prompt : '') + written.text, written),
          ),
          usage: usageOf(texts, n),
        },
      };
    },
  });
}

type Head = ReturnType<typeof headOf>;

function headOf({ name }: ServedModel, { id }: Call) {
  const created = Math.floor(Date.now() / 1000);
  return { id: `cmpl-${id}`, object: 'text_completion' as const, created, model: name };
}

function choiceOf(index: number, text: string, written?: Written) {
  const reason = written === undefined ? null : written.finish === 'length' ? 'length' : 'stop';
  return { text, index, logprobs: null, finish_reason: reason };
}

/** A prompt counts once, however many texts are made from it. */
function usageOf(texts: readonly Written[], n: number) {
  const prompt = texts.reduce((sum, { promptTokens }, i) => sum + (i % n === 0 ? promptTokens : 0), 0);
  const written = texts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { prompt_tokens: prompt, completion_tokens: written, total_tokens: prompt + written };
}

async function* events(
  served: ServedModel,
  requests: readonly WritingRequest[],
  echo: boolean,
  head: Head,
  call: Call,
): AsyncGenerator<string> {
  const event = (index: number, text: string, written?: Written) =>
    `data: ${JSON.stringify({ ...head, choices: [choiceOf(index, text, written)] })}\n\n`;
  for (const [index, request] of requests.entries()) {
    if (echo && request.prompt !== '') yield event(index, request.prompt);
    const pieces = writeInTurns(served.languageModel, request, call);
    for (let more = true; more; ) {
      const { done, value } = await pieces.next();
      if (done) yield event(index, '', value);
      else if (value.text !== '') yield event(index, value.text);
      more = !done;
    }
  }
  yield 'data: [DONE]\n\n';
}
