import type { JsonObject } from '../../ir/json.ts';
import { contentParts } from './encode-content.ts';

const MARK: JsonObject = { type: 'ephemeral' };

/** Marks where a provider with explicit caching may cut: after the leading instructions, which never change, and after
 *  the last two messages that are not the model's own, so that the next request finds this one's prefix. */
export function markCachePoints(messages: readonly JsonObject[]): readonly JsonObject[] {
  const points = new Set<number>();
  const opening = messages.findIndex((message) => !isInstruction(message));
  if (opening > 0) points.add(opening - 1);
  let inputs = 0;
  for (let at = messages.length - 1; at >= 0 && inputs < 2; at -= 1) {
    const role = messages[at]?.['role'];
    if (role !== 'user' && role !== 'tool') continue;
    points.add(at);
    inputs += 1;
  }
  return messages.map((message, at) => (points.has(at) ? marked(message) : message));
}

function isInstruction(message: JsonObject): boolean {
  return message['role'] === 'system' || message['role'] === 'developer';
}

function marked(message: JsonObject): JsonObject {
  const parts = contentParts(message['content']);
  const last = parts.at(-1);
  if (last === undefined) return message;
  return { ...message, content: [...parts.slice(0, -1), { ...last, cache_control: MARK }] };
}
