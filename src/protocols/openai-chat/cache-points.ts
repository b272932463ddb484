import type { Json, JsonObject } from '../../ir/json.ts';
import { type MarkableTurn, turnsToMark } from '../cache-marks.ts';
import { contentParts } from './encode-content.ts';

/** Marks where a provider with explicit caching may cut: after the leading instructions, which never change, and where
 *  requests of this conversation ended. What may be marked has its content as a list, marked or not, so that a mark
 *  which moves on leaves the same bytes behind. */
export function markCachePoints(messages: readonly JsonObject[], mark: JsonObject): readonly JsonObject[] {
  const opening = messages.findIndex((message) => !isInstruction(message));
  const leading = opening === -1 ? messages.length : opening;
  const turns = turnsOf(messages.slice(leading));
  const points = new Set(turnsToMark(turns).map((turn) => leading + (turns[turn]?.end ?? 0)));
  points.add(leading - 1);
  return messages.map((message, at) =>
    message['role'] === 'assistant' ? message : listed(message, points.has(at) ? mark : undefined),
  );
}

function isInstruction(message: JsonObject): boolean {
  return message['role'] === 'system' || message['role'] === 'developer';
}

/** Runs of messages of the model and of the others. @property end  where the last message of the run stands. */
function turnsOf(messages: readonly JsonObject[]): readonly (MarkableTurn & { readonly end: number })[] {
  const turns: { speaker: MarkableTurn['speaker']; blocks: number; end: number }[] = [];
  for (const [end, message] of messages.entries()) {
    const speaker = message['role'] === 'assistant' ? 'model' : 'others';
    const blocks = contentParts(message['content']).length + lengthOf(message['tool_calls']);
    const last = turns.at(-1);
    if (last?.speaker !== speaker) turns.push({ speaker, blocks, end });
    else {
      last.blocks += blocks;
      last.end = end;
    }
  }
  return turns;
}

function lengthOf(list: Json | undefined): number {
  return Array.isArray(list) ? list.length : 0;
}

function listed(message: JsonObject, mark: JsonObject | undefined): JsonObject {
  const parts = contentParts(message['content']);
  const last = parts.at(-1);
  if (last === undefined) return message;
  return {
    ...message,
    content: mark === undefined ? parts : [...parts.slice(0, -1), { ...last, cache_control: mark }],
  };
}
