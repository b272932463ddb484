import type { NonEmpty } from '../ir/non-empty.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { Credential, Model, Target } from '../providers/provider.ts';

/** One target for each of the provider's keys. The first is the session's own, the same for every call of a session,
 *  since a provider's prompt cache belongs to one account; the others follow in the order of the file.
 *  @param heldKey  the id of the key that served the session last: it wins over the one that the session's id picks. */
export function targetsOf(model: Model, sessionId: string | undefined, heldKey?: string): NonEmpty<Target> {
  const { credentials } = model.provider;
  if (!isNonEmpty(credentials)) return [{ model, credential: null }];
  const held = credentials.findIndex(({ id }) => id === heldKey);
  const first = held !== -1 ? held : sessionId === undefined ? 0 : stableHash(sessionId) % credentials.length;
  const rotated: readonly Credential[] = [...credentials.slice(first), ...credentials.slice(0, first)];
  const targets = rotated.map((credential): Target => ({ model, credential }));
  return isNonEmpty(targets) ? targets : [{ model, credential: null }];
}

/** FNV-1a over UTF-16 code units, 32 bits: the same on every machine and after every restart.
 *  Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
