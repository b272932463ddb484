import assert from 'node:assert/strict';
import type { InferenceEvent } from '../../src/ir/event.ts';
import { type Json, type JsonObject, parseJson } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { foldEvents } from '../../src/ir/response.ts';
import { tellingLosses } from '../../src/pipeline/lost-at-door.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { encodeSse } from '../../src/wire/sse.ts';
import { passesBytes, targetOf } from './deployments.ts';
import { type Cell, type ReplyFeature, signOf } from './feature.ts';
import { PLAIN, tool } from './words.ts';

/** Lets a provider say it and looks for it at the client. */
export function probeReply(feature: ReplyFeature, door: ProtocolId, upstream: ProtocolId): Cell {
  const said = feature.says[upstream];
  if (said === undefined) return { state: 'not in this API', words: '' };
  const sign = signOf(feature.arrived, door);
  if (feature.status !== undefined) {
    const told = refusal(door, upstream, said, feature.status, feature.headers ?? {});
    return { state: sign.test(told) ? 'carried' : 'unexplained', words: told };
  }
  if (passesBytes(door, upstream)) return { state: 'by bytes', words: '' };
  const { text, losses } = told(door, upstream, said, feature.unary === true);
  const words = [...new Set(losses)].join(' ');
  if (sign.test(text)) return words === '' ? { state: 'carried', words } : { state: 'repaired', words };
  return words === '' ? { state: 'unexplained', words: text } : { state: 'lost', words };
}

function told(
  door: ProtocolId,
  upstream: ProtocolId,
  said: string,
  unary: boolean,
): { readonly text: string; readonly losses: readonly string[] } {
  const { ingress } = protocolById(door);
  assert.ok(ingress !== undefined);
  const body: JsonObject = { ...PLAIN[door], ...tool('shell')[door], ...OWN[door] };
  const { value } = ingress.decodeRequest(body);
  const call = protocolById(upstream).egress.open({ ...value, stream: true }, targetOf(upstream));
  const decoder = tellingLosses(call, protocolById(door)).decodeStream();
  const events: InferenceEvent[] = [...decoder.push(Buffer.from(said)), ...decoder.end()];
  const context = { echo: value, caller: { id: 'local' }, responseId: 'r', createdAt: 1 };
  const losses = events.flatMap((event) => (event.type === 'loss' ? [event.loss.why] : []));
  if (unary) {
    const folded = foldEvents(events);
    assert.ok(folded.ok);
    return { text: JSON.stringify(ingress.encodeResponse(folded.response, context)), losses };
  }
  const encoder = ingress.encodeStream(context);
  const frames = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
  return { text: frames.map(encodeSse).join(''), losses };
}

/** What a client says so that it gets all that its protocol has. */
const OWN: { readonly [P in ProtocolId]?: JsonObject } = {
  'openai-responses': { include: ['reasoning.encrypted_content'] },
  'openai-chat': { stream_options: { include_usage: true } },
};

/** Status, headers and body of an error, as one text. */
function refusal(
  door: ProtocolId,
  upstream: ProtocolId,
  said: string,
  status: number,
  headers: { readonly [name: string]: string },
): string {
  const { ingress } = protocolById(door);
  assert.ok(ingress !== undefined);
  const json: Json | undefined = parseJson(said);
  assert.ok(json !== undefined);
  const { errors } = targetOf(upstream).dialect;
  const failure = protocolById(upstream).egress.decodeError(status, headers, said, 0, errors);
  const error = ingress.encodeError(failure, { id: 'local' }, 'id');
  return `${error.status} ${JSON.stringify(error.headers)} ${JSON.stringify(error.body)}`;
}
