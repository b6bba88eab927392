/**
 * A client in a process of its own: so many connections, on each one request after the other, as fast as they are
 * answered. It speaks HTTP/1.1 on plain sockets, because `node:http` as a client costs more than the server.
 *
 * It reads from standard input, as JSON: { port, connections, seconds, warmUp, requests: [{ method, path, body }] }.
 * It prints { seconds, statuses, p50, p99, max, failures }, times in milliseconds.
 */
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';

const { port, connections, seconds, warmUp, requests } = await json(process.stdin);
const messages = requests.map(messageOf);
const statuses = {};
const times = newHistogram();
let failures = 0;
let asked = 0;
const begin = performance.now() + 1000 * warmUp;
const end = begin + 1000 * seconds;

await Promise.all(Array.from({ length: connections }, keepAsking));
console.log(JSON.stringify({ seconds, statuses, ...times.summary(), failures }));

/** One connection after the other, should the server close them. */
async function keepAsking() {
  while (performance.now() < end) await askUntilClosed();
}

function askUntilClosed() {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sent = 0;
    let unread = '';
    const ask = () => {
      sent = performance.now();
      socket.write(messages[asked++ % messages.length]);
    };
    socket.on('connect', ask);
    socket.on('data', (chunk) => {
      unread += chunk.latin1Slice();
      const length = lengthOf(unread);
      if (length === undefined || unread.length < length) return;
      const now = performance.now();
      if (now > begin && now <= end) {
        const status = unread.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.add(now - sent);
      }
      unread = unread.slice(length);
      if (now > end) socket.destroy();
      else ask();
    });
    socket.on('error', () => {
      if (performance.now() > begin) failures++;
    });
    socket.on('close', resolve);
  });
}

/** How long an answer is with its head; undefined while the head is not all there. */
function lengthOf(text) {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, headEnd)}`);
  return headEnd + 4 + Number(length);
}

function messageOf({ method, path, body = '' }) {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
  if (method === 'GET') return Buffer.from(`${head}\r\n`);
  const length = Buffer.byteLength(body);
  return Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`);
}

/** Buckets that are 1 % wide, so that an hour of requests takes no more memory than a second of them. */
function newHistogram() {
  const FIRST = 0.001;
  const WIDTH = Math.log(1.01);
  const counts = new Float64Array(2000);
  let count = 0;
  let max = 0;
  const quantile = (share) => {
    if (count === 0) return null;
    let left = share * count;
    const bucket = counts.findIndex((each) => {
      left -= each;
      return left <= 0;
    });
    return FIRST * Math.exp(WIDTH * (bucket + 0.5));
  };
  return {
    add(milliseconds) {
      count++;
      max = Math.max(max, milliseconds);
      const bucket = Math.floor(Math.log(Math.max(FIRST, milliseconds) / FIRST) / WIDTH);
      counts[Math.min(counts.length - 1, bucket)]++;
    },
    summary: () => ({ p50: quantile(0.5), p99: quantile(0.99), max }),
  };
}
