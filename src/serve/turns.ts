/** Taking turns on the one thread: work is done in pieces, and between them everybody else is heard. */

/**
 * Calls back as soon as the events that have arrived by now were handled. Where the host has `setImmediate`, that is
 * after all sockets which have something to say were read, and costs no waiting.
 */
export function afterArrivals(callback: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(callback);
  else setTimeout(callback, 0);
}

const line: (() => void)[] = [];

/**
 * Waits for one's turn. Between two turns all arrivals are handled, so however many wait here, a request that needs only a
 * moment waits for one turn and not for all of them.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    line.push(resolve);
    if (line.length === 1) afterArrivals(giveTurn);
  });
}

function giveTurn(): void {
  line.shift()?.();
  if (line.length > 0) afterArrivals(giveTurn);
}

/** How long a turn may take, in milliseconds. */
export const TURN_MILLISECONDS = 4;
