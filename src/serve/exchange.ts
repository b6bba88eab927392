/** One request from its head to the end of its answer: id, time, counting, and an answer whatever happens. */
import { LexigradError } from '../base/errors.js';
import { type RefusalForm, refuse, respond } from './answer.js';
import type { Call, Reply } from './call.js';
import type { Limits } from './limits.js';
import type { Metrics } from './metrics.js';
import { Problem } from './problem.js';
import { requestIds } from './request-id.js';
import { TURN_MILLISECONDS } from './turns.js';

/** What is told of a request when its answer is over. */
export interface RequestReport {
  readonly id: string;
  readonly method: string;
  /** The pattern of the path; `(unknown)` where there is no such path. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface ExchangeParts {
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly onRequest: (report: RequestReport) => void;
  readonly onDefect: (error: unknown, id: string) => void;
}

export interface Route extends RefusalForm {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Does what was asked. @param hold is given what must be done when the answer is over, streams included */
export type Work = (call: Call, hold: (release: () => void) => void) => Promise<Reply>;

/** Gives the function that takes requests through; its promise never rejects. */
export function exchanger({ limits, metrics, onRequest, onDefect }: ExchangeParts) {
  const nextId = requestIds();

  function problemOf(error: unknown, id: string): Problem {
    if (error instanceof Problem) return error;
    // The library refuses in words that were written for people.
    if (error instanceof LexigradError) return new Problem(422, error.message);
    onDefect(error, id);
    return new Problem(
      500,
      'something went wrong in the service; its log has more under the id of this request',
    );
  }

  return async (request: Request, { path, parameters, ...form }: Route, work: Work): Promise<Response> => {
    const begun = performance.now();
    const id = nextId(request);
    let release = () => {};
    const ended = (status: number) => {
      release();
      const seconds = (performance.now() - begun) / 1000;
      metrics.countRequest(path, status, seconds);
      onRequest({ id, method: request.method, route: path, status, seconds });
    };
    const call: Call = {
      ...{ request, id, parameters, expires: begun + 1000 * limits.seconds },
      // Hosts make signals when they are asked for, which costs more than labelling a text. Not for a mere moment.
      isAbandoned: () => performance.now() - begun > TURN_MILLISECONDS && request.signal.aborted,
    };
    const hold = (given: () => void) => {
      release = given;
    };
    try {
      const reply = await work(call, hold);
      return respond(reply, { id, ended, problemOf: (error) => problemOf(error, id), ...form });
    } catch (error) {
      return refuse(problemOf(error, id), { id, ended, ...form });
    }
  };
}
