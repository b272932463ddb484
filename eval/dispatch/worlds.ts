import { stableHash } from '../../src/routing/stable-hash.ts';
import { seededRandom } from '../../src/statistics/random.ts';
import { capacity, eightUnlike } from './deployments.ts';
import { episodesOf, type Regime } from './episodes.ts';
import { type Outcome, type Policy, simulate, type World } from './simulate.ts';
import { atLoad, meanSizes, type Requests } from './traces.ts';

/** A seed's deployments, their episodes, and a trace at a load.
 *  @param load    share of what all deployments together can go on serving while they are well.
 *  @param regime  undefined: nothing goes wrong. */
export function worldOf(trace: Requests, seed: number, load: number, regime: Regime | undefined): World {
  const deployments = eightUnlike(seededRandom(stableHash(`${seed} deployments`)));
  const sizes = meanSizes(trace);
  const all = deployments.reduce((sum, one) => sum + capacity(one, sizes.input, sizes.output), 0);
  const requests = atLoad(trace, load, all);
  const span = requests.arrival.at(-1) ?? 0;
  const random = seededRandom(stableHash(`${seed} episodes`));
  const episodes = regime === undefined ? [] : episodesOf(deployments.length, span, regime, random);
  return { deployments, episodes, requests };
}

/** The servers' noise and the draws of a policy are the seed's own, so that policies of a seed are pairs. */
export function runOf(world: World, policy: Policy, seed: number): Outcome {
  return simulate(world, policy, (purpose) => seededRandom(stableHash(`${seed} ${purpose}`)));
}
