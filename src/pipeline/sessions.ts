import { dialectFor } from '../providers/dialect.ts';
import type { Target } from '../providers/provider.ts';
import { type Affinity, affinityOf } from '../routing/affinity.ts';
import { boundedMap } from './bounded-map.ts';
import { deploymentKey } from './source.ts';

/** Who served each session last. In memory and bounded: forgetting one costs nothing but a try.
 *  @property last      the deployment, whatever was asked for, as `deploymentKey` names it.
 *  @property affinity  who served when the session last asked for this slug. @param now  ms since the epoch. */
export type Sessions = {
  readonly last: (sessionId: string) => string | undefined;
  readonly affinity: (sessionId: string, asked: string, now: number) => Affinity | undefined;
  readonly remember: (sessionId: string, asked: string, target: Target, now: number) => void;
};

const MAX_SESSIONS = 10_000;
/** A session that asks for more slugs than these forgets the oldest. */
const MAX_SLUGS = 8;

/** What most providers grant a cache that nobody reads, where theirs is not documented. */
export const USUAL_LIFETIME_MS = 5 * 60_000;

export function cacheLifetimeMs({ model }: Target): number {
  const { cache, cacheLifetime } = dialectFor(model);
  if (cacheLifetime === '1h') return 60 * 60_000;
  const { ttlSeconds } = cache ?? {};
  return ttlSeconds === undefined ? USUAL_LIFETIME_MS : ttlSeconds * 1_000;
}

type Session = { last: string; readonly served: Map<string, { readonly target: Affinity; readonly until: number }> };

export function createSessions(): Sessions {
  const sessions = boundedMap<string, Session>(MAX_SESSIONS);
  return {
    last: (sessionId) => sessions.get(sessionId)?.last,
    affinity: (sessionId, asked, now) => {
      const served = sessions.get(sessionId)?.served.get(asked);
      return served === undefined ? undefined : { ...served.target, warm: now < served.until };
    },
    remember: (sessionId, asked, target, now) => {
      const session = sessions.get(sessionId) ?? { last: '', served: new Map() };
      session.last = deploymentKey(target);
      session.served.delete(asked);
      session.served.set(asked, { target: affinityOf(target, true), until: now + cacheLifetimeMs(target) });
      const [oldest] = session.served.keys();
      if (session.served.size > MAX_SLUGS && oldest !== undefined) session.served.delete(oldest);
      sessions.set(sessionId, session);
    },
  };
}
