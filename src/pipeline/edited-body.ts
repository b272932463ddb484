import type { JsonObject } from '../ir/json.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Provider, Target } from '../providers/provider.ts';
import { editPieces } from '../wire/json-edit.ts';

/** The original bytes with the model's own id, and without what the client tells of its person and machine. */
export function editedBody(
  body: Uint8Array,
  query: RouteQuery,
  { model }: Target,
  privateMembers: readonly string[],
): readonly Uint8Array[] {
  return editPieces(body, {
    ...(query.model === model.upstreamId ? {} : { model: JSON.stringify(model.upstreamId) }),
    ...(model.provider.clientMetadata === true ? {} : Object.fromEntries(privateMembers.map((name) => [name, null]))),
  });
}

/** The same for a body that was encoded anew. */
export function withoutPrivate(body: JsonObject, provider: Provider, privateMembers: readonly string[]): JsonObject {
  if (provider.clientMetadata === true || !privateMembers.some((name) => name in body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !privateMembers.includes(name)));
}
