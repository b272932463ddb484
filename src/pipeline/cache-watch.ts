import type { Attempt } from '../ir/attempt.ts';
import type { Usage } from '../ir/usage.ts';
import { asIfFound, type CacheBreak, type CacheCause, lostTokens } from '../metering/cache-break.ts';
import type { Target } from '../providers/provider.ts';
import { type Affinity, affinityOf } from '../routing/affinity.ts';
import type { RoutePlan } from '../routing/plan.ts';
import type { RequestBody } from '../upstream/upstream.ts';
import { type BoundedMap, boundedMap } from './bounded-map.ts';
import { comparedText, comparePrefix, type PrefixComparison, type PrefixPrint, printOf } from './prefix-print.ts';
import { cacheLifetimeMs } from './sessions.ts';

/** What each thread's last request left behind, in memory and bounded: after a restart a thread begins anew. */
export type CacheThreads = BoundedMap<string, ThreadTrace>;

/** @property asked    the slug; another one is the client's own change of model.
 *  @property anew     the history was, or will be, another one: the client compacts it.
 *  @property endedAt  ms since the epoch. */
type ThreadTrace = {
  readonly asked: string;
  readonly anew: boolean;
  readonly served: Affinity;
  readonly lifetimeMs: number;
  readonly usage: Usage;
  readonly endedAt: number;
  readonly print: PrefixPrint | undefined;
};

const MAX_THREADS = 2_000;

export function createCacheThreads(): CacheThreads {
  return boundedMap(MAX_THREADS);
}

/** One request of a thread, from its body to its usage.
 *  @property sent   hears of each body that goes out.
 *  @property ended  hears of the usage, once. @returns why the cache was not found, where it was not. */
export type CacheWatch = {
  readonly sent: (body: RequestBody) => void;
  readonly ended: (end: CacheEnd) => CacheBreak | undefined;
};

/** @property startedAt  ms since the epoch, as `now`.
 *  @property price      nano-USD of a call of the target; undefined where it is unpriced. */
export type CacheEnd = {
  readonly target: Target;
  readonly usage: Usage;
  readonly plan: Pick<RoutePlan, 'targets'>;
  readonly attempts: readonly Attempt[];
  readonly startedAt: number;
  readonly now: number;
  readonly price: (usage: Usage) => number | undefined;
};

/** @param thread  undefined where the client names none: nothing is watched then. */
export function watchCache(
  threads: CacheThreads,
  thread: string | undefined,
  request: { readonly asked: string; readonly requestKind?: string },
): CacheWatch {
  if (thread === undefined) return { sent: () => undefined, ended: () => undefined };
  const before = threads.get(thread);
  let print: PrefixPrint | undefined;
  let compared: PrefixComparison | undefined;
  return {
    sent: (body) => {
      print = undefined;
      compared = undefined;
      // The client's own bytes are edited in place, never reordered: what they lose of a prefix the client lost.
      if (typeof body !== 'string') return;
      const text = comparedText(body);
      const known = before?.print;
      if (known === undefined) print = printOf(text);
      else {
        compared = comparePrefix(known, text);
        print = printOf(text, { before: known, kept: compared.kept });
      }
    },
    ended: (end) => {
      const anew = request.requestKind === 'compaction';
      const served = affinityOf(end.target, true);
      threads.set(thread, {
        asked: request.asked,
        anew,
        served,
        lifetimeMs: cacheLifetimeMs(end.target),
        usage: end.usage,
        endedAt: end.now,
        print,
      });
      if (before === undefined || before.asked !== request.asked || before.anew || anew) return undefined;
      const lost = lostTokens(before.usage, end.usage);
      const move = moved(before, served, end);
      if (move === undefined && lost === 0) return undefined;
      const cause = move ?? causeOf(before, compared, end.startedAt - before.endedAt);
      return { ...cause, lostTokens: lost, ...extraCost(lost, end) };
    },
  };
}

function causeOf(before: ThreadTrace, compared: PrefixComparison | undefined, idleMs: number): CacheCause {
  if (compared !== undefined && compared.kept < compared.of) return { cause: 'changed', ...compared };
  if (idleMs > before.lifetimeMs) return { cause: 'cold', idleMs };
  return compared === undefined ? { cause: 'unknown' } : { cause: 'evicted', of: compared.of };
}

function moved({ served: from }: ThreadTrace, to: Affinity, end: CacheEnd): CacheCause | undefined {
  const samePlace = from.provider === to.provider && from.upstreamId === to.upstreamId;
  if (samePlace && from.credentialId === to.credentialId) return undefined;
  const place = `${from.provider}/${from.upstreamId}`;
  const key = samePlace && from.credentialId !== undefined ? `, key ${from.credentialId}` : '';
  return { cause: 'moved', from: `${place}${key}`, why: whyMoved(from, end) };
}

function whyMoved(from: Affinity, { plan, attempts }: CacheEnd): 'failed' | 'gone' | 'cold' {
  const isHolder = (provider: string, model: string, key: string | undefined): boolean =>
    provider === from.provider && model === from.upstreamId && key === from.credentialId;
  if (attempts.some((one) => one.failure !== undefined && isHolder(one.provider, one.model, one.credentialId)))
    return 'failed';
  const isPlanned = plan.targets.some(({ model, credential }) =>
    isHolder(model.provider.id, model.upstreamId, credential?.id),
  );
  return isPlanned ? 'cold' : 'gone';
}

function extraCost(lost: number, { usage, price }: CacheEnd): { readonly lostNanoUsd?: number } {
  const [paid, found] = [price(usage), price(asIfFound(usage, lost))];
  return paid === undefined || found === undefined ? {} : { lostNanoUsd: Math.max(0, paid - found) };
}
