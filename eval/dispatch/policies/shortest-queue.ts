import { shuffled } from '../../../src/statistics/random.ts';
import type { Policy } from '../simulate.ts';
import { withKnownLimits } from './known-limits.ts';

/** The one with the fewest calls under way; of equals any. */
export const shortestQueue: Policy = {
  name: 'shortest-queue',
  begin: (world, random) => {
    const flying = world.deployments.map(() => 0);
    const indexes = new Map(world.deployments.map(({ model }, index) => [model.provider.id, index]));
    const dispatcher = withKnownLimits(world, (candidates) =>
      shuffled(candidates, random).sort((one, other) => (flying[one] ?? 0) - (flying[other] ?? 0)),
    );
    return {
      plan: dispatcher.plan,
      observe: (event, asked) => {
        const change = event.type === 'attempt-start' ? 1 : event.type === 'attempt-end' ? -1 : 0;
        const provider = event.type === 'attempt-end' ? event.attempt.provider : event.provider;
        const index = indexes.get(provider) ?? -1;
        if (change !== 0) flying[index] = (flying[index] ?? 0) + change;
        dispatcher.observe(event, asked);
      },
    };
  },
};
