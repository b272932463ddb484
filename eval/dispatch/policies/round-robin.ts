import type { Policy } from '../simulate.ts';
import { withKnownLimits } from './known-limits.ts';

/** One after the other. */
export const roundRobin: Policy = {
  name: 'round-robin',
  begin: (world) => {
    let turn = 0;
    return withKnownLimits(world, (candidates) => {
      const first = turn++ % candidates.length;
      return [...candidates.slice(first), ...candidates.slice(0, first)];
    });
  },
};
