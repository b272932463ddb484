import type { InferenceEvent } from '../ir/event.ts';
import { parseJson } from '../ir/json.ts';
import type { Headers } from '../protocols/protocol.ts';
import { gatherBytes } from '../wire/gather-bytes.ts';
import type { Transducer } from '../wire/transducer.ts';
import type { ReplyDecoding } from './call.ts';

/** The longest unary reply, in bytes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export function isJson(headers: Headers): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '');
}

/** A reply that says it is JSON where a stream was asked for: one JSON body, or a stream under the wrong label. */
export function decodeWholeBody(decoding: ReplyDecoding): Transducer<Uint8Array, InferenceEvent> {
  const gathered = gatherBytes();
  let size = 0;
  return {
    push: (bytes) => {
      size += bytes.length;
      if (size <= MAX_BODY_BYTES) gathered.add(bytes);
      return [];
    },
    end: () => {
      if (size > MAX_BODY_BYTES) {
        return [{ type: 'error', failure: { kind: 'protocol', message: 'The reply is larger than 64 MiB.' } }];
      }
      const body = gathered.take();
      const json = parseJson(new TextDecoder().decode(body));
      if (json !== undefined) return decoding.decodeResponse(json);
      const stream = decoding.decodeStream();
      return [...stream.push(body), ...stream.end()];
    },
  };
}
