/**
 * An endpoint: one declaration from which come the route, the checks of its requests and its entry in the OpenAPI
 * document.
 */
import type { GenericSchema, InferOutput } from 'valibot';
import type { RefusalForm } from './answer.js';
import type { Call, Reply } from './call.js';
import type { Limits } from './limits.js';
import type { Shelf } from './shelf.js';

export type { Call, Reply } from './call.js';

/** What endpoints work with. */
export interface Rooms {
  readonly shelf: Shelf;
  readonly limits: Limits;
}

export interface EndpointOf<Input extends GenericSchema> extends RefusalForm {
  readonly method: 'GET' | 'POST';
  /** With `:name` for parameters. */
  readonly path: string;
  /** One line for the list of endpoints. */
  readonly summary: string;
  readonly description?: string;
  readonly group: 'models' | 'compatible' | 'operation';
  /** Whether it answers without the token. */
  readonly open?: boolean;
  /** What the body must be. Only with it is there a body, and the request waits at the gate. */
  readonly input?: Input;
  /** What is answered: a schema of the JSON, or a media type. */
  readonly output: GenericSchema | string;
  /** Whether `"stream": true` gives server-sent events; says what they hold. */
  readonly streams?: string;
  /** A body to show and to try. */
  readonly example?: unknown;
  readonly answer: (input: InferOutput<Input>, call: Call) => Reply | Promise<Reply>;
}

export type Endpoint = EndpointOf<GenericSchema>;

/** Checks that the answer fits the schema of the request, then forgets which one it was. */
export function endpoint<Input extends GenericSchema>(declared: EndpointOf<Input>): Endpoint {
  return declared as unknown as Endpoint;
}
