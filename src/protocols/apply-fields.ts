import type { Dialect } from '../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';
import type { Loss, Translated } from '../ir/loss.ts';

/** The last step of every encoding: what the dialect says of top-level members. Defaults where the request has none,
 *  then members taken out, each a Loss, then members renamed. What a conversation adds to stands last, so that the body
 *  of one turn begins with that of the turn before.
 *  @param last  the members that a provider caches, in its own order; the last one holds the conversation. */
export function applyFields(
  body: JsonObject,
  dialect: Pick<Dialect, 'defaults' | 'drop' | 'rename'>,
  last: readonly string[],
): Translated<JsonObject> {
  const losses: Loss[] = [];
  const value: { [key: string]: Json | undefined } = { ...dialect.defaults, ...withoutAbsent(body) };
  for (const name of dialect.drop) {
    if (value[name] === undefined) continue;
    delete value[name];
    losses.push({ path: name, why: 'The provider does not take this member.' });
  }
  for (const [from, to] of Object.entries(dialect.rename)) {
    if (value[from] === undefined) continue;
    value[to] = value[from];
    delete value[from];
  }
  for (const name of last) {
    const member = value[name];
    delete value[name];
    if (member !== undefined) value[name] = member;
  }
  return { value, losses };
}

/** `body` with the member at `path` set; objects on the way are kept and made. Nothing is changed in place. */
export function setMember(body: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return body;
  const inner = body[name];
  return { ...body, [name]: rest.length === 0 ? value : setMember(isJsonObject(inner) ? inner : {}, rest, value) };
}

function withoutAbsent(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
