import type { JsonObject } from '../../ir/json.ts';
import { turnsToMark } from '../cache-marks.ts';

/** The body's parts in the order in which the provider caches them. */
type Prefix = {
  readonly tools: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly messages: readonly { readonly role: string; readonly content: readonly JsonObject[] }[];
};

const CACHE_CONTROL = { type: 'ephemeral' };
const MAX_MARKS = 4;

/** Marks the ends of what stays the same from request to request, four at most: the instructions, which the tools stand
 *  before, and three turns of the user. The tools get one of their own where there is room, in a short conversation:
 *  what shares them and nothing else, as a sub-agent does, begins then.
 *  @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export function placeBreakpoints(prefix: Prefix): Prefix {
  const turns = prefix.messages.map(({ role, content }) => ({
    speaker: role === 'user' ? ('others' as const) : ('model' as const),
    blocks: content.length,
  }));
  const ends = new Set(turnsToMark(turns));
  const used = ends.size + (prefix.system.length === 0 ? 0 : 1);
  return {
    tools: used < MAX_MARKS ? markLast(prefix.tools) : prefix.tools,
    system: markLast(prefix.system),
    messages: prefix.messages.map((turn, at) => (ends.has(at) ? { ...turn, content: markLast(turn.content) } : turn)),
  };
}

function markLast(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const last = blocks.at(-1);
  return last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, cache_control: CACHE_CONTROL }];
}
