import type { NonEmpty } from '../ir/non-empty.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { Credential, Model, Target } from '../providers/provider.ts';
import { stableHash } from './stable-hash.ts';

/** One target for each of the provider's keys. The first is the session's own, the same for every call of a session,
 *  since a provider's prompt cache belongs to one account; the others follow in the order of the file.
 *  @param heldKey  the id of the key that served the session last: it wins over the one that the session's id picks.
 *  @param limited  is the key to be left alone now? Such keys are left out while there is another. */
export function targetsOf(
  model: Model,
  sessionId: string | undefined,
  heldKey?: string,
  limited: (credentialId: string) => boolean = () => false,
): NonEmpty<Target> {
  const { credentials } = model.provider;
  if (!isNonEmpty(credentials)) return [{ model, credential: null }];
  const held = credentials.findIndex(({ id }) => id === heldKey);
  const first = held !== -1 ? held : sessionId === undefined ? 0 : stableHash(sessionId) % credentials.length;
  const rotated: readonly Credential[] = [...credentials.slice(first), ...credentials.slice(0, first)];
  const free = rotated.filter(({ id }) => !limited(id));
  const targets = (free.length > 0 ? free : rotated).map((credential): Target => ({ model, credential }));
  return isNonEmpty(targets) ? targets : [{ model, credential: null }];
}
