import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { guarded, replyBytes } from '../reply-bytes.ts';
import { decodeErrorEvent } from './decode-error.ts';
import { type MessageReader, type ReplyOptions, readMessage } from './read-message.ts';

/** Bytes of a reply to events. A reply that is plain JSON, a message or an error, is taken too. A stream that ends
 *  without `message_stop` ends in an error: nobody knows whether the model had finished. */
export function decodeStream(options: ReplyOptions): Transducer<Uint8Array, InferenceEvent> {
  const reader = readMessage(options);
  let events: InferenceEvent[] = [];
  const add = (more: readonly InferenceEvent[]): void => {
    for (const event of more) events.push(event);
  };
  const take = (): readonly InferenceEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };

  const reply = replyBytes({
    frame: ({ data }) => {
      const event = parseJson(data);
      // `[DONE]`, which some compatible servers add, and whatever else is no object says nothing.
      if (isJsonObject(event)) add(reader.event(event));
    },
    body: (text) => add(readWhole(reader, parseJson(text))),
    fail: (failure) => add(reader.fail(failure)),
    isOver: reader.done,
  });
  return {
    push: (bytes) => {
      reply.push(bytes);
      return take();
    },
    end: () => {
      reply.end();
      if (!reader.done())
        add(reader.fail({ kind: 'cut', message: 'The reply ended without its end sign (message_stop).' }));
      return take();
    },
  };
}

/** A unary reply as the events of a stream that arrived at once. */
export function decodeResponse(body: Json, options: ReplyOptions): readonly InferenceEvent[] {
  const reader = readMessage(options);
  let events: readonly InferenceEvent[] = [];
  guarded(
    (failure) => {
      events = reader.fail(failure);
    },
    () => {
      events = readWhole(reader, body);
    },
  );
  return events;
}

function readWhole(reader: MessageReader, body: Json | undefined): readonly InferenceEvent[] {
  return isJsonObject(body) && body['type'] === 'message' ? reader.message(body) : reader.fail(notAMessage(body));
}

function notAMessage(body: Json | undefined): ReturnType<typeof decodeErrorEvent> {
  return isJsonObject(body) && (body['type'] === 'error' || body['error'] !== undefined)
    ? decodeErrorEvent(body)
    : { kind: 'protocol', message: 'The reply is neither a message nor an error of the Messages API.' };
}
