import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import { turnsToMark } from '../cache-marks.ts';
import { CACHE_MARK } from './own-members.ts';

/** The body's parts in the order in which the provider caches them. */
type Prefix = {
  readonly tools: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly messages: readonly { readonly role: string; readonly content: readonly JsonObject[] }[];
};

const MAX_MARKS = 4;

/** Marks the ends of what stays the same from request to request, four at most: the instructions, which the tools stand
 *  before, and three turns of the user. The tools get one of their own where there is room, in a short conversation:
 *  what shares them and nothing else, as a sub-agent does, begins then.
 *  @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export function placeBreakpoints(prefix: Prefix, mark: JsonObject): Prefix {
  const markLast = (blocks: readonly JsonObject[]): readonly JsonObject[] => {
    const last = blocks.at(-1);
    return last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, [CACHE_MARK]: mark }];
  };
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

/** Has the client placed its own marks? They win: it knows what of its conversation stays. */
export function hasBreakpoints(prefix: Prefix): boolean {
  return [prefix.tools, prefix.system, ...prefix.messages.map((turn) => turn.content)].some((blocks) =>
    blocks.some((block) => marksIn(block) > 0),
  );
}

/** The client's own marks, of which the API takes four: those that come last hold the most. */
export function keepBreakpoints(prefix: Prefix, losses: Loss[]): Prefix {
  const lists = [prefix.tools, prefix.system, ...prefix.messages.map((turn) => turn.content)];
  let surplus = lists.flat().reduce((sum, block) => sum + marksIn(block), 0) - MAX_MARKS;
  if (surplus <= 0) return prefix;
  losses.push({ path: CACHE_MARK, why: `The API takes ${MAX_MARKS} marks; the first ${surplus} were left out.` });
  const keep = (blocks: readonly JsonObject[]): readonly JsonObject[] =>
    blocks.map((block) => {
      const marks = marksIn(block);
      if (marks === 0 || surplus <= 0) return block;
      surplus -= marks;
      return unmarked(block);
    });
  return {
    tools: keep(prefix.tools),
    system: keep(prefix.system),
    messages: prefix.messages.map((turn) => ({ ...turn, content: keep(turn.content) })),
  };
}

/** A tool's result may hold marks of its own. */
function marksIn(block: JsonObject): number {
  const inner = Array.isArray(block['content']) ? block['content'] : [];
  const own = block[CACHE_MARK] === undefined ? 0 : 1;
  return own + inner.filter((one) => isJsonObject(one) && one[CACHE_MARK] !== undefined).length;
}

function unmarked(block: JsonObject): JsonObject {
  const { [CACHE_MARK]: _, content, ...rest } = block;
  if (!Array.isArray(content)) return content === undefined ? rest : { ...rest, content };
  return { ...rest, content: content.map((one) => (isJsonObject(one) ? unmarked(one) : one)) };
}
