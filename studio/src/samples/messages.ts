/** The example data of the project: 1,680 messages to a support desk in English and Chinese, eight intents. */
import url from '../../../examples/data/messages.csv?url';

export const MESSAGES_NAME = 'messages.csv';

export async function fetchMessages(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${MESSAGES_NAME}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
