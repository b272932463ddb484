import type { Failure } from '../ir/failure.ts';
import type { Model, Target } from '../providers/provider.ts';
import { SHORT_WAIT_MS, type Standing } from '../routing/dispatch/standing.ts';
import { wasReset } from './transport-failure.ts';

/** What a call does next. @property afterMs  of a wait: when to look again at the latest. */
export type Next =
  | { readonly do: 'try'; readonly target: Target }
  | { readonly do: 'wait'; readonly afterMs?: number }
  | { readonly do: 'end' };

/** What one call has tried so far.
 *  @property next    the first target that is free; where all are busy, a wait; those that are limited for long come last.
 *  @property failed  hears of each try that failed before the commit point.
 *  @property print   the same for two calls that have the same left to try. */
export type Tries = {
  readonly next: (targets: readonly Target[], standing: (target: Target) => Standing, now: number) => Next;
  readonly failed: (target: Target, failure: Failure, unanswered: boolean, now: number) => void;
  readonly print: () => string;
};

/** A target that asked for a short wait is tried so often in all: who asks for another is not believed. */
const MAX_TRIES = 2;

type Tried = { readonly count: number; readonly over: boolean; readonly notBefore: number };

export function createTries(): Tries {
  const tried = new Map<string, Tried>();
  /** Models for which the conversation is too long. */
  const overflowed: Model[] = [];
  return {
    next: (targets, standing, now) => {
      let limited: Target | undefined;
      let busy = false;
      let afterMs: number | undefined;
      for (const target of targets) {
        const before = tried.get(keyOf(target));
        if (before?.over === true || isTooSmall(target.model, overflowed)) continue;
        const found = standingOf(before, standing(target), now);
        if (found.state === 'free') return { do: 'try', target };
        if (found.state === 'limited') limited ??= target;
        else {
          busy = true;
          if (found.freeInMs !== undefined) afterMs = Math.min(afterMs ?? found.freeInMs, found.freeInMs);
        }
      }
      if (busy) return { do: 'wait', ...(afterMs === undefined ? {} : { afterMs }) };
      return limited === undefined ? { do: 'end' } : { do: 'try', target: limited };
    },
    failed: (target, failure, unanswered, now) => {
      if (failure.kind === 'context-overflow') overflowed.push(target.model);
      const key = keyOf(target);
      const count = (tried.get(key)?.count ?? 0) + 1;
      const waitMs = shortWaitMs(failure);
      const again = waitMs === undefined ? unanswered && wasReset(failure) && count === 1 : count < MAX_TRIES;
      tried.set(key, { count, over: !again, notBefore: now + (waitMs ?? 0) });
    },
    print: () => [...tried].map(([key, { over }]) => (over ? key : '')).join(),
  };
}

/** What was too long for a model is so whichever of its keys is used, and too long for every smaller window. */
function isTooSmall(model: Model, overflowed: readonly Model[]): boolean {
  if (overflowed.length === 0) return false;
  const window = model.facts.contextWindow ?? Number.POSITIVE_INFINITY;
  return overflowed.some((one) => one.slug === model.slug || window <= (one.facts.contextWindow ?? 0));
}

/** What the target asked this very call to wait counts beside what is known of it. */
function standingOf(before: Tried | undefined, known: Standing, now: number): Standing {
  const waitMs = (before?.notBefore ?? 0) - now;
  if (waitMs <= 0) return known;
  return { state: 'busy', freeInMs: Math.max(waitMs, known.state === 'busy' ? (known.freeInMs ?? 0) : 0) };
}

function shortWaitMs({ kind, retryAfterMs }: Failure): number | undefined {
  const mayPass = kind === 'rate-limited' || kind === 'overloaded';
  return mayPass && retryAfterMs !== undefined && retryAfterMs <= SHORT_WAIT_MS ? retryAfterMs : undefined;
}

/** The same for targets that are one for a call. */
export function keyOf({ model, credential }: Target): string {
  return `${model.slug} ${credential?.id ?? ''}`;
}
