import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import { decodeSse, type SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { decodeErrorEvent } from './decode-error.ts';
import { type MessageReader, type ReplyOptions, readMessage } from './read-message.ts';

/** The longest unary reply that is taken where a stream was asked for, in bytes. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** Bytes of a reply to events. A reply that is plain JSON, a message or an error, is taken too. A stream that ends
 *  without `message_stop` ends in an error: nobody knows whether the model had finished. */
export function decodeStream(options: ReplyOptions): Transducer<Uint8Array, InferenceEvent> {
  const frames = decodeSse();
  const reader = readMessage(options);
  let body: JsonBody | undefined;
  let begun = false;

  const push = (bytes: Uint8Array): readonly InferenceEvent[] => {
    if (reader.done()) return [];
    if (!begun) {
      const first = bytes.find((byte) => !WHITE_SPACE.includes(byte));
      if (first === undefined) return [];
      begun = true;
      if (first === OPENING_BRACE) body = jsonBody();
    }
    if (body === undefined) return readFrames(reader, frames.push(bytes));
    if (body.push(bytes)) return [];
    return reader.fail({ kind: 'protocol', message: 'The reply is one JSON value of more than 32 MiB.' });
  };
  const end = (): readonly InferenceEvent[] => {
    if (reader.done()) return [];
    if (body !== undefined) return readWhole(reader, body.text());
    const last = readFrames(reader, frames.end());
    if (reader.done()) return last;
    return [...last, ...reader.fail({ kind: 'cut', message: 'The reply ended without its end sign (message_stop).' })];
  };
  return { push, end };
}

/** A unary reply as the events of a stream that arrived at once. */
export function decodeResponse(body: Json, options: ReplyOptions): readonly InferenceEvent[] {
  const reader = readMessage(options);
  return isJsonObject(body) && body['type'] === 'message' ? reader.message(body) : reader.fail(notAMessage(body));
}

const OPENING_BRACE = 0x7b;
const WHITE_SPACE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

function readFrames(reader: MessageReader, frames: readonly SseFrame[]): readonly InferenceEvent[] {
  const [only] = frames;
  if (only !== undefined && frames.length === 1) return readFrame(reader, only);
  const events: InferenceEvent[] = [];
  for (const frame of frames) events.push(...readFrame(reader, frame));
  return events;
}

function readFrame(reader: MessageReader, frame: SseFrame): readonly InferenceEvent[] {
  if (reader.done()) return [];
  const event = parseJson(frame.data);
  // `[DONE]`, which some compatible servers add, and whatever else is no object says nothing.
  return isJsonObject(event) ? reader.event(event) : [];
}

function readWhole(reader: MessageReader, text: string): readonly InferenceEvent[] {
  const body = parseJson(text);
  return isJsonObject(body) && body['type'] === 'message' ? reader.message(body) : reader.fail(notAMessage(body));
}

function notAMessage(body: Json | undefined): ReturnType<typeof decodeErrorEvent> {
  return isJsonObject(body) && (body['type'] === 'error' || body['error'] !== undefined)
    ? decodeErrorEvent(body)
    : { kind: 'protocol', message: 'The reply is neither a message nor an error of the Messages API.' };
}

/** Bytes up to the limit. @property push  false once there are too many. */
type JsonBody = { readonly push: (bytes: Uint8Array) => boolean; readonly text: () => string };

function jsonBody(): JsonBody {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    push: (bytes) => {
      length += bytes.length;
      if (length > MAX_JSON_BYTES) return false;
      // The bytes belong to the caller, who may use their memory again.
      chunks.push(bytes.slice());
      return true;
    },
    text: () => new TextDecoder().decode(Buffer.concat(chunks)),
  };
}
