/** The optional bearer token. */
import { Problem } from './problem.js';

const encoder = new TextEncoder();

/**
 * Compares without telling by its duration how much of a guess was right: the time depends on the length of the guess
 * alone.
 */
export function equalsInConstantTime(guess: string, secret: string): boolean {
  const [a, b] = [encoder.encode(guess), encoder.encode(secret)];
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i % b.length] ?? 0);
  return difference === 0;
}

/** @throws Problem 401 where a token is needed and the request does not carry it */
export function checkToken(request: Request, token: string | undefined): void {
  if (token === undefined) return;
  const header = request.headers.get('authorization');
  const given = header === null ? undefined : /^bearer +(\S+)$/i.exec(header)?.[1];
  if (given !== undefined && equalsInConstantTime(given, token)) return;
  throw new Problem(
    401,
    header === null
      ? 'this service wants a token: send it as the header Authorization: Bearer TOKEN'
      : 'the token in the header Authorization is not the right one',
    { headers: { 'www-authenticate': 'Bearer' } },
  );
}
