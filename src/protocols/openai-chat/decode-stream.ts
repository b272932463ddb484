import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { SseFrame } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import { decodeOpenAiErrorObject } from '../openai-error.ts';
import { guarded, replyBytes } from '../reply-bytes.ts';
import { chunkDecoder, type ReplyReading } from './decode-chunk.ts';

/** The bytes of a streamed reply as events. After the terminal sign nothing more is read. */
export function decodeStream(reading: ReplyReading): Transducer<Uint8Array, InferenceEvent> {
  const decoder = chunkDecoder(reading);
  let isEmpty = true;

  const frame = ({ event, data }: SseFrame): void => {
    isEmpty = false;
    if (data === '[DONE]') decoder.finish();
    else if (data !== '') readData(data, event);
  };

  const readData = (data: string, event: string | undefined): void => {
    const value = parseJson(data);
    if (isJsonObject(value)) decoder.chunk(value);
    else if (data.trim() === '[DONE]') decoder.finish();
    else if (event === 'error') decoder.fail(decodeOpenAiErrorObject(value ?? data, reading.target?.dialect.errors));
    else if (value === undefined) {
      decoder.fail({ kind: 'protocol', message: 'The provider sent an event that is no JSON.' });
    }
  };

  const body = (text: string): void => {
    isEmpty = false;
    const value = parseJson(text);
    if (isJsonObject(value)) decoder.chunk(value);
    else decoder.fail({ kind: 'protocol', message: 'The provider sent neither a stream nor a JSON object.' });
  };

  const reply = replyBytes({ frame, body, fail: decoder.fail, isOver: decoder.isOver });
  return {
    push: (bytes) => {
      reply.push(bytes);
      return decoder.take();
    },
    end: () => {
      reply.end();
      if (isEmpty) decoder.fail({ kind: 'cut', message: 'The provider answered with an empty stream.' });
      guarded(decoder.fail, decoder.finish);
      return decoder.take();
    },
  };
}
