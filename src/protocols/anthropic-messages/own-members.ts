import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Extensions } from '../../ir/request.ts';

/** The member of a part's extensions that holds the whole block as the client sent it, where the part itself is only
 *  what others can be told of it. */
export const WHOLE_BLOCK = 'block';

/** Members without a neutral form, for a provider of this protocol alone (`cache_control`, `citations`).
 *  @param known  members that are carried otherwise. */
export function ownMembers(from: JsonObject, known: ReadonlySet<string>): { readonly extensions?: Extensions } {
  const rest: { [key: string]: Json } = {};
  let any = false;
  for (const [key, value] of Object.entries(from)) {
    if (known.has(key) || value === undefined || value === null) continue;
    rest[key] = value;
    any = true;
  }
  return any ? { extensions: { 'anthropic-messages': rest } } : {};
}

/** @param block  goes to a provider of this protocol as it came. */
export function wholeBlock(block: JsonObject): { readonly extensions: Extensions } {
  return { extensions: { 'anthropic-messages': { [WHOLE_BLOCK]: block } } };
}

/** What of it a target takes: a full implementation all, another server at most the marks of its cache. */
export function membersFor(extensions: Extensions | undefined, dialect: Dialect): JsonObject {
  const { [CACHE_MARK]: mark, [WHOLE_BLOCK]: _, ...rest } = extensions?.['anthropic-messages'] ?? {};
  return {
    ...(dialect.tools.native ? rest : {}),
    ...(mark !== undefined && dialect.cacheBreakpoints ? { [CACHE_MARK]: mark } : {}),
  };
}

/** The block as the client sent it, for a target that knows all of the protocol. */
export function blockFor(extensions: Extensions | undefined, dialect: Dialect): JsonObject | undefined {
  const block = dialect.tools.native ? extensions?.['anthropic-messages']?.[WHOLE_BLOCK] : undefined;
  return isJsonObject(block) ? block : undefined;
}

/** The member that marks the end of a stable prefix. */
export const CACHE_MARK = 'cache_control';

/** The extension that marks a system message as one of the conversation, not of `system`. */
export const IN_PLACE = 'in_place';
