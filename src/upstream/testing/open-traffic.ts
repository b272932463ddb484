import { createQueue } from '../queue.ts';
import type { Traffic } from '../traffic.ts';

/** Traffic in which every target is always free. */
export function openTraffic(more: Partial<Traffic> = {}): Traffic {
  return {
    standing: () => ({ state: 'free' }),
    started: () => ({ firstToken: () => {}, ended: () => {} }),
    waiting: () => () => {},
    queue: createQueue(() => ({ length: 10, waitMs: 2_000 }), Date.now),
    ...more,
  };
}
