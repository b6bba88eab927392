/** The OpenAPI 3.1 document, made from the declarations of the endpoints and their schemas. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { VERSION } from '../base/version.js';
import type { Endpoint } from './endpoint.js';
import { problemDocument } from './schemas.js';

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly object[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: {
      readonly 'application/json': { readonly schema: JsonSchema; readonly example?: unknown };
    };
  };
  readonly responses: Readonly<Record<string, object>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: object;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: object;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

const TAGS = [
  { name: 'models', description: 'Ask the models.' },
  { name: 'compatible', description: 'Request shapes of other services, for clients that know them.' },
  { name: 'operation', description: 'For those who run the service.' },
];

/** Refusals that every endpoint with a body may give. */
const REFUSALS: Readonly<Record<string, string>> = {
  400: 'The body is not JSON.',
  404: 'There is no such model.',
  413: 'The body is too long.',
  422: 'A field is not as it must be; `errors` names it.',
  429: 'Too many requests wait already. `Retry-After` says when to come again.',
  503: 'The time for the request was over before its turn came, or the service is about to end.',
  504: 'The time for the request was over in the middle of it.',
};

export function openApiDocument(endpoints: readonly Endpoint[], hasToken: boolean): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const each of endpoints) {
    const path = each.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: operationOf(each, hasToken) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lexigrad',
      version: VERSION,
      description: 'Small neural text models as a service: text classifiers and language models.',
    },
    tags: TAGS,
    paths,
    components: {
      schemas: { Problem: schemaOf(problemDocument) },
      ...(hasToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
}

function operationOf(each: Endpoint, hasToken: boolean): OpenApiOperation {
  const parameters = [...each.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  return {
    operationId: operationId(each),
    summary: each.summary,
    ...(each.description === undefined ? {} : { description: each.description }),
    tags: [each.group],
    ...(hasToken && !each.open ? { security: [{ token: [] }] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(each.input === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(each.input), example: each.example } },
          },
        }),
    responses: { 200: answerOf(each), ...refusalsOf(each, hasToken) },
  };
}

/** `/v1/models/:model` → getV1ModelsModel */
function operationId({ method, path }: Endpoint): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => word[0]!.toUpperCase() + word.slice(1))].join('');
}

function answerOf({ output, streams }: Endpoint): object {
  const content =
    typeof output === 'string'
      ? { [output]: { schema: { type: 'string' } } }
      : { 'application/json': { schema: schemaOf(output) } };
  const events =
    streams === undefined
      ? {}
      : { 'text/event-stream': { schema: { type: 'string', description: streams } } };
  return { description: 'The answer.', content: { ...content, ...events } };
}

function refusalsOf({ input, path, open }: Endpoint, hasToken: boolean): Record<string, object> {
  const statuses = input !== undefined ? Object.keys(REFUSALS) : path.includes(':') ? ['404'] : [];
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const refusals = statuses.map((status) => [status, { description: REFUSALS[status], content }] as const);
  const unauthorized = [['401', { description: 'The token is missing or wrong.', content }] as const];
  return Object.fromEntries([...(hasToken && !open ? unauthorized : []), ...refusals]);
}

/** What JSON Schema cannot say (either this field or that one) is left to the messages. */
function schemaOf(schema: GenericSchema): JsonSchema {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    ignoreActions: ['check'],
    errorMode: 'throw',
  }) as JsonSchema;
  return converted;
}
