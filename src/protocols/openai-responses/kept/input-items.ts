import { isJsonObject, type Json, type JsonObject, parseJson } from '../../../ir/json.ts';
import { conversationOf } from './continue-request.ts';
import type { KeptReply } from './kept-replies.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** A page of the items that a kept reply was made from, those of the conversation before it included. The last come
 *  first unless the query says otherwise. Items without an id are given one, the same each time.
 *  @param query  `limit`, `order`, `after`.
 *  Source: https://developers.openai.com/api/reference/resources/responses/subresources/input_items/methods/list */
export function inputItems(reply: KeptReply, query: URLSearchParams): JsonObject {
  const before = reply.before === undefined ? [] : conversationOf(reply.before);
  const items = [...before, reply.input].flatMap(parsed).map((item, index) => named(item, `${reply.id}_in_${index}`));
  if (query.get('order') !== 'asc') items.reverse();
  const after = query.get('after');
  const start = after === null ? 0 : items.findIndex((item) => item['id'] === after) + 1;
  const asked = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const limit = Number.isInteger(asked) && asked >= 1 ? Math.min(asked, MAX_LIMIT) : DEFAULT_LIMIT;
  const data = items.slice(start, start + limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: start + limit < items.length,
  };
}

/** A piece of a conversation: items parted by commas. */
function parsed(piece: Uint8Array): readonly JsonObject[] {
  const items = parseJson(`[${Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('utf8')}]`);
  return Array.isArray(items) ? items.filter((item: Json): item is JsonObject => isJsonObject(item)) : [];
}

function named(item: JsonObject, id: string): JsonObject {
  return typeof item['id'] === 'string' ? item : { ...item, id };
}
