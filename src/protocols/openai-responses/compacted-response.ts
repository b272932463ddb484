import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import { editMembers, prependMembers, topLevelMembers } from '../../wire/json-edit.ts';
import { itemsOf } from './kept/continue-request.ts';

/** A call of `POST /responses/compact` as the request that it stands for.
 *  @property body          asks for the conversation to be condensed, and for one whole reply that nobody keeps.
 *  @property userMessages  what the user said: it stays beside the summary, word for word. */
export type CompactCall = { readonly body: Uint8Array; readonly userMessages: readonly JsonObject[] };

/** @param body  a JSON object. Source: https://developers.openai.com/api/reference/resources/responses/methods/compact */
export function compactCall(body: Uint8Array): CompactCall {
  const own = editMembers(body, { store: null, stream: null, input: null });
  const member = topLevelMembers(body).findLast(({ key }) => key === 'input');
  const items = member === undefined ? new Uint8Array(0) : itemsOf(body, member);
  const input = ['"store":false,"input":[', items, items.length === 0 ? '' : ',', TRIGGER, ']'];
  return {
    body: prependMembers(
      own,
      input.map((piece) => Buffer.from(piece)),
    ),
    userMessages: userMessagesOf(items),
  };
}

const TRIGGER = '{"type":"compaction_trigger"}';

function userMessagesOf(items: Uint8Array): readonly JsonObject[] {
  const list = parseJson(`[${Buffer.from(items.buffer, items.byteOffset, items.byteLength).toString('utf8')}]`);
  const isMessage = (item: Json): item is JsonObject =>
    isJsonObject(item) && item['role'] === 'user' && (item['type'] ?? 'message') === 'message';
  return Array.isArray(list) ? list.filter(isMessage) : [];
}

/** The reply to such a call; undefined where the text is no response.
 *  @param id  unique, without prefix. */
export function compactedResponse(text: string, { userMessages }: CompactCall, id: string): JsonObject | undefined {
  const response = parseJson(text);
  if (!isJsonObject(response) || !Array.isArray(response['output'])) return undefined;
  return {
    id: `resp_compact_${id}`,
    object: 'response.compaction',
    created_at: response['created_at'],
    output: [
      ...userMessages.map((message, index) => ({
        id: `msg_${id}_u${index}`,
        ...message,
        type: 'message',
        status: 'completed',
        content: contentOf(message['content']),
      })),
      ...response['output'],
    ],
    usage: response['usage'],
  };
}

function contentOf(content: Json | undefined): Json {
  return typeof content === 'string' ? [{ type: 'input_text', text: content }] : (content ?? []);
}
