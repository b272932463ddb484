import type { InferenceEvent } from '../../ir/event.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { guarded, replyBytes } from '../reply-bytes.ts';
import { type ReplyOptions, type ReplyReader, readReply } from './read-reply.ts';

/** Bytes of a reply to events: server-sent events, or the list of pieces that the API sends where it was not asked for
 *  events, or one whole reply. */
export function decodeStream(options: ReplyOptions): Transducer<Uint8Array, InferenceEvent> {
  const reader = readReply(options);
  let events: InferenceEvent[] = [];
  const take = (): readonly InferenceEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };
  const add = (more: readonly InferenceEvent[]): void => {
    for (const event of more) events.push(event);
  };
  const fail = (failure: Failure): void => add(reader.fail(failure));
  const reply = replyBytes({
    frame: ({ data }) => {
      const piece = parseJson(data);
      // `[DONE]`, which some compatible servers add, and whatever else is no object says nothing.
      if (isJsonObject(piece)) add(reader.piece(piece));
    },
    body: (text) => add(readWhole(reader, parseJson(text))),
    fail,
    isOver: reader.done,
  });
  return {
    push: (bytes) => {
      reply.push(bytes);
      return take();
    },
    end: () => {
      reply.end();
      if (!reader.done()) guarded(fail, () => add(reader.end()));
      return take();
    },
  };
}

/** A unary reply as the events of a stream that arrived at once. */
export function decodeResponse(body: Json, options: ReplyOptions): readonly InferenceEvent[] {
  const reader = readReply(options);
  let events: readonly InferenceEvent[] = [];
  guarded(
    (failure) => {
      events = [...events, ...reader.fail(failure)];
    },
    () => {
      events = readWhole(reader, body);
      if (!reader.done()) events = [...events, ...reader.end()];
    },
  );
  return events;
}

function readWhole(reader: ReplyReader, body: Json | undefined): readonly InferenceEvent[] {
  const pieces = Array.isArray(body) ? body : [body];
  if (!pieces.every(isJsonObject))
    return reader.fail({ kind: 'protocol', message: 'The reply is neither a reply nor an error of the Gemini API.' });
  return pieces.flatMap((piece) => reader.piece(piece));
}
