import assert from 'node:assert/strict';
import type { InferenceEvent } from '../../src/ir/event.ts';
import { type Json, type JsonObject, jsonText, parseJson } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import { foldEvents } from '../../src/ir/response.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { at, objectsAt } from '../edge-cases/read.ts';
import { passesBytes, targetOf } from './deployments.ts';
import { type Cell, MARK } from './feature.ts';
import { PLAIN, tool } from './words.ts';

/** Does what a provider gave its model's thinking come back to it, once a client has kept the reply in its history?
 *  @param said  a reply with a state that holds the mark. */
export function probeRoundTrip(said: string, door: ProtocolId, upstream: ProtocolId): Cell {
  if (passesBytes(door, upstream)) return { state: 'by bytes', words: '' };
  const { ingress } = protocolById(door);
  assert.ok(ingress !== undefined);
  const asked: JsonObject = { ...PLAIN[door], ...tool('shell')[door], ...WANTED[door] };
  const target = targetOf(upstream);
  const { value } = ingress.decodeRequest(asked);
  const decoder = protocolById(upstream)
    .egress.open({ ...value, stream: true }, target)
    .decodeStream();
  const events: InferenceEvent[] = [...decoder.push(Buffer.from(said)), ...decoder.end()];
  const folded = foldEvents(events);
  assert.ok(folded.ok);
  const context = { echo: value, caller: { id: 'local' }, responseId: 'r', createdAt: 1 };
  // As the client reads it from the wire.
  const reply = parseJson(JSON.stringify(ingress.encodeResponse(folded.response, context))) ?? null;
  const again = ingress.decodeRequest(follow(door, asked, reply));
  const call = protocolById(upstream).egress.open(again.value, target);
  if (jsonText(call.body).includes(MARK)) return { state: 'carried', words: '' };
  const words = [...again.losses, ...call.losses].map(({ why }) => why).join(' ');
  return { state: words === '' ? 'unexplained' : 'lost', words };
}

const WANTED: { readonly [P in ProtocolId]?: JsonObject } = {
  'openai-responses': { include: ['reasoning.encrypted_content'] },
};

/** The next request of a client that keeps replies as they came and answers their calls. */
function follow(door: ProtocolId, asked: JsonObject, reply: Json): JsonObject {
  switch (door) {
    case 'openai-responses': {
      const items = objectsAt(reply, 'output');
      const outputs = items
        .filter((item) => item['type'] === 'function_call')
        .map((item) => ({ type: 'function_call_output', call_id: item['call_id'], output: 'ok' }));
      return {
        ...asked,
        input: [...objectsAt(asked, 'input'), ...items, ...outputs, { role: 'user', content: 'Go on.' }],
      };
    }
    case 'openai-chat': {
      const message = objectsAt(reply, 'choices')[0]?.['message'] ?? null;
      const outputs = objectsAt(message, 'tool_calls').map((call) => ({
        role: 'tool',
        tool_call_id: call['id'],
        content: 'ok',
      }));
      return {
        ...asked,
        messages: [...objectsAt(asked, 'messages'), message, ...outputs, { role: 'user', content: 'Go on.' }],
      };
    }
    default: {
      const content = at(reply, 'content') ?? [];
      const outputs = objectsAt(reply, 'content')
        .filter((block) => block['type'] === 'tool_use')
        .map((block) => ({ type: 'tool_result', tool_use_id: block['id'], content: 'ok' }));
      const next = { role: 'user', content: [...outputs, { type: 'text', text: 'Go on.' }] };
      return { ...asked, messages: [...objectsAt(asked, 'messages'), { role: 'assistant', content }, next] };
    }
  }
}
