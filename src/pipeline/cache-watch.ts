import type { Attempt } from '../ir/attempt.ts';
import type { Usage } from '../ir/usage.ts';
import { asIfFound, type CacheBreak, type CacheCause, lostTokens } from '../metering/cache-break.ts';
import type { Target } from '../providers/provider.ts';
import { type Affinity, affinityOf } from '../routing/affinity.ts';
import type { RoutePlan } from '../routing/plan.ts';
import { type BoundedMap, boundedMap } from './bounded-map.ts';
import { comparePrefix, type PrefixComparison, type PrefixPrint, printOf, withoutMarks } from './prefix-print.ts';
import type { Prompt } from './prompt.ts';
import { cacheLifetimeMs } from './sessions.ts';

/** What the last requests of each thread left behind, in memory and bounded: after a restart a thread begins anew. */
export type CacheThreads = BoundedMap<string, readonly ThreadTrace[]>;

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
/** Conversations of one session that are told apart, where the client names the session alone: sub-agents, titles. */
const MAX_CONVERSATIONS = 8;
/** Such a session's request belongs to the conversation of which it repeats the most, and this much at the least. */
const SAME_CONVERSATION = 0.5;

export function createCacheThreads(): CacheThreads {
  return boundedMap(MAX_THREADS);
}

/** One request of a thread, from its body to its usage.
 *  @property sent   hears of each prompt that goes out.
 *  @property ended  hears of the usage, once. @returns why the cache was not found, where it was not. */
export type CacheWatch = {
  readonly sent: (prompt: () => Prompt) => void;
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

/** @property thread      undefined where the client names none: nothing is watched then.
 *  @property oneAtATime  the name stands for one conversation, not for a session that may have several. */
export type WatchedThread = { readonly thread: string | undefined; readonly oneAtATime: boolean };

export function watchCache(
  threads: CacheThreads,
  { thread, oneAtATime }: WatchedThread,
  request: { readonly asked: string; readonly requestKind?: string },
): CacheWatch {
  if (thread === undefined) return { sent: () => undefined, ended: () => undefined };
  const traces = threads.get(thread) ?? [];
  const anew = request.requestKind === 'compaction';
  let print: PrefixPrint | undefined;
  let match: Match | undefined;
  return {
    sent: (prompt) => {
      const { form, text } = prompt();
      const bare: Prompt = { form, text: withoutMarks(text) };
      const best = bestMatch(oneAtATime ? traces : traces.filter(({ asked }) => asked === request.asked), bare);
      print = printOf(bare, best);
      if (best === undefined) match = latest(traces);
      else match = oneAtATime || best.kept >= SAME_CONVERSATION * best.of ? best : undefined;
    },
    ended: (end) => {
      const served = affinityOf(end.target, true);
      const lifetimeMs = cacheLifetimeMs(end.target);
      const trace = { asked: request.asked, anew, served, lifetimeMs, usage: end.usage, endedAt: end.now, print };
      const others = traces.filter((one) => one !== match?.trace);
      threads.set(thread, [...(oneAtATime ? [] : others), trace].slice(-MAX_CONVERSATIONS));
      if (match === undefined || match.trace.asked !== request.asked || match.trace.anew || anew) return undefined;
      const lost = lostTokens(match.trace.usage, end.usage);
      const move = moved(match.trace, served, end);
      if (move === undefined && lost === 0) return undefined;
      const cause = move ?? causeOf(match, end.startedAt - match.trace.endedAt);
      return { ...cause, lostTokens: lost, ...extraCost(lost, end) };
    },
  };
}

/** An earlier request of the same conversation. @property kept  of its print: absent where it has none to compare. */
type Match = { readonly trace: ThreadTrace; readonly compared?: PrefixComparison };
type Compared = Match & { readonly before: PrefixPrint; readonly kept: number; readonly of: number };

function latest(traces: readonly ThreadTrace[]): Match | undefined {
  const trace = traces.at(-1);
  return trace === undefined ? undefined : { trace };
}

function bestMatch(traces: readonly ThreadTrace[], prompt: Prompt): Compared | undefined {
  let best: Compared | undefined;
  for (const trace of traces) {
    const { print: before } = trace;
    if (before?.form !== prompt.form) continue;
    const compared = comparePrefix(before, prompt);
    const { kept, of } = compared;
    if (best === undefined || kept >= best.kept) best = { trace, compared, before, kept, of };
  }
  return best;
}

function causeOf({ trace, compared }: Match, idleMs: number): CacheCause {
  if (compared !== undefined && compared.kept < compared.of) return { cause: 'changed', ...compared };
  if (idleMs > trace.lifetimeMs) return { cause: 'cold', idleMs };
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
