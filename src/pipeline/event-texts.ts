import { decodeSse, type SseFrame } from '../wire/sse.ts';
import type { Transducer } from '../wire/transducer.ts';

/** The events of a streamed reply as it is written, each as its JSON text, for ways to the client that need no
 *  framing of their own. What the gateway wrote itself comes in whole events and is cut where they end; a provider's
 *  bytes may be cut anywhere. */
export function eventTexts(): Transducer<string | Uint8Array, string> {
  let sse: Transducer<Uint8Array, SseFrame> | undefined;
  return {
    push: (data) => {
      if (typeof data === 'string' && sse === undefined) return ownEvents(data);
      sse ??= decodeSse();
      return sse.push(typeof data === 'string' ? Buffer.from(data) : data).flatMap(dataOf);
    },
    end: () => sse?.end().flatMap(dataOf) ?? [],
  };
}

/** Written by `encodeSse`: one `data:` line for each event, and a blank line behind it. */
export function ownEvents(text: string): string[] {
  const events: string[] = [];
  for (let at = text.indexOf(DATA); at !== -1; at = text.indexOf(DATA, at)) {
    const start = at + DATA.length;
    const end = text.indexOf('\n\n', start);
    at = end === -1 ? text.length : end;
    const data = text.slice(start, at);
    if (data !== DONE) events.push(data);
  }
  return events;
}

const DATA = 'data: ';
/** The sign that ends a stream of the Chat API, and that clients of this one expect too. */
const DONE = '[DONE]';

function dataOf({ data }: SseFrame): string[] {
  return data === '' || data === DONE ? [] : [data];
}
