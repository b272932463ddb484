import { shuffled } from '../../../src/statistics/random.ts';
import type { Policy } from '../simulate.ts';
import { EPOCH } from '../simulate.ts';
import { withKnownLimits } from './known-limits.ts';

/** Finagle's: after this long an old sample counts 1/e. */
const DECAY_MS = 10_000;

/** Peak-EWMA with two choices, as Finagle and its descendants have it: two of the candidates at random, the better first;
 *  a deployment's load is its average time to first token, which jumps up to a slower sample at once and comes down
 *  slowly, times its calls under way and this one. A failure counts with the time that it took, where that is more than
 *  the average: so one that fails fast gains nothing by it. The others follow in random order.
 *  Source: https://twitter.github.io/finagle/guide/Clients.html */
export const peakEwma: Policy = {
  name: 'peak-ewma, two choices',
  begin: (world, random) => {
    const state = world.deployments.map(() => ({ cost: 0, at: EPOCH, flying: 0 }));
    const starts = new Map<string, number>();
    const indexes = new Map(world.deployments.map(({ model }, index) => [model.provider.id, index]));
    const sample = (index: number, value: number, now: number, failed: boolean): void => {
      const one = state[index];
      if (one === undefined || (failed && value <= one.cost)) return;
      const weight = Math.exp(-Math.max(0, now - one.at) / DECAY_MS);
      one.cost = value > one.cost ? value : one.cost * weight + value * (1 - weight);
      one.at = now;
    };
    const load = (index: number, now: number): number => {
      const one = state[index];
      if (one === undefined) return 0;
      // Without news the average comes down, so that one that was slow is tried again.
      const cost = one.cost * Math.exp(-Math.max(0, now - one.at) / DECAY_MS);
      // Finagle's penalty for one that was never heard of and has calls under way.
      return cost === 0 && one.flying > 0 ? 1e9 + one.flying : cost * (one.flying + 1);
    };
    const dispatcher = withKnownLimits(world, (candidates, _asked, now) => {
      const [one = 0, other, ...rest] = shuffled(candidates, random);
      if (other === undefined) return [one];
      return load(one, now) <= load(other, now) ? [one, other, ...rest] : [other, one, ...rest];
    });
    return {
      plan: dispatcher.plan,
      observe: (event, asked) => {
        dispatcher.observe(event, asked);
        const index = indexes.get(event.type === 'attempt-end' ? event.attempt.provider : event.provider) ?? -1;
        const one = state[index];
        if (one === undefined) return;
        if (event.type === 'attempt-start') {
          one.flying += 1;
          starts.set(event.id, event.at);
        } else if (event.type === 'attempt-first-token') {
          sample(index, event.at - (starts.get(event.id) ?? event.at), event.at, false);
        } else if (event.type === 'attempt-end') {
          one.flying -= 1;
          const startedAt = starts.get(event.id ?? '') ?? event.at;
          starts.delete(event.id ?? '');
          if (event.attempt.failure !== undefined) sample(index, event.at - startedAt, event.at, true);
        }
      },
    };
  },
};
