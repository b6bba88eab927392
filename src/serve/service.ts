/** The service: models in, a web-standard fetch handler out. It runs wherever there is fetch; nothing here knows of Node. */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { ValueError } from '../base/errors.js';
import { readJson } from './body.js';
import { checkBody } from './check.js';
import type { Endpoint, Rooms } from './endpoint.js';
import { classifyEndpoints } from './endpoints/classify.js';
import { completionsEndpoint } from './endpoints/completions.js';
import { generateEndpoint } from './endpoints/generate.js';
import { languageEndpoints } from './endpoints/language.js';
import { modelEndpoints, reloadEndpoint } from './endpoints/models.js';
import { operationEndpoints } from './endpoints/operation.js';
import { exchanger, type RequestReport, type Work } from './exchange.js';
import { Gate } from './gate.js';
import { checkLimits, type Limits } from './limits.js';
import { type Gauge, Metrics } from './metrics.js';
import { Problem } from './problem.js';
import type { Reload } from './reload.js';
import type { ServableModel } from './served-model.js';
import { Shelf } from './shelf.js';
import { checkToken } from './token.js';

export interface ServiceOptions {
  /** The models by name. */
  readonly models: Readonly<Record<string, ServableModel>>;
  /** If given, only requests with the header `Authorization: Bearer TOKEN` are answered. */
  readonly token?: string;
  readonly limits?: Partial<Limits>;
  /** Origins whose pages may use the service, or `*` (default: none but its own). */
  readonly cors?: readonly string[] | '*';
  /** What POST /admin/reload does; without it, models cannot be reloaded. */
  readonly reload?: Reload;
  /** Measurements of the host for /metrics. */
  readonly gauges?: () => readonly Gauge[];
  /** Told of every answer. */
  readonly onRequest?: (report: RequestReport) => void;
  /** Told of defects: errors that nobody foresaw. The client gets 500 and the request's id. */
  readonly onDefect?: (error: unknown, id: string) => void;
}

export interface Service {
  /** Answers a request; never rejects. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** The models. `put` replaces one without dropping a request. */
  readonly shelf: Shelf;
  readonly metrics: Metrics;
  readonly limits: Limits;
  /** Requests in hand and waiting. */
  readonly busy: () => number;
  /** From now on /ready says no. Requests are still answered: it is for balancers to stop sending them. */
  readonly close: () => void;
}

const UNKNOWN_ROUTE = { path: '(unknown)', parameters: {} };

/**
 * @example
 * const service = createService({ models: { tickets: await TextClassifier.load('tickets.lexigrad') } });
 * export default { fetch: service.fetch };        // Deno, Bun, edge runtimes; for Node see 'lexigrad/serve/node'
 *
 * @throws ValueError when there is no model, a name or a limit cannot be, or the token is empty
 */
export function createService(options: ServiceOptions): Service {
  const { models, token, reload, onRequest = () => {}, onDefect = () => {}, gauges = () => [] } = options;
  if (token === '') throw new ValueError('the token is empty: give one, or none at all');
  const limits = checkLimits(options.limits ?? {});
  const metrics = new Metrics();
  const shelf = new Shelf((operation, size) => metrics.countBatch(operation, size));
  for (const [name, model] of Object.entries(models)) shelf.put(name, model);
  if (shelf.names.length === 0) throw new ValueError('there is no model to serve');
  const gate = new Gate(limits);
  let closing = false;

  const rooms: Rooms = { shelf, limits };
  const hasToken = token !== undefined;
  const endpoints: Endpoint[] = [
    ...classifyEndpoints(rooms),
    ...languageEndpoints(rooms),
    generateEndpoint(rooms),
    completionsEndpoint(rooms),
    ...modelEndpoints(rooms),
    reloadEndpoint(reload, hasToken),
    ...operationEndpoints(shelf, {
      ...{ metrics, gate, gauges, hasToken, isClosing: () => closing, endpoints: () => endpoints },
    }),
  ];

  /** Token, room, body, turn: the cheapest refusal first. */
  const workOf =
    ({ open, input, answer }: Endpoint): Work =>
    async (call, hold) => {
      if (!open) checkToken(call.request, token);
      if (input === undefined) return answer(undefined, call);
      gate.checkRoom();
      const checked = checkBody(input, await readJson(call.request, limits.bodyBytes));
      await gate.enter(call.expires);
      hold(() => gate.leave());
      return answer(checked, call);
    };

  const app = new Hono();
  if (options.cors !== undefined) {
    const origin = options.cors === '*' ? '*' : [...options.cors];
    app.use(cors({ origin, exposeHeaders: ['x-request-id', 'retry-after'] }));
  }
  const exchange = exchanger({ limits, metrics, onRequest, onDefect });
  for (const endpoint of endpoints) {
    const { method, path, errorMember } = endpoint;
    const work = workOf(endpoint);
    app.on(method, path, ({ req }) =>
      exchange(req.raw, { path, parameters: req.param() as Record<string, string>, errorMember }, work),
    );
  }
  refuseTheRest(app, endpoints, (request, reason) =>
    exchange(request, UNKNOWN_ROUTE, () => Promise.reject(reason)),
  );

  return {
    fetch: (request) => app.fetch(request),
    ...{ shelf, metrics, limits },
    busy: () => gate.active + gate.waiting,
    close: () => {
      closing = true;
    },
  };
}

/** 405 where a path is there for another method, 404 where it is not. */
function refuseTheRest(
  app: Hono,
  endpoints: readonly Endpoint[],
  refusal: (request: Request, reason: Error) => Promise<Response>,
): void {
  const patterns = endpoints.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
  }));
  // Looked up only here: a second handler on a path would make every request to it dearer.
  app.notFound(({ req }) => {
    const allow = patterns.filter(({ pattern }) => pattern.test(req.path)).map(({ method }) => method);
    if (allow.length === 0) {
      return refusal(req.raw, new Problem(404, 'there is nothing here; /docs shows what there is'));
    }
    const detail = `${req.method} is not for this path: use ${allow.join(' or ')}`;
    return refusal(req.raw, new Problem(405, detail, { headers: { allow: allow.join(', ') } }));
  });
  app.onError((error, { req }) => refusal(req.raw, error));
}
