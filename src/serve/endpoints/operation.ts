/** For those who run the service: health, readiness, metrics, the API's description and its page. */
import * as v from 'valibot';
import { VERSION } from '../../base/version.js';
import { type Endpoint, endpoint } from '../endpoint.js';
import type { Gate } from '../gate.js';
import type { Gauge, Metrics } from '../metrics.js';
import { openApiDocument } from '../openapi.js';
import { documentPage, PAGE_POLICY, PAGE_SCRIPT } from '../page.js';
import { later } from '../problem.js';
import type { Shelf } from '../shelf.js';

export interface OperationParts {
  readonly metrics: Metrics;
  readonly gate: Gate;
  /** Whether the service is about to end. */
  readonly isClosing: () => boolean;
  /** What the host measures: memory, and the like. */
  readonly gauges: () => readonly Gauge[];
  /** All endpoints, these included. */
  readonly endpoints: () => readonly Endpoint[];
  readonly hasToken: boolean;
}

export function operationEndpoints(shelf: Shelf, parts: OperationParts): Endpoint[] {
  const document = once(() => openApiDocument(parts.endpoints(), parts.hasToken));
  const page = once(() => documentPage(document()));
  const status = v.object({ status: v.string() });
  return [
    endpoint({
      ...{ method: 'GET', path: '/health', group: 'operation', open: true, output: status },
      summary: 'Whether the process is alive',
      answer: () => ({ json: { status: 'ok' } }),
    }),
    endpoint({
      ...{ method: 'GET', path: '/ready', group: 'operation', open: true, output: status },
      summary: 'Whether requests are welcome',
      description: 'With 503 they are not: the service is about to end.',
      answer: () => {
        if (parts.isClosing()) throw later(503, 'the service is about to end');
        return { json: { status: 'ready', models: shelf.names } };
      },
    }),
    endpoint({
      ...{
        method: 'GET',
        path: '/metrics',
        group: 'operation',
        output: 'text/plain; version=0.0.4; charset=utf-8',
      },
      summary: 'Counters, for Prometheus',
      answer: () => ({
        text: parts.metrics.text([...gaugesOf(shelf, parts.gate), ...parts.gauges()]),
        type: 'text/plain; version=0.0.4; charset=utf-8',
      }),
    }),
    endpoint({
      ...{ method: 'GET', path: '/openapi.json', group: 'operation', open: true, output: v.looseObject({}) },
      summary: 'This description, as an OpenAPI 3.1 document',
      answer: () => ({ json: document() }),
    }),
    endpoint({
      ...{ method: 'GET', path: '/docs', group: 'operation', open: true, output: 'text/html; charset=utf-8' },
      summary: 'This description, as a page to read and to try',
      answer: () => ({
        text: page(),
        type: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': PAGE_POLICY },
      }),
    }),
    endpoint({
      ...{ method: 'GET', path: '/docs/page.js', group: 'operation', open: true, output: 'text/javascript' },
      summary: 'The script of that page',
      answer: () => ({ text: PAGE_SCRIPT, type: 'text/javascript; charset=utf-8' }),
    }),
  ];
}

function gaugesOf(shelf: Shelf, gate: Gate): Gauge[] {
  const models = shelf.list();
  return [
    {
      name: 'lexigrad_requests_in_progress',
      help: 'Requests that are worked on.',
      values: [[{}, gate.active]],
    },
    { name: 'lexigrad_queue_length', help: 'Requests that wait at the gate.', values: [[{}, gate.waiting]] },
    {
      name: 'lexigrad_batch_queue_length',
      help: 'Requests that wait for a batch.',
      values: models.map((each) => [{ model: each.name }, each.waiting]),
    },
    {
      name: 'lexigrad_model_info',
      help: 'The models that are loaded.',
      values: models.map(({ name, kind, hash }) => [{ model: name, kind, hash }, 1]),
    },
    {
      name: 'lexigrad_model_loaded_timestamp_seconds',
      help: 'When a model was loaded.',
      values: models.map(({ name, loaded }) => [{ model: name }, loaded]),
    },
    { name: 'lexigrad_build_info', help: 'The version.', values: [[{ version: VERSION }, 1]] },
  ];
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
