import { type Average, NO_AVERAGE, towards, weightAt } from '../dispatch/average.ts';
import { type Line, NO_LINE, valueAt } from '../dispatch/line.ts';
import {
  ERRORS,
  FAILING_HALF_LIFE_MS,
  FAILING_PRIOR,
  FAILING_RANGE,
  USUAL_HALF_LIFE_MS,
  USUAL_SAMPLES,
} from './parameters.ts';
import type { ByState } from './state.ts';
import { forward, USUAL } from './transition.ts';

/** What is believed of each deployment, by `provider/model`. A value: `follow` returns a new one. */
export type Beliefs = ReadonlyMap<string, Belief>;

/** @property chances      of the states, as of `at` (ms since the epoch).
 *  @property heldUntil    it said until when it turns calls away: till then nothing recovers.
 *  @property refusedAt    when it last turned a call away: what began before says nothing of that.
 *  @property failing      of calls while it fails: 1 for one that failed, 0 for one that did not.
 *  @property reading      what is usual: time to first token over the tokens to be read before it.
 *  @property speed        usual tokens a second. @property tokenCost  usual nano-USD of a token. */
export type Belief = {
  readonly chances: ByState;
  readonly at: number;
  readonly heldUntil: number;
  readonly refusedAt: number;
  readonly failing: Average;
  readonly reading: Line;
  readonly speed: Average;
  readonly tokenCost: Average;
  readonly lastFirstTokenAt: number;
};

export const NO_BELIEFS: Beliefs = new Map();

export function unknownBelief(at: number): Belief {
  return {
    chances: USUAL,
    at,
    heldUntil: 0,
    refusedAt: 0,
    failing: NO_AVERAGE,
    reading: NO_LINE,
    speed: NO_AVERAGE,
    tokenCost: NO_AVERAGE,
    lastFirstTokenAt: 0,
  };
}

/** The chances as of now, without what is seen of calls under way. */
export function chancesAt({ chances, at, heldUntil }: Belief, now: number): ByState {
  const since = Math.max(at, heldUntil);
  return now > since ? forward(chances, now - since) : chances;
}

/** How many of the calls to it fail while it fails, as learned this time, 0 to 1. */
export function failingShare({ failing }: Belief, now: number): number {
  const { least, most } = FAILING_RANGE;
  const share = towards(failing, ERRORS.failing, FAILING_PRIOR, now, FAILING_HALF_LIFE_MS);
  return Math.min(most, Math.max(least, share));
}

/** The usual time to first token, in ms, where so many tokens are to be read; undefined where that is not known. */
export function usualFirstToken({ reading }: Belief, tokens: number): number | undefined {
  return reading.weight < USUAL_SAMPLES ? undefined : valueAt(reading, tokens);
}

export function usualOf(average: Average, at: number): number | undefined {
  return weightAt(average, at, USUAL_HALF_LIFE_MS) < USUAL_SAMPLES ? undefined : average.mean;
}
