import { createParser } from 'eventsource-parser';
import type { Transducer } from './transducer.ts';

/** One server-sent event. @property data  its `data:` lines joined by newlines. */
export type SseFrame = { readonly event?: string; readonly data: string };

/** The longest event that is kept while its end is awaited, in characters. */
const MAX_EVENT_LENGTH = 32 * 1024 * 1024;

/** Bytes to events: any split of the bytes, CRLF, comments, a byte-order mark, and a last event without its blank line.
 *  @throws RangeError when one event grows past 32 Mi characters. */
export function decodeSse(): Transducer<Uint8Array, SseFrame> {
  const decoder = new TextDecoder('utf-8');
  let frames: SseFrame[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: (message) => {
      frames.push(message.event === undefined ? { data: message.data } : { event: message.event, data: message.data });
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw new RangeError('a server-sent event is too long');
    },
  });
  const feed = (text: string): readonly SseFrame[] => {
    frames = [];
    if (text !== '') parser.feed(text);
    return frames;
  };
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end: () => feed(`${decoder.decode()}\n\n`),
  };
}

/** `data` must hold no line break; JSON never does. */
export function encodeSse(frame: SseFrame): string {
  return frame.event === undefined ? `data: ${frame.data}\n\n` : `event: ${frame.event}\ndata: ${frame.data}\n\n`;
}
