import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import type { SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { guarded, replyBytes } from '../reply-bytes.ts';
import { type ReplyReading, replyReader } from './read-reply.ts';

/** The bytes of a streamed reply as events. After the terminal event nothing more is read. */
export function decodeStream(reading: ReplyReading): Transducer<Uint8Array, InferenceEvent> {
  const reader = replyReader(reading);

  const frame = ({ data, event: name }: SseFrame): void => {
    const value = parseJson(data);
    if (isJsonObject(value)) reader.event(value, name);
    else if (value === undefined && data.trim() !== '' && data.trim() !== '[DONE]') {
      reader.fail({ kind: 'protocol', message: 'The provider sent an event that is no JSON.' });
    }
  };

  const body = (text: string): void => {
    const value = parseJson(text);
    if (isJsonObject(value)) reader.response(value);
    else reader.fail({ kind: 'protocol', message: 'The provider sent neither a stream nor a JSON object.' });
  };

  const reply = replyBytes({ frame, body, fail: reader.fail, isOver: reader.isOver });
  return {
    push: (bytes) => {
      reply.push(bytes);
      return reader.take();
    },
    end: () => {
      reply.end();
      reader.fail({ kind: 'cut', message: 'The stream of the provider ended before the reply was complete.' });
      return reader.take();
    },
  };
}

/** A unary reply as the events of a stream that arrived at once. */
export function decodeResponse(body: Json, reading: ReplyReading): readonly InferenceEvent[] {
  const reader = replyReader(reading);
  guarded(reader.fail, () => {
    if (isJsonObject(body)) reader.response(body);
    else reader.fail({ kind: 'protocol', message: 'The provider sent a reply that is no JSON object.' });
  });
  return reader.take();
}
