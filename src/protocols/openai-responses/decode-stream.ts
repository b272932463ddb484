import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import { decodeSse, type SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { type ReplyReading, replyReader } from './read-reply.ts';

/** The longest reply without framing that is kept until its end, in bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The bytes of a streamed reply as events. A server that answers with one JSON object where a stream was asked for is
 *  understood too, whatever its content type says. After the terminal event nothing more is read. */
export function decodeStream(reading: ReplyReading): Transducer<Uint8Array, InferenceEvent> {
  const reader = replyReader(reading);
  const sse = decodeSse();
  const body: Uint8Array[] = [];
  let form: 'unknown' | 'sse' | 'body' = 'unknown';
  let bodyBytes = 0;

  const readFrames = (frames: readonly SseFrame[]): void => {
    for (const { data, event: name } of frames) {
      if (reader.isOver()) return;
      const value = parseJson(data);
      if (isJsonObject(value)) reader.event(value, name);
      else if (value === undefined && data.trim() !== '' && data.trim() !== '[DONE]') {
        reader.fail({ kind: 'protocol', message: 'The provider sent an event that is no JSON.' });
      }
    }
  };

  const keep = (bytes: Uint8Array): void => {
    bodyBytes += bytes.length;
    if (bodyBytes <= MAX_BODY_BYTES) body.push(bytes);
    else reader.fail({ kind: 'protocol', message: 'The provider sent a reply that is too long, and no stream.' });
  };

  const readBody = (): void => {
    const value = parseJson(new TextDecoder().decode(Buffer.concat(body)));
    if (isJsonObject(value)) reader.response(value);
    else reader.fail({ kind: 'protocol', message: 'The provider sent neither a stream nor a JSON object.' });
  };

  return {
    push: (bytes) => {
      if (reader.isOver()) return [];
      if (form === 'unknown') form = formOf(bytes);
      if (form === 'body') keep(bytes);
      else readFrames(sse.push(bytes));
      return reader.take();
    },
    end: () => {
      if (reader.isOver()) return [];
      if (form === 'body') readBody();
      else readFrames(sse.end());
      reader.fail({ kind: 'cut', message: 'The stream of the provider ended before the reply was complete.' });
      return reader.take();
    },
  };
}

/** A unary reply as the events of a stream that arrived at once. */
export function decodeResponse(body: Json, reading: ReplyReading): readonly InferenceEvent[] {
  const reader = replyReader(reading);
  if (isJsonObject(body)) reader.response(body);
  else reader.fail({ kind: 'protocol', message: 'The provider sent a reply that is no JSON object.' });
  return reader.take();
}

/** No line of a stream begins with a brace, nor with the `<` of an error page. A first chunk of white space tells nothing. */
function formOf(bytes: Uint8Array): 'unknown' | 'sse' | 'body' {
  for (const byte of bytes) {
    if (byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b || byte === 0x3c ? 'body' : 'sse';
  }
  return 'unknown';
}
