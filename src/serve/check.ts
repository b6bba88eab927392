/** Checking a body against its schema, with messages that name the fields. */
import * as v from 'valibot';
import { type FieldProblem, Problem, wrongField } from './problem.js';

/** So many wrong fields are named; more would not help. */
const MOST_FIELDS = 10;

/** @throws Problem 422 that names every field which is not as it must be */
export function checkBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> {
  // An array counts as an object with numbers for keys, which would only confuse.
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw wrongField('the body', 'must be a JSON object');
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const problems = result.issues.flatMap(problemsOf);
  const fields = problems.slice(0, MOST_FIELDS);
  const rest = problems.length - fields.length;
  const detail = fields.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
  throw new Problem(422, rest === 0 ? detail : `${detail}; and ${rest} more`, { fields });
}

function problemsOf(issue: v.BaseIssue<unknown>): FieldProblem[] {
  const field = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  return [{ field: field === '' ? 'the body' : field.replace(/^\./, ''), message: messageOf(issue) }];
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' || issue.type === 'loose_object' || issue.type === 'object') {
    // Objects speak of their keys as well: one that is missing, or one too many.
    if (issue.expected === 'never') return 'is not a field of this request';
    return issue.received === 'undefined' ? 'is missing' : 'must be a JSON object';
  }
  return issue.message;
}
