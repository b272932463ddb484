import { stableHash } from '../../src/routing/stable-hash.ts';
import { seededRandom } from '../../src/statistics/random.ts';
import { capacity, eightUnlike } from '../dispatch/deployments.ts';
import type { World } from '../dispatch/simulate.ts';
import { atLoad, meanSizes, type Requests } from '../dispatch/traces.ts';
import { type Regime, troublesOf } from './regimes.ts';

/** A world with its troubles told as states. */
export type TroubledWorld = World & { readonly phases: ReturnType<typeof troublesOf> };

/** A seed's deployments, their troubles, and a trace at a load.
 *  @param load  share of what all deployments together can go on serving while they are well. */
export function troubledWorld(trace: Requests, seed: number, load: number, regime: Regime): TroubledWorld {
  const deployments = eightUnlike(seededRandom(stableHash(`${seed} deployments`)));
  const sizes = meanSizes(trace);
  const all = deployments.reduce((sum, one) => sum + capacity(one, sizes.input, sizes.output), 0);
  const even = atLoad(trace, load, all);
  const requests = regime.burst === true ? inBursts(even) : even;
  const span = requests.arrival.at(-1) ?? 0;
  const phases = troublesOf(deployments.length, span, regime, seededRandom(stableHash(`${seed} ${regime.name}`)));
  return { deployments, episodes: phases, phases, requests };
}

/** In every period a fifth of the time brings over half of the requests. */
const PERIOD_MS = 60_000;
const BURST_SHARE = 0.2;
const BURST_LOAD = 0.5;

function inBursts(requests: Requests): Requests {
  return {
    ...requests,
    arrival: requests.arrival.map((time) => {
      const period = Math.floor(time / PERIOD_MS);
      const at = (time % PERIOD_MS) / PERIOD_MS;
      const moved =
        at < BURST_LOAD
          ? (at / BURST_LOAD) * BURST_SHARE
          : BURST_SHARE + ((at - BURST_LOAD) / (1 - BURST_LOAD)) * (1 - BURST_SHARE);
      return (period + moved) * PERIOD_MS;
    }),
  };
}
