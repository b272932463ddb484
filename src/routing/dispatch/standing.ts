import type { Target } from '../../providers/provider.ts';
import { atCapacity, keyLimitOf, keyOf, limitOf, type Situation } from './hard-limits.ts';
import type { Health } from './health.ts';
import { ofKey } from './rate-windows.ts';

/** May a call go to a target now? `busy`: not yet, but soon: its places are taken, it asked for a moment's patience, or
 *  one call tries whether its patience is over. `limited`: it has said no for long, so that it is the last to be tried.
 *  @property freeInMs  when a busy one is free at the latest; absent where that depends on other calls. */
export type Standing =
  | { readonly state: 'free' }
  | { readonly state: 'busy'; readonly freeInMs?: number }
  | { readonly state: 'limited' };

/** A wait up to this long, in ms, that a provider asks for is kept by the gateway; a longer one is told to the client. */
export const SHORT_WAIT_MS = 15_000;

/** How a target of a plan stands, key and all. The breaker is not asked again: it has had its say in the plan.
 *  @param inputTokens  of the request, as estimated. */
export function standingOf({ model, credential }: Target, inputTokens: number, situation: Situation): Standing {
  const { health, now } = situation;
  const limit =
    keyLimitOf(model, credential?.id ?? '', inputTokens, situation) ?? limitOf(model, inputTokens, [model], situation);
  if (limit !== undefined && limit.code !== 'breaker') {
    const freeInMs = limit.until === undefined ? Number.POSITIVE_INFINITY : limit.until - now;
    return freeInMs <= SHORT_WAIT_MS ? { state: 'busy', freeInMs } : LIMITED;
  }
  if (atCapacity(model, health) !== undefined) return BUSY;
  return isProbed(health, keyOf(model), credential?.id ?? '') ? BUSY : FREE;
}

const FREE: Standing = { state: 'free' };
const BUSY: Standing = { state: 'busy' };
const LIMITED: Standing = { state: 'limited' };

/** A key whose limit has passed is not met by all who waited at once: while no call has gone well since, one at a time
 *  tries, until its first token. */
function isProbed(health: Health, key: string, credentialId: string): boolean {
  const known = health.get(key);
  if (known === undefined || !known.keys.has(credentialId)) return false;
  return ofKey(known.flights, credentialId).some(({ firstTokenAt }) => firstTokenAt === undefined);
}
