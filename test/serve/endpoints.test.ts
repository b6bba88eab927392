/** What the endpoints answer: the same numbers as the library, in shapes that the OpenAPI document describes. */
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LanguageModel, TextClassifier } from '../../src/index.js';
import * as schemas from '../../src/serve/schemas.js';
import { Asked, eventsOf, trainClassifier, trainLanguageModel } from './harness.js';

let classifier: TextClassifier;
let lm: LanguageModel;
let asked: Asked;

beforeAll(async () => {
  [classifier, lm] = [await trainClassifier(), await trainLanguageModel()];
  asked = new Asked({ models: { goods: classifier, sentences: lm } });
});

const TEXTS = ['where is my pear now', 'this hammer is old', '', 'completely unknown words', '\ud800 🛠️ 锤子'];

describe('classify', () => {
  it('gives the numbers of the library for one text', async () => {
    for (const text of TEXTS) {
      const { status, json } = await asked.post('/v1/classify', { text });
      expect(status).toBe(200);
      expect(json).toEqual({ model: 'goods', labels: classifier.classify(text) });
    }
  });

  it('gives results in order for several texts, cut to the likeliest', async () => {
    const { json } = await asked.post('/v1/classify', { texts: TEXTS, top: 1 });
    const expected = classifier.classifyBatch(TEXTS).map((labels) => ({ labels: labels.slice(0, 1) }));
    expect(json).toEqual({ model: 'goods', results: expected });
  });

  it('speaks as Hugging Face’s text classification', async () => {
    const one = await asked.post('/', { inputs: TEXTS[0], options: { wait_for_model: true } });
    expect(one.json).toEqual([classifier.classify(TEXTS[0]!)]);
    const several = await asked.post('/models/goods', {
      inputs: TEXTS.slice(0, 2),
      parameters: { top_k: 1 },
    });
    expect(several.json).toEqual(
      classifier.classifyBatch(TEXTS.slice(0, 2)).map((labels) => labels.slice(0, 1)),
    );
  });
});

describe('next, score and embed', () => {
  it('give the numbers of the library', async () => {
    const text = 'where is my';
    const next = await asked.post('/v1/next', { text, top: 3 });
    expect(next.json).toEqual({ model: 'sentences', tokens: lm.next(text, { top: 3 }) });
    const score = await asked.post('/v1/score', { texts: [text, 'pear is where'] });
    const expected = [text, 'pear is where'].map((each) => lm.score(each));
    expect(score.json.results).toEqual(
      expected.map((each) => ({ bits: -each.logProbability / Math.LN2, ...each })),
    );
  });

  it('embed a text as a classifier pools it, and unknown words as zeros', async () => {
    const { json } = await asked.post('/v1/embed', { model: 'goods', texts: ['pear', 'xyzzy'] });
    const [pear, unknown] = json.results.map((each: { vector: number[] }) => each.vector);
    expect(pear).toHaveLength(classifier.config.dimension);
    expect(pear.some((value: number) => value !== 0)).toBe(true);
    expect(unknown.every((value: number) => value === 0)).toBe(true);
    // Of one text with a single feature, the vector is that feature's embedding.
    const { ids } = classifier.encode(['pear']);
    const table = classifier.workspace.view(classifier.network.table!);
    const rows = [...ids].map((id) => table.subarray(id * pear.length, (id + 1) * pear.length));
    pear.forEach((value: number, j: number) => {
      const mean = rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length;
      expect(value).toBeCloseTo(mean, 5);
    });
  });

  it('embed a text as the mean of a language model’s word vectors', async () => {
    const { json } = await asked.post('/v1/embed', { model: 'sentences', text: 'pear table' });
    const vectors = lm.wordVectors();
    const [pear, table] = [vectors.vectorOf('pear')!, vectors.vectorOf('table')!];
    json.vector.forEach((value: number, j: number) => {
      expect(value).toBeCloseTo((pear[j]! + table[j]!) / 2, 6);
    });
  });
});

describe('generate', () => {
  const request = { prompt: 'where is', seed: 5, maximumTokens: 20 };

  it('writes what the library writes, and tells the seed', async () => {
    const { json } = await asked.post('/v1/generate', request);
    const { text, tokens, ended } = lm.generate(request);
    expect(json).toMatchObject({
      model: 'sentences',
      text,
      tokens,
      seed: 5,
      finish: ended ? 'end' : 'length',
    });
    const free = await asked.post('/v1/generate', { prompt: 'where is' });
    const again = await asked.post('/v1/generate', { prompt: 'where is', seed: free.json.seed });
    expect(again.json).toEqual(free.json);
  });

  it('streams the same text piece by piece', async () => {
    const { json } = await asked.post('/v1/generate', request);
    const { text, headers } = await asked.post('/v1/generate', { ...request, stream: true });
    expect(headers.get('content-type')).toBe('text/event-stream');
    const events = eventsOf(text);
    expect(events.at(-1)).toEqual({ name: 'done', data: JSON.stringify(json) });
    const pieces = events.slice(0, -1).map(({ data }) => JSON.parse(data));
    expect(pieces.map((piece) => piece.text).join('')).toBe(json.continuation);
    expect(pieces.map((piece) => piece.token)).toEqual(json.tokens);
  });

  it('ends before a stop string, which no piece of a stream gives away', async () => {
    const scripted = Object.create(lm) as LanguageModel;
    scripted.generateTokens = function* () {
      yield* ['red', 'and', 'green', 'andes', ',', 'blue', '</s>'];
    };
    const own = new Asked({ models: { scripted } });
    for (const [stop, continuation, finish] of [
      [['andes'], ' red and green', 'stop'],
      [[' and green and', 'never said'], ' red', 'stop'],
      [['es, b', 'e, blue'], ' red and green and', 'stop'],
      [['blue.'], ' red and green andes, blue', 'end'],
    ] as const) {
      const body = { prompt: 'colours', stop };
      const { json } = await own.post('/v1/generate', body);
      expect([json.continuation.trimEnd(), json.finish]).toEqual([continuation, finish]);
      const { text } = await own.post('/v1/generate', { ...body, stream: true });
      const streamed = eventsOf(text)
        .slice(0, -1)
        .map(({ data }) => JSON.parse(data).text);
      expect(streamed.join('')).toBe(json.continuation);
    }
  });

  it('answers several prompts', async () => {
    const { json } = await asked.post('/v1/generate', { prompts: ['a', 'this'], seed: 2, maximumTokens: 3 });
    expect(json.results.map((each: { text: string }) => each.text)).toEqual(
      ['a', 'this'].map((prompt) => lm.generate({ prompt, seed: 2, maximumTokens: 3 }).text),
    );
  });
});

describe('completions', () => {
  it('answer as completion APIs do', async () => {
    const body = {
      model: 'sentences',
      prompt: 'where is',
      max_tokens: 2,
      seed: 5,
      user: 'somebody',
      suffix: null,
    };
    const { json } = await asked.post('/v1/completions', body);
    const { text, tokens } = lm.generate({ prompt: 'where is', maximumTokens: 2, seed: 5 });
    expect(json).toMatchObject({
      object: 'text_completion',
      model: 'sentences',
      choices: [{ text: text.slice('where is'.length), index: 0, logprobs: null, finish_reason: 'length' }],
      usage: { prompt_tokens: 2, completion_tokens: tokens.length, total_tokens: 2 + tokens.length },
    });
    expect(json.id).toMatch(/^cmpl-/);
  });

  it('give n texts for each prompt, with the prompt where it is wanted', async () => {
    const { json } = await asked.post('/v1/completions', {
      prompt: ['a', 'this'],
      n: 2,
      seed: 1,
      echo: true,
    });
    expect(json.choices.map((each: { index: number }) => each.index)).toEqual([0, 1, 2, 3]);
    expect(json.choices.map((each: { text: string }) => each.text.split(' ')[0])).toEqual([
      'a',
      'a',
      'this',
      'this',
    ]);
    expect(json.usage.prompt_tokens).toBe(2);
    const second = lm.generate({ prompt: 'a', seed: 2, maximumTokens: 16 });
    expect(json.choices[1].text).toBe(second.text);
  });

  it('stream chunks and [DONE]', async () => {
    const body = { prompt: 'where is', max_tokens: 8, seed: 5 };
    const { json } = await asked.post('/v1/completions', body);
    const { text } = await asked.post('/v1/completions', { ...body, stream: true });
    const events = eventsOf(text).map(({ data }) => data);
    expect(events.at(-1)).toBe('[DONE]');
    const choices = events.slice(0, -1).map((data) => JSON.parse(data).choices[0]);
    expect(choices.map((each) => each.text).join('')).toBe(json.choices[0].text);
    expect(choices.at(-1).finish_reason).toBe(json.choices[0].finish_reason);
  });

  it('refuse where clients look for it', async () => {
    const { status, json } = await asked.post('/v1/completions', { model: 'gone' });
    expect(status).toBe(404);
    expect(json.error).toMatchObject({ message: json.detail, type: 'invalid_request_error' });
    expect((await asked.post('/v1/generate', { model: 'gone' })).json.error).toBeUndefined();
  });
});

describe('the OpenAPI document', () => {
  it('has every path, with the limits of the service', async () => {
    const { json } = await new Asked({ models: { goods: classifier }, limits: { textLength: 77 } }).get(
      '/openapi.json',
    );
    expect(json.openapi).toBe('3.1.0');
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining([
        '/v1/classify',
        '/v1/completions',
        '/models/{model}',
        '/health',
        '/admin/reload',
      ]),
    );
    const { schema } = json.paths['/v1/classify'].post.requestBody.content['application/json'];
    expect(schema.properties.text).toMatchObject({ type: 'string', maxLength: 77 });
    expect(schema.additionalProperties).toBe(false);
    const ids = Object.values(json.paths as Record<string, Record<string, { operationId: string }>>)
      .flatMap((methods) => Object.values(methods))
      .map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes what is answered', async () => {
    const answers = [
      [schemas.oneOrSeveral(schemas.classified), await asked.post('/v1/classify', { text: 'pear' })],
      [schemas.oneOrSeveral(schemas.nextTokens), await asked.post('/v1/next', { texts: ['a', 'b'] })],
      [schemas.oneOrSeveral(schemas.scored), await asked.post('/v1/score', { text: 'a pear' })],
      [schemas.oneOrSeveral(schemas.embedded), await asked.post('/v1/embed', { text: 'a', model: 'goods' })],
      [schemas.oneOrSeveral(schemas.generated), await asked.post('/v1/generate', {})],
      [schemas.modelInfo, await asked.get('/v1/models/goods')],
      [schemas.problemDocument, await asked.post('/v1/classify', {})],
    ] as const;
    for (const [schema, { json }] of answers) expect(v.is(schema, json), JSON.stringify(json)).toBe(true);
  });

  it('is shown as a page that loads nothing from elsewhere', async () => {
    const { text, headers } = await asked.get('/docs');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('POST /v1/classify');
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const script = await asked.get('/docs/page.js');
    expect(() => new Function(script.text)).not.toThrow();
  });

  it('asks for the token where there is one', async () => {
    const { json } = await new Asked({ models: { goods: classifier }, token: 'secret' }).get('/openapi.json');
    expect(json.paths['/v1/classify'].post.security).toEqual([{ token: [] }]);
    expect(json.paths['/health'].get.security).toBeUndefined();
    expect(json.components.securitySchemes.token.scheme).toBe('bearer');
  });
});
