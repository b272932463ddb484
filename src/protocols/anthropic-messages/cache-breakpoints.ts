import type { JsonObject } from '../../ir/json.ts';

/** The body's parts in the order in which the provider caches them. */
type Prefix = {
  readonly tools: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly messages: readonly { readonly role: string; readonly content: readonly JsonObject[] }[];
};

const CACHE_CONTROL = { type: 'ephemeral' };

/** Marks the ends of what stays the same from request to request, four at most: the tools, the instructions, and the
 *  last two user turns. The older of those two is where the last request ended, so this one finds its cache there.
 *  @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export function placeBreakpoints(prefix: Prefix): Prefix {
  const userTurns = prefix.messages.flatMap((turn, at) => (turn.role === 'user' ? [at] : []));
  const ends = new Set(userTurns.slice(-2));
  return {
    tools: markLast(prefix.tools),
    system: markLast(prefix.system),
    messages: prefix.messages.map((turn, at) => (ends.has(at) ? { ...turn, content: markLast(turn.content) } : turn)),
  };
}

function markLast(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const last = blocks.at(-1);
  return last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, cache_control: CACHE_CONTROL }];
}
