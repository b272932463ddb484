import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import { decodeSse, type SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { decodeOpenAiErrorObject } from '../openai-error.ts';
import { chunkDecoder, type ReplyReading } from './decode-chunk.ts';

/** The longest reply without framing that is kept until its end, in bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The bytes of a streamed reply as events. A server that answers with one JSON object where a stream was asked for is
 *  understood too, whatever its content type says. After the terminal sign nothing more is read. */
export function decodeStream(reading: ReplyReading): Transducer<Uint8Array, InferenceEvent> {
  const decoder = chunkDecoder(reading);
  const sse = decodeSse();
  let form: 'unknown' | 'sse' | 'body' = 'unknown';
  let body: Uint8Array[] = [];
  let bodyBytes = 0;
  let framed = false;

  const readFrames = (nextFrames: () => readonly SseFrame[]): void => {
    let frames: readonly SseFrame[] = [];
    try {
      frames = nextFrames();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      decoder.fail({ kind: 'protocol', message: 'The provider sent an event that is too long.' });
    }
    for (const { event, data } of frames) {
      if (decoder.isOver()) return;
      framed = true;
      if (data === '[DONE]') decoder.finish();
      else if (data !== '') readData(data, event);
    }
  };

  const readData = (data: string, event: string | undefined): void => {
    const value = parseJson(data);
    if (isJsonObject(value)) decoder.chunk(value);
    else if (data.trim() === '[DONE]') decoder.finish();
    else if (event === 'error') decoder.fail(decodeOpenAiErrorObject(value ?? data));
    else if (value === undefined) {
      decoder.fail({ kind: 'protocol', message: 'The provider sent an event that is no JSON.' });
    }
  };

  const keep = (bytes: Uint8Array): void => {
    bodyBytes += bytes.length;
    if (bodyBytes > MAX_BODY_BYTES) {
      body = [];
      decoder.fail({ kind: 'protocol', message: 'The provider sent a reply that is too long, and no stream.' });
    } else body.push(bytes);
  };

  const readBody = (): void => {
    const value = parseJson(new TextDecoder().decode(Buffer.concat(body)));
    if (isJsonObject(value)) decoder.chunk(value);
    else decoder.fail({ kind: 'protocol', message: 'The provider sent neither a stream nor a JSON object.' });
  };

  return {
    push: (bytes) => {
      if (decoder.isOver()) return [];
      if (form === 'unknown') form = formOf(bytes);
      if (form === 'body') keep(bytes);
      else readFrames(() => sse.push(bytes));
      return decoder.take();
    },
    end: () => {
      if (decoder.isOver()) return [];
      if (form === 'body') readBody();
      else readFrames(() => sse.end());
      if (form !== 'body' && !framed) {
        decoder.fail({ kind: 'cut', message: 'The provider answered with an empty stream.' });
      }
      decoder.finish();
      return decoder.take();
    },
  };
}

/** No line of a stream begins with a brace, nor with the `<` of an error page. A first chunk of white space tells nothing. */
function formOf(bytes: Uint8Array): 'unknown' | 'sse' | 'body' {
  for (const byte of bytes) {
    if (byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b || byte === 0x3c ? 'body' : 'sse';
  }
  return 'unknown';
}
