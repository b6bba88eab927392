/** Replies and refusals as HTTP responses. */
import type { Reply } from './call.js';
import type { Problem } from './problem.js';

/** How refusals are written. */
export interface RefusalForm {
  /** Also with an `error` member, where clients of completion APIs look for their message. */
  readonly errorMember?: boolean;
}

export interface AnswerParts extends RefusalForm {
  readonly id: string;
  /** Told once that the answer is over, streams at their end. */
  readonly ended: (status: number) => void;
}

export interface ReplyParts extends AnswerParts {
  /** What goes wrong in the middle of a stream, as a problem. */
  readonly problemOf: (error: unknown) => Problem;
}

const encoder = new TextEncoder();

/** @throws TypeError when the JSON of a reply cannot be written; nothing has ended then */
export function respond(reply: Reply, parts: ReplyParts): Response {
  const { id, ended } = parts;
  if ('events' in reply) {
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-request-id': id };
    return new Response(eventStream(reply.events, parts), { headers });
  }
  const { status = 200 } = reply;
  // Plain objects as headers: hosts write them as they are, where a Headers object costs more than the model does.
  const [body, headers] =
    'text' in reply
      ? [reply.text, { 'content-type': reply.type, ...reply.headers, 'x-request-id': id }]
      : [JSON.stringify(reply.json), { 'content-type': 'application/json', 'x-request-id': id }];
  ended(status);
  return new Response(body, { status, headers });
}

/** The problem document. */
export function refuse(problem: Problem, parts: AnswerParts): Response {
  const { id, ended } = parts;
  ended(problem.status);
  return new Response(JSON.stringify(documentOf(problem, parts)), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers, 'x-request-id': id },
  });
}

function documentOf(problem: Problem, { id, errorMember = false }: AnswerParts): object {
  const document = problem.toJSON(id);
  if (!errorMember) return document;
  const { message, fields, status } = problem;
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  return { ...document, error: { message, type, param: fields[0]?.field ?? null, code: status } };
}

/**
 * Events as the body of a response. They are asked for one by one, so that a slow reader slows the model, and a reader
 * who goes away ends the work. A failure in the middle becomes an event `error` with the problem document.
 */
function eventStream(events: AsyncIterator<string, unknown>, parts: ReplyParts): ReadableStream<Uint8Array> {
  let open = true;
  const end = () => {
    if (open) parts.ended(200);
    open = false;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await nextOf(events, parts);
      // The reader may have gone while the event was made.
      if (!open) return;
      if (value !== undefined) controller.enqueue(encoder.encode(value));
      if (!done) return;
      end();
      controller.close();
    },
    async cancel() {
      end();
      await events.return?.();
    },
  });
}

async function nextOf(
  events: AsyncIterator<string, unknown>,
  parts: ReplyParts,
): Promise<{ readonly done: boolean; readonly value?: string }> {
  try {
    const { done, value } = await events.next();
    return done === true ? { done } : { done: false, value };
  } catch (error) {
    const document = documentOf(parts.problemOf(error), parts);
    return { done: true, value: `event: error\ndata: ${JSON.stringify(document)}\n\n` };
  }
}
