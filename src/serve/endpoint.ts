/**
 * An endpoint: one declaration from which come the route, the checks of its requests and its entry in the OpenAPI
 * document.
 */
import type { GenericSchema, InferOutput } from 'valibot';
import type { RefusalForm } from './answer.js';
import type { Patience } from './batcher.js';
import type { Limits } from './limits.js';
import type { Shelf } from './shelf.js';

/** What endpoints work with. */
export interface Rooms {
  readonly shelf: Shelf;
  readonly limits: Limits;
}

/** One request, as an endpoint sees it. */
export interface Call extends Patience {
  readonly request: Request;
  /** The request's id, in every answer as `x-request-id`. */
  readonly id: string;
  /** `:model` of the path, and the like. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** An answer: JSON, a text of some type, or server-sent events one by one. */
export type Reply =
  | { readonly json: unknown; readonly status?: number }
  | {
      readonly text: string;
      readonly type: string;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly events: AsyncIterator<string, unknown> };

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
