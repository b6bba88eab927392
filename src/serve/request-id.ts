/** Ids by which a request is found again in logs. */

/** What clients may choose themselves: it goes into headers and logs. */
const SOUND = /^[\w.:/+=-]{1,128}$/;

/** Gives the id that the client sent as `x-request-id`, if it is sound, else a new one that nobody else has. */
export function requestIds(): (request: Request) => string {
  const [word] = crypto.getRandomValues(new Uint32Array(1));
  const start = word!.toString(16).padStart(8, '0');
  let count = 0;
  return (request) => {
    const given = request.headers.get('x-request-id');
    return given !== null && SOUND.test(given) ? given : `${start}-${(++count).toString(36)}`;
  };
}
