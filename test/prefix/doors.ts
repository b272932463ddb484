import { isJsonObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import type { InferenceRequest } from '../../src/ir/request.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { bodyOf } from './sessions.ts';

/** The doors through which a client may come. */
export const DOORS = ['openai-responses', 'openai-chat', 'anthropic-messages'] as const satisfies readonly ProtocolId[];
export type Door = (typeof DOORS)[number];

/** A history of input items as a client of a door would send it. @param envelope  the state of its thinking. */
export function requestThrough(door: Door, items: readonly JsonObject[], envelope: string): InferenceRequest {
  const { ingress } = protocolById(door);
  if (ingress === undefined) throw new RangeError(`${door} has no door`);
  return ingress.decodeRequest(BODIES[door](items, envelope)).value;
}

const BODIES: { readonly [D in Door]: (items: readonly JsonObject[], envelope: string) => JsonObject } = {
  'openai-responses': bodyOf,
  'openai-chat': chatBody,
  'anthropic-messages': messagesBody,
};

const PARAMETERS = { type: 'object', properties: {} };

function chatBody(items: readonly JsonObject[], envelope: string): JsonObject {
  const messages: JsonObject[] = runsOf(items).flatMap(({ speaker, run }): readonly JsonObject[] => {
    if (speaker === 'others') return run.map(chatInput);
    const thoughts = run.filter(isThought).map(textOf).join('');
    const said = run.filter((item) => item['type'] === 'message').map(textOf);
    const calls = run.filter(isCall).map((item) => ({
      id: item['call_id'],
      type: 'function',
      function: {
        name: item['name'] ?? 'run',
        arguments: item['arguments'] ?? JSON.stringify({ input: item['input'] }),
      },
    }));
    return [
      {
        role: 'assistant',
        content: said.length === 0 ? null : said.join(''),
        ...(thoughts === '' ? {} : { reasoning_content: thoughts }),
        ...(thoughts === '' ? {} : { reasoning_details: [{ type: 'reasoning.encrypted', data: envelope }] }),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
    ];
  });
  const tools = ['run', 'patch'].map((name) => ({ type: 'function', function: { name, parameters: PARAMETERS } }));
  return { model: 'm', stream: true, messages, tools, reasoning_effort: 'medium' };
}

function chatInput(item: JsonObject): JsonObject {
  if (item['type'] === 'message') return { role: item['role'], content: textOf(item) };
  const content = piecesOf(item).map((piece) =>
    piece.type === 'text' ? { type: 'text', text: piece.text } : { type: 'image_url', image_url: { url: piece.url } },
  );
  return { role: 'tool', tool_call_id: item['call_id'], content };
}

/** The way of Claude Code: one mark at the end of the instructions, and one at the end of the conversation. */
function messagesBody(items: readonly JsonObject[], envelope: string): JsonObject {
  const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const opening = items.findIndex((item) => item['role'] !== 'developer');
  const system = items.slice(0, opening).map((item) => ({ type: 'text', text: textOf(item), ...mark }));
  const messages = runsOf(items.slice(opening)).map(({ speaker, run }) => ({
    role: speaker === 'model' ? 'assistant' : 'user',
    content: run.map((item): JsonObject => {
      if (isThought(item)) return { type: 'thinking', thinking: textOf(item), signature: envelope };
      if (isCall(item)) return { type: 'tool_use', id: item['call_id'], name: item['name'] ?? 'run', input: { a: 1 } };
      if (item['type'] === 'message') return { type: 'text', text: textOf(item) };
      const content = piecesOf(item).map((piece) =>
        piece.type === 'text'
          ? { type: 'text', text: piece.text }
          : { type: 'image', source: { type: 'base64', media_type: 'image/png', data: piece.url.replace(/^.*,/, '') } },
      );
      return { type: 'tool_result', tool_use_id: item['call_id'], content };
    }),
  }));
  const last = messages.at(-1);
  const end = last?.content.at(-1);
  if (last !== undefined && end !== undefined && end['type'] !== 'thinking')
    last.content.splice(-1, 1, { ...end, ...mark });
  const tools = ['run', 'patch'].map((name) => ({ name, input_schema: PARAMETERS }));
  const thinking = { type: 'enabled', budget_tokens: 10_000 };
  return { model: 'm', stream: true, max_tokens: 32_000, thinking, system, tools, messages };
}

type Run = { readonly speaker: 'model' | 'others'; readonly run: JsonObject[] };

function runsOf(items: readonly JsonObject[]): readonly Run[] {
  const runs: Run[] = [];
  for (const item of items) {
    const speaker = isThought(item) || isCall(item) || item['role'] === 'assistant' ? 'model' : 'others';
    const last = runs.at(-1);
    if (last?.speaker === speaker) last.run.push(item);
    else runs.push({ speaker, run: [item] });
  }
  return runs;
}

function isThought(item: JsonObject): boolean {
  return item['type'] === 'reasoning';
}

function isCall(item: JsonObject): boolean {
  return String(item['type']).endsWith('_call');
}

function textOf(item: JsonObject): string {
  const parts: Json = item['summary'] ?? item['content'] ?? [];
  return (Array.isArray(parts) ? parts : []).map((part) => (isJsonObject(part) ? String(part['text']) : '')).join('');
}

type Piece = { readonly type: 'text'; readonly text: string } | { readonly type: 'image'; readonly url: string };

function piecesOf(item: JsonObject): readonly Piece[] {
  const output = item['output'];
  if (!Array.isArray(output)) return [{ type: 'text', text: String(output) }];
  return output
    .filter(isJsonObject)
    .map((piece) =>
      piece['type'] === 'input_image'
        ? { type: 'image', url: String(piece['image_url']) }
        : { type: 'text', text: String(piece['text']) },
    );
}
