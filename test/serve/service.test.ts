/** What the service refuses, how it shares its time, and what it tells of itself. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LanguageModel } from '../../src/index.js';
import { TextClassifier } from '../../src/index.js';
import { createService, type RequestReport } from '../../src/serve/index.js';
import { Asked, trainClassifier, trainLanguageModel } from './harness.js';

let classifier: TextClassifier;
let lm: LanguageModel;
let asked: Asked;

beforeAll(async () => {
  [classifier, lm] = [await trainClassifier(), await trainLanguageModel()];
  asked = new Asked({ models: { goods: classifier, sentences: lm } });
});

describe('refusals', () => {
  it.each([
    ['/v1/classify', '', 400, 'the body is empty'],
    ['/v1/classify', '{"text":', 400, 'the body is not JSON'],
    ['/v1/classify', '[]', 422, 'the body must be a JSON object'],
    ['/v1/classify', '"text"', 422, 'the body must be a JSON object'],
    ['/v1/classify', '{}', 422, 'the body must have either text (a string) or texts'],
    ['/v1/classify', '{"text":"a","texts":["b"]}', 422, 'must have either text'],
    ['/v1/classify', '{"text":5}', 422, 'text must be a string'],
    ['/v1/classify', '{"texts":[]}', 422, 'texts must hold at least one text'],
    ['/v1/classify', '{"texts":["a",5,null]}', 422, 'texts[1] must be a string; texts[2] must be a string'],
    ['/v1/classify', '{"txt":"a","text":"a"}', 422, 'txt is not a field of this request'],
    ['/v1/classify', '{"text":"a","top":0.5}', 422, 'top must be a whole number from 1 to 10000'],
    [
      '/v1/classify',
      '{"text":"a","model":"gone"}',
      404,
      "there is no model 'gone'; the models are goods, sentences",
    ],
    [
      '/v1/classify',
      '{"text":"a","model":"sentences"}',
      422,
      'cannot classify; it can next, score, embed, generate',
    ],
    ['/v1/embed', '{"text":"a"}', 422, 'model must be named, since several can embed: goods, sentences'],
    ['/v1/generate', '{"prompt":"a","temperature":-1}', 422, 'temperature must be a number from 0 to 100'],
    ['/v1/generate', '{"topP":0}', 422, 'topP must be a number above 0 to 1'],
    [
      '/v1/generate',
      '{"prompts":["a"],"stream":true}',
      422,
      'must have one prompt, not prompts, to be streamed',
    ],
    ['/v1/generate', '{"maximumTokens":100000}', 422, 'maximumTokens must be a whole number from 1 to 1000'],
    ['/v1/completions', '{"prompt":["a"],"n":17}', 422, 'n must be a whole number from 1 to 16'],
    ['/', '{"inputs":{}}', 422, 'inputs must be a string or an array of strings'],
    ['/', '{}', 422, 'inputs is missing'],
    ['/admin/reload', '{}', 501, 'no files to load them from'],
    ['/nothing', '{}', 404, '/docs shows what there is'],
  ])('%s %s → %i %s', async (path, body, status, detail) => {
    const answer = await asked.post(path, body);
    expect(answer.json.detail).toContain(detail);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      status,
      type: 'about:blank',
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('names the field for programs too', async () => {
    const { json } = await asked.post('/v1/classify', { text: 'a', top: 'b' });
    expect(json.errors).toEqual([{ field: 'top', message: 'must be a whole number from 1 to 10000' }]);
  });

  it('says which methods a path has', async () => {
    const { status, headers } = await asked.get('/v1/classify');
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    expect((await asked.get('/models/goods')).status).toBe(405);
    expect((await asked.send('/openapiXjson')).status).toBe(404);
  });

  it('keeps to its limits on bodies, texts and their number', async () => {
    const small = new Asked({
      models: { goods: classifier },
      limits: { bodyBytes: 200, textLength: 20, batchSize: 2 },
    });
    const long = await small.post('/v1/classify', { text: 'a'.repeat(21) });
    expect([long.status, long.json.detail]).toEqual([422, 'text has 21 characters; at most 20 are allowed']);
    const many = await small.post('/v1/classify', { texts: ['a', 'b', 'c'] });
    expect([many.status, many.json.errors[0].field]).toEqual([422, 'texts']);
    expect((await small.post('/v1/classify', { text: 'a'.repeat(300) })).status).toBe(413);
    // Without a declared length it is counted while it comes; with a false one it is counted afterwards.
    const stream = new Blob(['"', 'a'.repeat(300), '"']).stream();
    const streamed = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect((await small.send('/v1/classify', streamed)).status).toBe(413);
    expect((await small.post('/v1/classify', `"${'a'.repeat(300)}"`, { 'content-length': '3' })).status).toBe(
      413,
    );
    expect((await small.post('/v1/classify', '{"text":"a"}')).status).toBe(200);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const body = Uint8Array.from([0x22, 0xff, 0x22]);
    const { status, json } = await asked.send('/v1/classify', { method: 'POST', body });
    expect([status, json.detail]).toEqual([400, 'the body is not UTF-8']);
  });

  it('refuses services that cannot be', () => {
    expect(() => createService({ models: {} })).toThrow('there is no model to serve');
    expect(() => createService({ models: { 'a/b': classifier } })).toThrow("'a/b' cannot be the name");
    expect(() => createService({ models: { goods: classifier }, token: '' })).toThrow('the token is empty');
    expect(() => createService({ models: { goods: classifier }, limits: { queue: -1 } })).toThrow(
      'the limit queue must be a whole number from 0, not -1',
    );
    expect(() => createService({ models: { goods: {} as TextClassifier } })).toThrow('cannot be served');
  });
});

describe('any bytes at all', () => {
  const paths = [
    '/v1/classify',
    '/v1/next',
    '/v1/score',
    '/v1/embed',
    '/v1/generate',
    '/v1/completions',
    '/',
    '/admin/reload',
  ];
  const fields = [
    'text',
    'texts',
    'prompt',
    'prompts',
    'inputs',
    'model',
    'top',
    'seed',
    'stop',
    'stream',
    'temperature',
    'n',
    '__proto__',
  ];
  const unicode = fc.string({ unit: 'binary', maxLength: 40 });
  const body = fc.oneof(
    fc.json(),
    fc.uint8Array({ maxLength: 200 }),
    fc
      .dictionary(
        fc.constantFrom(...fields),
        fc.oneof(unicode, fc.array(unicode, { maxLength: 3 }), fc.jsonValue()),
        { maxKeys: 4 },
      )
      .map((value) => JSON.stringify(value)),
  );

  it('get an answer that says what is wrong, or a result, and never a defect', async () => {
    const defects: unknown[] = [];
    const fuzzed = new Asked({
      models: { goods: classifier, sentences: lm },
      limits: { maximumTokens: 8 },
      onDefect: (error) => defects.push(error),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body, async (path, bytes) => {
        const { status, text, headers } = await fuzzed.send(path, {
          method: 'POST',
          body: bytes as BodyInit,
        });
        expect([200, 400, 404, 422, 501]).toContain(status);
        if (status !== 200) expect(JSON.parse(text).detail).not.toBe('');
        expect(headers.get('x-request-id')).not.toBeNull();
      }),
      { numRuns: 400 },
    );
    expect(defects).toEqual([]);
    expect(fuzzed.service.busy()).toBe(0);
  });

  it('as texts give probabilities that sum to one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const { json } = await asked.post('/v1/classify', { text });
        const sum = json.labels.reduce((total: number, { score }: { score: number }) => total + score, 0);
        expect(sum).toBeCloseTo(1, 5);
      }),
      { numRuns: 100 },
    );
  });
});

describe('many at once', () => {
  it('are collected in batches, and each gets its own answer', async () => {
    const crowded = new Asked({ models: { goods: classifier } });
    const texts = Array.from({ length: 150 }, (_, i) => (i % 2 === 0 ? `pear ${i}` : `hammer ${i}`));
    const answers = await Promise.all(texts.map((text) => crowded.post('/v1/classify', { text })));
    answers.forEach(({ json }, i) => {
      expect(json.labels[0].label).toBe(classifier.classify(texts[i]!)[0]!.label);
    });
    const metrics = (await crowded.get('/metrics')).text;
    const batches = Number(/lexigrad_batch_size_count\{operation="classify"\} (\d+)/.exec(metrics)![1]);
    expect(batches).toBeLessThan(20);
    expect(metrics).toContain('lexigrad_batch_size_sum{operation="classify"} 150');
  });

  it('wait, and are refused with 429 when the queue is full; the service is free again afterwards', async () => {
    const narrow = new Asked({ models: { sentences: lm }, limits: { concurrency: 1, queue: 2 } });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => narrow.post('/v1/generate', { prompt: 'a', maximumTokens: 3 })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    expect(narrow.service.busy()).toBe(0);
    expect((await narrow.post('/v1/generate', {})).status).toBe(200);
  });

  it('are told when their time is over: 503 before the work, 504 in the middle', async () => {
    const hasty = new Asked({ models: { sentences: lm, goods: classifier }, limits: { seconds: 1e-9 } });
    const late = await hasty.post('/v1/classify', { text: 'a' });
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await hasty.post('/v1/generate', {})).status).toBe(503);
    const slow = new Asked({
      models: { sentences: endless() },
      limits: { seconds: 0.05, maximumTokens: 1_000_000 },
    });
    const middle = await slow.post('/v1/generate', { maximumTokens: 1_000_000 });
    expect(middle.status).toBe(504);
    expect(middle.json.detail).toMatch(/over after \d+ tokens: ask for fewer/);
    const streamed = await slow.post('/v1/generate', { maximumTokens: 1_000_000, stream: true });
    expect(streamed.status).toBe(200);
    expect(streamed.text).toMatch(/event: error\ndata: \{[^\n]*"status":504/);
    expect(slow.service.busy()).toBe(0);
  });

  it('are not kept waiting by a long text being written', async () => {
    const { service } = new Asked({
      models: { sentences: endless(), goods: classifier },
      limits: { maximumTokens: 1e6 },
    });
    const body = JSON.stringify({ maximumTokens: 1e6, stream: true });
    const response = await service.fetch(
      new Request('http://localhost/v1/generate', { method: 'POST', body }),
    );
    const reader = response.body!.getReader();
    await reader.read();
    const other = await service.fetch(
      new Request('http://localhost/v1/classify', { method: 'POST', body: '{"text":"pear"}' }),
    );
    expect(other.status).toBe(200);
    expect(service.busy()).toBe(1);
    // Whoever goes away frees the place.
    await reader.cancel();
    expect(service.busy()).toBe(0);
  });

  it('wait for one turn of those who write, not for all of them', async () => {
    const order: string[] = [];
    const model = endless();
    model.generateTokens = function* () {
      // Longer than a turn, so that every token is a turn of its own.
      for (let i = 0; i < 3; i++) {
        for (const begun = performance.now(); performance.now() - begun < 5; );
        order.push('token');
        yield 'pear';
      }
    };
    const crowded = new Asked({ models: { sentences: model, goods: classifier } });
    const writers = Array.from({ length: 10 }, () => crowded.post('/v1/generate', {}));
    // The first token is being written when the other request comes.
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await crowded.post('/v1/classify', { text: 'pear' });
    expect(order.length).toBeLessThan(10);
    await Promise.all(writers);
    expect(order).toHaveLength(30);
  });

  it('stop to cost when nobody waits for them', async () => {
    const { service } = new Asked({ models: { sentences: endless() }, limits: { maximumTokens: 1e6 } });
    const gone = new AbortController();
    const request = new Request('http://localhost/v1/generate', {
      ...{ method: 'POST', body: '{"maximumTokens":1000000}', signal: gone.signal },
    });
    const answer = service.fetch(request);
    setTimeout(() => gone.abort(), 20);
    expect((await answer).status).toBe(400);
    expect(service.busy()).toBe(0);
  });

  it('do not suffer from one whose text makes the model fail', async () => {
    const { service } = new Asked({ models: { goods: failingOn(classifier, 'bad') } });
    const ask = async (text: string) => {
      const request = new Request('http://localhost/v1/classify', {
        method: 'POST',
        body: JSON.stringify({ text }),
      });
      return (await service.fetch(request)).status;
    };
    expect(await Promise.all(['pear', 'bad', 'hammer'].map(ask))).toEqual([200, 500, 200]);
  });

  /** A model that never ends a sentence. */
  function endless(): LanguageModel {
    const model = Object.create(lm) as LanguageModel;
    model.generateTokens = function* () {
      for (;;) yield 'pear';
    };
    return model;
  }
});

/** The same classifier, but one text is too much for it. */
function failingOn(model: TextClassifier, bad: string): TextClassifier {
  const failing = Object.create(model) as TextClassifier;
  failing.classify = (text) => failing.classifyBatch([text])[0]!;
  failing.classifyBatch = (texts) => {
    if (texts.includes(bad)) throw new TypeError('cannot');
    return model.classifyBatch(texts);
  };
  return failing;
}

describe('a defect', () => {
  it('is told to the owner, not to the client', async () => {
    const defects: { error: unknown; id: string }[] = [];
    const broken = new Asked({
      models: { goods: failingOn(classifier, 'bad') },
      onDefect: (error, id) => defects.push({ error, id }),
    });
    const { status, json } = await broken.post('/v1/classify', { text: 'bad' });
    expect([status, json.detail.includes('cannot')]).toEqual([500, false]);
    expect(defects).toEqual([{ error: new TypeError('cannot'), id: json.requestId }]);
  });
});

describe('the token', () => {
  const token = 'Zürich-7';
  const guarded = () => new Asked({ models: { goods: classifier }, token });
  const bearer = (word: string) => ({ authorization: `Bearer ${encodeURIComponent(word)}` });

  it('lets in who bears it, and says what is missing', async () => {
    const service = new Asked({ models: { goods: classifier }, token: 'secret' });
    expect((await service.post('/v1/classify', { text: 'a' }, bearer('secret'))).status).toBe(200);
    expect(
      (await service.post('/v1/classify', { text: 'a' }, { authorization: 'bearer  secret' })).status,
    ).toBe(200);
    const none = await service.post('/v1/classify', { text: 'a' });
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    for (const wrong of ['secre', 'secrets', 'Secret', 'secretsecret', 's']) {
      expect((await service.post('/v1/classify', { text: 'a' }, bearer(wrong))).status).toBe(401);
    }
    expect((await service.get('/metrics')).status).toBe(401);
    expect((await service.get('/v1/models')).status).toBe(401);
  });

  it('is not asked for where balancers look', async () => {
    for (const path of ['/health', '/ready', '/docs', '/openapi.json']) {
      expect((await guarded().get(path)).status, path).toBe(200);
    }
  });
});

describe('pages of other origins', () => {
  const origin = { origin: 'https://shop.example' };

  it('may not use the service unless they are named', async () => {
    const closed = await asked.post('/v1/classify', { text: 'a' }, origin);
    expect(closed.headers.get('access-control-allow-origin')).toBeNull();
    const open = new Asked({
      models: { goods: classifier },
      cors: ['https://shop.example'],
      token: 'secret',
    });
    const preflight = await open.send('/v1/classify', {
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const other = await open.post('/v1/classify', { text: 'a' }, { origin: 'https://other.example' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const all = new Asked({ models: { goods: classifier }, cors: '*' });
    expect(
      (await all.post('/v1/classify', { text: 'a' }, origin)).headers.get('access-control-allow-origin'),
    ).toBe('*');
  });

  it('may not reload models of a service without a token', async () => {
    const reload = async () => [];
    const open = new Asked({ models: { goods: classifier }, reload });
    expect((await open.post('/admin/reload', {}, origin)).status).toBe(403);
    expect((await open.post('/admin/reload', {})).json).toEqual({ reloaded: [] });
  });
});

describe('what it tells of itself', () => {
  it('knows whether it is alive and ready', async () => {
    const own = new Asked({ models: { goods: classifier } });
    expect((await own.get('/ready')).json).toEqual({ status: 'ready', models: ['goods'] });
    own.service.close();
    expect((await own.get('/ready')).status).toBe(503);
    expect((await own.get('/health')).json).toEqual({ status: 'ok' });
    expect((await own.post('/v1/classify', { text: 'a' })).status).toBe(200);
  });

  it('lists its models', async () => {
    const { json } = await asked.get('/v1/models');
    expect(
      json.data.map(({ id, operations }: { id: string; operations: string[] }) => [id, operations]),
    ).toEqual([
      ['goods', ['classify', 'embed']],
      ['sentences', ['next', 'score', 'embed', 'generate']],
    ]);
    expect(json.data[0]).toMatchObject({ labels: classifier.labels, hash: classifier.hash });
  });

  it('gives every request an id, the client’s own where it is sound', async () => {
    const mine = await asked.get('/health', { 'x-request-id': 'order-17' });
    expect(mine.headers.get('x-request-id')).toBe('order-17');
    const long = await asked.get('/health', { 'x-request-id': 'a'.repeat(200) });
    const spaced = await asked.get('/health', { 'x-request-id': 'a b' });
    const ids = [long, spaced].map(({ headers }) => headers.get('x-request-id')!);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-\w+$/);
  });

  it('reports every request by route and status', async () => {
    const reports: RequestReport[] = [];
    const own = new Asked({ models: { goods: classifier }, onRequest: (report) => reports.push(report) });
    await own.post('/v1/classify', { text: 'a' });
    await own.post('/v1/classify', { text: 5 });
    await own.get('/some/path/42');
    await own.post('/models/goods', { inputs: 'a' });
    expect(reports.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
      'POST /v1/classify 200',
      'POST /v1/classify 422',
      'GET (unknown) 404',
      'POST /models/:model 200',
    ]);
    const { text } = await own.get('/metrics');
    expect(text).toContain('lexigrad_requests_total{route="/v1/classify",status="200"} 1');
    expect(text).toContain('lexigrad_request_duration_seconds_count{route="/v1/classify"} 2');
    expect(text).toContain(
      `lexigrad_model_info{model="goods",kind="text-classifier",hash="${classifier.hash}"} 1`,
    );
    // Prometheus reads lines of a name, labels and a number, and comments.
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? [\d.e+-]+)$/);
    }
  });

  it('answers with the new model once it is there, while old requests finish', async () => {
    const own = new Asked({ models: { goods: classifier } });
    const other = await TextClassifier.train(
      [
        { text: 'pear', label: 'x' },
        { text: 'saw', label: 'y' },
      ],
      { holdOut: 0, epochs: 1 },
    );
    const before = own.post('/v1/classify', { texts: Array.from({ length: 100 }, () => 'pear') });
    await Promise.resolve();
    own.service.shelf.put('goods', other);
    const after = await own.post('/v1/classify', { text: 'pear' });
    expect(after.json.labels.map((each: { label: string }) => each.label).toSorted()).toEqual(['x', 'y']);
    expect((await before).status).toBe(200);
  });
});
