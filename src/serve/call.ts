/** One request and its answer, whatever the endpoint. Free of schemas: what the package publishes reaches this file. */
import type { Patience } from './batcher.js';

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
