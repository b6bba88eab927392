/** Refusals of the service, which become problem documents (RFC 9457). */
import { LexigradError } from '../base/errors.js';

/** A field of the request that is not as it must be. */
export interface FieldProblem {
  /** Where: `texts[3]`, `top`. Empty: the body as a whole. */
  readonly field: string;
  readonly message: string;
}

export interface ProblemDetails {
  readonly fields?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** An answer that is not the wanted one. The message is for the person who wrote the request. */
export class Problem extends LexigradError {
  override name = 'Problem';
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, { fields = [], headers = {} }: ProblemDetails = {}) {
    super(detail);
    this.status = status;
    this.fields = fields;
    this.headers = headers;
  }

  get title(): string {
    return TITLES[this.status] ?? 'Error';
  }

  /** The problem document. `errors` is there where fields are wrong. */
  toJSON(requestId: string): Record<string, unknown> {
    const { title, status, message: detail, fields } = this;
    return {
      type: 'about:blank',
      ...{ title, status, detail, requestId },
      ...(fields.length === 0 ? {} : { errors: fields }),
    };
  }
}

/** 422 for one field. */
export function wrongField(field: string, message: string): Problem {
  return new Problem(422, `${field} ${message}`, { fields: [{ field, message }] });
}

/** 429 or 503: not now, but later. */
export function later(status: 429 | 503, detail: string, seconds = 1): Problem {
  return new Problem(status, detail, { headers: { 'retry-after': String(seconds) } });
}
