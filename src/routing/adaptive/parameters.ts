import type { FailureKind } from '../../ir/failure.ts';
import type { State } from './state.ts';

/** All numbers of the Markov model. They were set by what the states mean and adjusted on one family of simulated trouble
 *  (`eval/adaptive/regimes.ts`, `tuning`), never on the regimes that the evaluation reports. */

/** Moves a second from one state to another. A state is left after one by the sum of its row on average: 0.02 is 50 s. */
export const RATES: { readonly [From in State]: { readonly [To in Exclude<State, From>]: number } } = {
  healthy: { warming: 1 / 50_000, overloaded: 1 / 900, failing: 1 / 1_200, cooldown: 1 / 2_400 },
  warming: { healthy: 1 / 40, overloaded: 1 / 600, failing: 1 / 300, cooldown: 1 / 2_400 },
  overloaded: { healthy: 1 / 90, warming: 1 / 20_000, failing: 1 / 900, cooldown: 1 / 2_400 },
  failing: { healthy: 1 / 90, warming: 1 / 120, overloaded: 1 / 900, cooldown: 1 / 2_400 },
  cooldown: { healthy: 1 / 60, warming: 1 / 1_200, overloaded: 1 / 900, failing: 1 / 900 },
};

/** A log-normal share of what is usual: the logarithm of what came by what was expected of a healthy deployment. */
type LogNormal = { readonly mean: number; readonly spread: number };
type ByName<T> = { readonly [S in State]: T };

/** Time to first token by what it takes to read so many tokens when all is well. */
export const FIRST_TOKEN: ByName<LogNormal> = {
  healthy: { mean: 0, spread: 0.35 },
  warming: { mean: 0.8, spread: 0.4 },
  overloaded: { mean: 1.5, spread: 0.6 },
  failing: { mean: 0, spread: 0.35 },
  cooldown: { mean: 0, spread: 0.35 },
};

/** In any state but `overloaded` this share of first tokens comes late, by chance and by lines that pass: so many times. */
export const LATE: LogNormal & { readonly share: ByName<number> } = {
  mean: 1.2,
  spread: 0.8,
  share: { healthy: 0.08, warming: 0.08, overloaded: 0, failing: 0.08, cooldown: 0.08 },
};

/** Tokens a second after the first. */
export const SPEED: ByName<LogNormal> = {
  healthy: { mean: 0, spread: 0.35 },
  warming: { mean: -0.5, spread: 0.5 },
  overloaded: { mean: -1.2, spread: 0.7 },
  failing: { mean: 0, spread: 0.35 },
  cooldown: { mean: 0, spread: 0.35 },
};

/** What a token cost: with a cold prompt cache more than usual. Weak evidence, so the spreads are wide. */
export const COST: ByName<LogNormal> = {
  healthy: { mean: 0, spread: 0.6 },
  warming: { mean: 0.2, spread: 0.6 },
  overloaded: { mean: 0, spread: 0.6 },
  failing: { mean: 0, spread: 0.6 },
  cooldown: { mean: 0, spread: 0.6 },
};

/** How likely a call is to end in a failure that is the deployment's, a call that hangs until a timeout included. Of
 *  `failing` it is what is assumed at first: how bad it is this time is learned while it lasts. */
export const ERRORS: ByName<number> = { healthy: 0.002, warming: 0.01, overloaded: 0.01, failing: 0.5, cooldown: 0.01 };
/** The assumption is worth so many calls, and what was learned fades with this half-life, in ms. */
export const FAILING_PRIOR = 2;
export const FAILING_HALF_LIFE_MS = 60_000;
export const FAILING_RANGE = { least: 0.15, most: 0.99 } as const;
/** Of these, how many break a reply that has begun. */
export const CUT_SHARE = 0.1;
/** Of these, how many hang. An overloaded deployment hangs rather than fails. */
export const HANG_SHARE: ByName<number> = { healthy: 0.2, warming: 0.2, overloaded: 0.8, failing: 0.4, cooldown: 0.2 };
/** How likely a call is to be turned away for too many of them. */
export const REFUSALS: ByName<number> = {
  healthy: 0.0005,
  warming: 0.002,
  overloaded: 0.005,
  failing: 0.01,
  cooldown: 0.6,
};
/** A refusal comes at once and another deployment takes the call: it counts for so much of an error. */
export const REFUSAL_COST = 0.3;

/** What a failure tells: of which of the chances above it is a case; `quality`: the model's reply was no good. */
export const TELLS: { readonly [K in FailureKind]?: 'error' | 'refusal' | 'hang' | 'quality' } = {
  'server-error': 'error',
  transport: 'error',
  cut: 'error',
  timeout: 'hang',
  overloaded: 'refusal',
  'rate-limited': 'refusal',
  quota: 'refusal',
  protocol: 'quality',
  runaway: 'quality',
};
/** How likely a reply is to be malformed. */
export const BAD_QUALITY: ByName<number> = {
  healthy: 0.005,
  warming: 0.01,
  overloaded: 0.02,
  failing: 0.1,
  cooldown: 0.005,
};

/** Evidence that comes together has one cause: a second sample this soon after the last, in ms, tells only a part. */
export const TOGETHER_MS = 500;
export const LEAST_WEIGHT = 0.3;
/** What a reply that began long ago says of now fades with this half-life, in ms. */
export const OLD_NEWS_MS = 20_000;
/** From this share of a token window on, refusals come near. */
export const PRESSURE = 0.8;

/** What is usual of a deployment is learned from samples of healthy times, over this half-life in ms. A sample counts by
 *  how likely it was healthy, and at least so much: what changes for good becomes usual in the end. */
export const USUAL_HALF_LIFE_MS = 20 * 60_000;
export const LEAST_SHARE = 0.01;
/** Fewer samples than these say nothing of what is usual. */
export const USUAL_SAMPLES = 4;
/** A time to first token below this differs from another for reasons that do not matter, in ms. */
export const FLOOR_MS = 100;

/** How well a call goes that a deployment answers in this state: 1 as on most days, 0 as good as not at all. */
export const GOES_WELL: ByName<number> = { healthy: 1, warming: 0.9, overloaded: 0.9, failing: 1, cooldown: 1 };

/** Of a deployment in trouble somebody has to find out whether it is well again: one call at a time, once nothing was heard
 *  of it for so long, in ms, and its trouble is no longer critical. */
export const LOOK_AFTER_MS = 10_000;
