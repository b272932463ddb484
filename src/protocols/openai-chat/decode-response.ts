import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type Json } from '../../ir/json.ts';
import { guarded } from '../reply-bytes.ts';
import { chunkDecoder, type ReplyReading } from './decode-chunk.ts';

/** A `chat.completion` object as the events of a stream that arrived at once: its message is one whole delta. */
export function decodeResponse(body: Json, reading: ReplyReading): readonly InferenceEvent[] {
  const decoder = chunkDecoder(reading);
  guarded(decoder.fail, () => {
    if (isJsonObject(body)) decoder.chunk(body);
    else decoder.fail({ kind: 'protocol', message: 'The provider sent a reply that is no JSON object.' });
    decoder.finish();
  });
  return decoder.take();
}
