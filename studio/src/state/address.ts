/**
 * The address of the page: `#/room?name=value&…`. Everything after the `#` stays in the browser, so any plain web
 * server can hold the studio, and what a person types into a room is sent to nobody.
 */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';

export interface Address {
  /** The room's id; '' at the entrance. */
  readonly room: string;
  readonly query: URLSearchParams;
}

/** Names in the query that belong to the whole studio and are kept from room to room. */
export const SHARED_NAMES = ['lang', 'theme'] as const;

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = split(hash.replace(/^#\/?/, ''));
  return { room: path.replace(/\/+$/, ''), query: new URLSearchParams(query) };
}

export function formatAddress({ room, query }: Address): string {
  // Signs that are safe after a `#` are left readable.
  const text = query.toString().replace(/%7E/g, '~').replace(/%2C/g, ',').replace(/%3A/g, ':');
  return `#/${room}${text === '' ? '' : `?${text}`}`;
}

function split(text: string): [string, string] {
  const at = text.indexOf('?');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const current = signal<Address>(parseAddress(globalThis.location?.hash ?? ''));
const latest = signal<Address>(current.peek());
/** The address as it is now. */
export const address: ReadonlySignal<Address> = current;
/** The address that was last opened: by a link, by hand, or by the browser's back button. */
export const opened: ReadonlySignal<Address> = latest;
/** The id of the room that is shown. */
export const currentRoom = computed(() => current.value.room);

globalThis.addEventListener?.('hashchange', () => {
  batch(() => {
    current.value = parseAddress(location.hash);
    latest.value = current.value;
  });
});

/** The address of a room, keeping language and theme where the present address gives them. */
export function roomLink(room: string): string {
  const query = new URLSearchParams();
  for (const name of SHARED_NAMES) {
    const value = current.value.query.get(name);
    if (value !== null) query.set(name, value);
  }
  return formatAddress({ room, query });
}

let timer: ReturnType<typeof setTimeout> | undefined;
/** Browsers refuse more than some hundred changes of the address in half a minute. */
const WRITE_EVERY_MS = 300;

/** Changes the query of the present address; the browser's history gets no new entry. */
export function replaceQuery(change: (query: URLSearchParams) => void): void {
  const { room, query } = current.peek();
  const changed = new URLSearchParams(query);
  change(changed);
  if (changed.toString() === query.toString()) return;
  current.value = { room, query: changed };
  timer ??= setTimeout(writeAddress, WRITE_EVERY_MS);
}

/** Brings the browser's address up to date at once, for whoever copies it. */
export function writeAddress(): void {
  clearTimeout(timer);
  timer = undefined;
  const hash = formatAddress(current.peek());
  if (hash !== location.hash) history.replaceState(history.state, '', hash);
}
