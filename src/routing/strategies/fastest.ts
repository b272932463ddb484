import { isNonEmpty } from '../../ir/non-empty.ts';
import { weightAt } from '../dispatch/average.ts';
import { keyOf } from '../dispatch/hard-limits.ts';
import { type DeploymentHealth, HALF_LIFE_MS } from '../dispatch/health.ts';
import { expectedTokens } from '../expected-cost.ts';
import type { Branch, Router, RouteView } from '../plan.ts';

/** By the time that a whole reply is expected to take, as the attempts so far tell: to the first token, then the usual
 *  output at the deployment's speed, divided by the share of attempts that succeed. What was never tried is tried first,
 *  one call at a time; what was not tried for long, now and then. */
export const fastest: Router<'fastest'> = (_route, branches, query, view) => {
  const { output } = expectedTokens(query, branches[0].models[0], view);
  const known = branches.map((branch) => ({ branch, health: view.health.get(keyOf(branch.models[0])) }));
  const speeds = known.flatMap(({ health }) =>
    health === undefined || health.tokensPerSecond.weight === 0 ? [] : [health.tokensPerSecond.mean],
  );
  const usualSpeed =
    speeds.length === 0 ? ASSUMED_TOKENS_PER_SECOND : speeds.reduce((sum, one) => sum + one, 0) / speeds.length;
  const stale = view.draw < EXPLORED_SHARE ? longestUntried(known, view.now) : undefined;
  const timed = known.map(({ branch, health }) => timeOf(branch, health, { output, usualSpeed, stale, view }));
  const ordered = timed.toSorted((one, other) => one.rank - other.rank);
  const placed = ordered.map(({ branch }) => branch);
  return {
    branches: isNonEmpty(placed) ? placed : branches,
    why: ordered.map(({ branch, text, seconds }) => ({
      slug: branch.slug,
      text,
      ...(seconds === undefined ? {} : { score: Number(seconds.toPrecision(3)) }),
    })),
  };
};

/** Where no target has told its speed yet. */
const ASSUMED_TOKENS_PER_SECOND = 50;
const EXPLORED_SHARE = 0.05;
const STALE_MS = 10 * 60_000;
/** Nothing is taken to fail always: it would never be tried again. */
const LEAST_SUCCESS = 0.05;

type Known = { readonly branch: Branch; readonly health: DeploymentHealth | undefined };
/** @property rank  the least first. @property seconds  expected; absent: nothing is known. */
type Timed = { readonly branch: Branch; readonly rank: number; readonly seconds?: number; readonly text: string };
type Around = {
  readonly output: number;
  readonly usualSpeed: number;
  readonly stale: Branch | undefined;
  readonly view: RouteView;
};

function timeOf(branch: Branch, health: DeploymentHealth | undefined, around: Around): Timed {
  const { output, usualSpeed, stale, view } = around;
  if (health === undefined || health.ttft.weight === 0) {
    if (health !== undefined && (health.flights.length > 0 || health.failuresInARow > 0)) {
      return { branch, rank: Number.MAX_VALUE, text: 'Nothing is known of its speed yet, and it was tried already.' };
    }
    return { branch, rank: -1, text: 'Nothing is known of its speed, so it is tried first.' };
  }
  const { ttft, tokensPerSecond, errors } = health;
  const speed = tokensPerSecond.weight === 0 ? usualSpeed : tokensPerSecond.mean;
  // As if one more attempt had succeeded: a failure of long ago says little.
  const weight = weightAt(errors, view.now, HALF_LIFE_MS.errors);
  const failing = (errors.mean * weight) / (weight + 1);
  const seconds = (ttft.mean / 1_000 + output / Math.max(speed, 1)) / Math.max(LEAST_SUCCESS, 1 - failing);
  const measured = `first token after ${Math.round(ttft.mean)} ms, ${speed.toFixed(0)} tokens/s, ${(failing * 100).toFixed(0)} % failing`;
  const text = `About ${seconds.toFixed(1)} s for ${output} tokens: ${measured}.`;
  if (branch !== stale) return { branch, rank: seconds, seconds, text };
  return { branch, rank: -2, seconds, text: `${text} It was not tried for long, so it is tried first for once.` };
}

/** Of those that have been tried once, and not for a while. */
function longestUntried(all: readonly Known[], now: number): Branch | undefined {
  const old = all.filter(
    ({ health }) => health !== undefined && health.ttft.weight > 0 && health.ttft.at < now - STALE_MS,
  );
  return old.toSorted((a, b) => (a.health?.ttft.at ?? 0) - (b.health?.ttft.at ?? 0))[0]?.branch;
}
