/** Clocks: how long a call takes when it is made again and again. */
import { quantile } from './statistics.mjs';

/**
 * Microseconds of one call, once the runtime has compiled it.
 * @param milliseconds how long to measure; a quarter of it is warm-up
 */
export function microseconds(call, milliseconds) {
  repeat(call, milliseconds / 4);
  return repeat(call, milliseconds);
}

function repeat(call, milliseconds) {
  const start = performance.now();
  let calls = 0;
  let batch = 1;
  let passed = 0;
  // Looking at the clock costs as much as the smallest calls: look seldom.
  do {
    for (let i = 0; i < batch; i++) call();
    calls += batch;
    passed = performance.now() - start;
    if (passed < milliseconds / 16) batch *= 2;
  } while (passed < milliseconds);
  return (1000 * passed) / calls;
}

/** The same for calls that return a promise; each is awaited before the next. */
export async function microsecondsAwaited(call, milliseconds) {
  await repeatAwaited(call, milliseconds / 4);
  return repeatAwaited(call, milliseconds);
}

async function repeatAwaited(call, milliseconds) {
  const start = performance.now();
  let calls = 0;
  do {
    await call();
    calls++;
  } while (performance.now() - start < milliseconds);
  return (1000 * (performance.now() - start)) / calls;
}

/**
 * Microseconds of single calls, each timed by itself: the middle one and the one in a hundred.
 * @param call gets the number of the call, so that it can take another input each time; may return a promise
 */
export async function latency(call, { calls, warmUp = calls }) {
  const times = new Float64Array(calls);
  for (let i = -warmUp; i < calls; i++) {
    const start = performance.now();
    const result = call(i + warmUp);
    if (typeof result?.then === 'function') await result;
    if (i >= 0) times[i] = 1000 * (performance.now() - start);
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
