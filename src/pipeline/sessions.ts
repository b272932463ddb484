import { totalInput, type Usage } from '../ir/usage.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Target } from '../providers/provider.ts';
import { type Affinity, affinityOf } from '../routing/affinity.ts';
import type { RoutePlan } from '../routing/plan.ts';
import { type BoundedMap, boundedMap } from './bounded-map.ts';
import { deploymentKey } from './source.ts';

/** Who served each session last. In memory and bounded: forgetting one costs nothing but a try.
 *  @property last      the deployment, whatever was asked for, as `deploymentKey` names it.
 *  @property affinity  who served when the session last asked for this slug. @param now  ms since the epoch.
 *  @property give      keeps what a plan gave a task to, of a session that is known. @param task  its key.
 *  @property given     by route, the target that a task was given to last.
 *  @property size      what its calls turned out to count.
 *  @property measured  hears of it. @param estimated  tokens of the call, as they were estimated from its bytes alone. */
export type Sessions = {
  readonly last: (sessionId: string) => string | undefined;
  readonly affinity: (sessionId: string, asked: string, now: number) => Affinity | undefined;
  readonly remember: (sessionId: string, asked: string, target: Target, now: number) => void;
  readonly give: (sessionId: string, task: string, given: ReadonlyMap<string, string>) => void;
  readonly given: (sessionId: string, task: string) => ReadonlyMap<string, string> | undefined;
  readonly size: (sessionId: string) => SessionSize | undefined;
  readonly measured: (sessionId: string, asked: string, estimated: number, usage: Usage) => void;
};

/** @property ratio   true tokens for each that was estimated: other languages and other vocabularies.
 *  @property output  tokens of its replies, the latest counting most. */
export type SessionSize = { readonly ratio: number; readonly output: number };

/** A rule for calls of this kind chose the model: that must not lead the session's other calls there. */
export function rememberedAs(asked: string, { ruled }: Pick<RoutePlan, 'ruled'>): string {
  return ruled === undefined ? asked : `${asked} (${ruled})`;
}

const MAX_SESSIONS = 10_000;
/** A session that asks for more slugs than these forgets the oldest. */
const MAX_SLUGS = 8;
/** A session is a person and some sub-agents, each with a task at a time. */
const MAX_TASKS = 32;

/** What most providers grant a cache that nobody reads, where theirs is not documented. */
export const USUAL_LIFETIME_MS = 5 * 60_000;

export function cacheLifetimeMs({ model }: Target): number {
  const { cache, cacheLifetime } = dialectFor(model);
  if (cacheLifetime === '1h') return 60 * 60_000;
  const { ttlSeconds } = cache ?? {};
  return ttlSeconds === undefined ? USUAL_LIFETIME_MS : ttlSeconds * 1_000;
}

/** What tokenizers and languages make of it; beyond that something else was counted, such as images. */
const LEAST_RATIO = 0.25;
const MOST_RATIO = 4;
/** How much the latest reply counts for what is usual. */
const LATEST = 0.3;

type Session = {
  last: string;
  size?: SessionSize;
  readonly served: Map<string, { readonly target: Affinity; readonly until: number }>;
  readonly tasks: BoundedMap<string, ReadonlyMap<string, string>>;
};

export function createSessions(): Sessions {
  const sessions = boundedMap<string, Session>(MAX_SESSIONS);
  return {
    last: (sessionId) => sessions.get(sessionId)?.last,
    affinity: (sessionId, asked, now) => {
      const served = sessions.get(sessionId)?.served.get(asked);
      return served === undefined ? undefined : { ...served.target, warm: now < served.until };
    },
    remember: (sessionId, asked, target, now) => {
      const session = sessions.get(sessionId) ?? { last: '', served: new Map(), tasks: boundedMap(MAX_TASKS) };
      session.last = deploymentKey(target);
      session.served.delete(asked);
      session.served.set(asked, { target: affinityOf(target, true), until: now + cacheLifetimeMs(target) });
      const [oldest] = session.served.keys();
      if (session.served.size > MAX_SLUGS && oldest !== undefined) session.served.delete(oldest);
      sessions.set(sessionId, session);
    },
    give: (sessionId, task, given) => {
      const tasks = sessions.get(sessionId)?.tasks;
      if (given.size > 0) tasks?.set(task, new Map([...(tasks.get(task) ?? []), ...given]));
    },
    given: (sessionId, task) => sessions.get(sessionId)?.tasks.get(task),
    size: (sessionId) => sessions.get(sessionId)?.size,
    measured: (sessionId, asked, estimated, usage) => {
      const session = sessions.get(sessionId);
      const input = totalInput(usage);
      // Servers that count nothing say 0.
      if (session === undefined || input === 0 || estimated <= 0) return;
      const ratio = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, input / estimated));
      const { size } = session;
      session.size = {
        ratio,
        output: size === undefined ? usage.output : size.output + LATEST * (usage.output - size.output),
      };
      const served = session.served.get(asked);
      if (served !== undefined) {
        session.served.set(asked, { ...served, target: { ...served.target, cachedTokens: input } });
      }
    },
  };
}
