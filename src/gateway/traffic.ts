import type { Attempt } from '../ir/attempt.ts';
import type { Provider } from '../providers/provider.ts';
import { createQueue, type QueueBounds } from '../upstream/queue.ts';
import type { Traffic } from '../upstream/traffic.ts';

/** @property bounds  of the queue, in the configuration of this moment.
 *  @property observe  hears of every attempt when it is over.
 *  @property now      ms since the epoch. */
export type TrafficParts = {
  readonly bounds: () => QueueBounds;
  readonly observe: (attempt: Attempt) => void;
  readonly now: () => number;
};

/** The gateway's view of its calls: how many run at each provider, and who waits for a place. */
export function createTraffic({ bounds, observe, now }: TrafficParts): Traffic {
  const running = new Map<string, number>();
  const queue = createQueue(bounds, now);
  const runningAt = ({ id }: Provider): number => running.get(id) ?? 0;
  return {
    queue,
    standing: ({ model: { provider } }) => {
      const { concurrency } = provider;
      return { state: concurrency !== undefined && runningAt(provider) >= concurrency ? 'busy' : 'free' };
    },
    started: ({ model: { provider } }) => void running.set(provider.id, runningAt(provider) + 1),
    ended: ({ model: { provider } }, attempt) => {
      const left = runningAt(provider) - 1;
      if (left > 0) running.set(provider.id, left);
      else running.delete(provider.id);
      observe(attempt);
      queue.changed();
    },
  };
}
