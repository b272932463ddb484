import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';
import type { InferenceResponse, ReplyPart } from '../../ir/response.ts';
import type { ReplyContext } from '../protocol.ts';
import { encodeStream } from './encode-stream.ts';

/** A whole reply as the response object with which its stream would have ended, so that the two cannot disagree. */
export function encodeResponse(response: InferenceResponse, context: ReplyContext): JsonObject {
  const encoder = encodeStream(context);
  let last = '';
  for (const event of eventsOf(response)) last = encoder.push(event).at(-1)?.data ?? last;
  const event = parseJson(last);
  const body = isJsonObject(event) ? event['response'] : undefined;
  if (!isJsonObject(body)) throw new TypeError('the encoder ended without a response object');
  return body;
}

function* eventsOf(response: InferenceResponse): Iterable<InferenceEvent> {
  const last = response.parts.length - 1;
  for (const [index, part] of response.parts.entries()) yield* eventsOfPart(part, response.cut && index === last);
  if (response.usage !== undefined) yield { type: 'usage', usage: response.usage };
  yield { type: 'finish', reason: response.finish };
}

function* eventsOfPart(part: ReplyPart, isCut: boolean): Iterable<InferenceEvent> {
  switch (part.type) {
    case 'text':
      yield part.phase === undefined ? { type: 'text-start' } : { type: 'text-start', phase: part.phase };
      yield { type: 'text-delta', text: part.text };
      if (!isCut) yield { type: 'text-end' };
      break;
    case 'refusal':
      yield { type: 'refusal-start' };
      yield { type: 'refusal-delta', text: part.text };
      if (!isCut) yield { type: 'refusal-end' };
      break;
    case 'reasoning':
      yield { type: 'reasoning-start' };
      for (const [index, text] of part.texts.entries()) {
        if (index > 0) yield { type: 'reasoning-part' };
        yield { type: 'reasoning-delta', text };
      }
      if (!isCut)
        yield part.state === undefined ? { type: 'reasoning-end' } : { type: 'reasoning-end', state: part.state };
      break;
    case 'tool-call':
      yield { type: 'tool-call-start', callId: part.callId, kind: part.kind, name: part.name };
      yield { type: 'tool-call-delta', input: part.input };
      if (!isCut) yield { type: 'tool-call-end' };
      break;
    case 'opaque':
      yield part;
      break;
  }
}
