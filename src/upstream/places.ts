import type { Failure } from '../ir/failure.ts';
import type { NonEmpty } from '../ir/non-empty.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { Standing } from '../routing/dispatch/standing.ts';
import type { Look, Waited } from './queue.ts';
import type { Traffic, UnderWay } from './traffic.ts';
import { keyOf, type Tries } from './tries.ts';

/** A call that looks for a place.
 *  @property targets  tried in order, up to the commit point: those that are free first.
 *  @property replan   the targets anew, after a wait: what was first may have changed. Absent: those that were given.
 *  @property kind     what was asked for: in the queue, calls of one kind and with the same targets wait for the same.
 *  @property inputTokens   an estimate.
 *  @property cachedTokens  of these, what is believed to lie in the prompt cache of this model; absent: nothing.
 *  @property ahead    its reply has begun already: it goes before all who wait.
 *  @property waited   hears how long the call waited for a place, in ms. */
export type PlacedCall = {
  readonly targets: NonEmpty<Target>;
  readonly replan?: () => NonEmpty<Target>;
  readonly kind: string;
  readonly signal: AbortSignal;
  readonly traffic: Traffic;
  readonly inputTokens: number;
  readonly cachedTokens?: (model: Model) => number;
  readonly ahead?: boolean;
  readonly now: () => number;
  readonly waited?: (ms: number) => void;
};

/** Where a call goes next. `none`: all were tried. `refused`: no place came free in time, or the client left. */
export type Place =
  | { readonly state: 'taken'; readonly target: Target; readonly underWay: UnderWay }
  | { readonly state: 'none' }
  | { readonly state: 'refused'; readonly failure: Failure };

/** Takes one place after the other for a call. What is taken is told at once, on the same stack as it was found free, so
 *  that no two calls take the same. */
export function createPlaces(call: PlacedCall, tries: Tries): { readonly take: () => Promise<Place> | Place } {
  const { traffic, now } = call;
  let targets: readonly Target[] = call.targets;
  let waitedMs = 0;
  const standing = (target: Target): Standing => traffic.standing(target, call.inputTokens);

  function look(): Look<Place> {
    const next = tries.next(targets, standing, now());
    switch (next.do) {
      case 'try':
        return {
          taken: {
            state: 'taken',
            target: next.target,
            underWay: traffic.started(next.target, call.inputTokens, call.cachedTokens?.(next.target.model) ?? 0),
          },
        };
      case 'wait':
        return next.afterMs === undefined ? {} : { afterMs: next.afterMs };
      case 'end':
        return { taken: NONE };
    }
  }

  function lookAnew(): Look<Place> {
    targets = call.replan?.() ?? targets;
    return look();
  }

  async function queued(): Promise<Place> {
    const { signal, ahead = false } = call;
    const kind = JSON.stringify([call.kind, tries.print(), ...targets.map(keyOf).sort()]);
    const waitsNoMore = traffic.waiting(targets.filter((target) => standing(target).state === 'busy'));
    try {
      const waited = await traffic.queue.wait(lookAnew, { kind, signal, waitedMs, ahead });
      waitedMs += waited.waitedMs;
      call.waited?.(waited.waitedMs);
      return waited.state === 'taken' ? waited.taken : { state: 'refused', failure: refusal(waited) };
    } finally {
      waitsNoMore();
    }
  }

  function refusal(waited: Waited<Place>): Failure {
    const providers = [...new Set(targets.map(({ model }) => model.provider.name))].join(', ');
    switch (waited.state) {
      case 'full':
        return busy(
          `Every place at ${providers} is taken, and as many calls wait for one as may (${traffic.queue.length()}).`,
        );
      case 'late':
        return busy(`No place at ${providers} came free within ${(waitedMs / 1_000).toFixed(1)} s.`);
      default:
        return { kind: 'cancelled', message: 'The client left.' };
    }
  }

  return {
    take: () => {
      // Those who wait were here before.
      if (call.ahead !== true) traffic.queue.letPass();
      return look().taken ?? queued();
    },
  };
}

const NONE: Place = { state: 'none' };

function busy(message: string): Failure {
  const mend = 'Raise `concurrency` at the provider, or `dispatch.queue`, in config.yaml.';
  return { kind: 'rate-limited', message, mend };
}
