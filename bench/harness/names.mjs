/** `1 thread`, `2 threads` */
export function inThreads(threads) {
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
