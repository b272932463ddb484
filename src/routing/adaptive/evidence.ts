import type { FailureKind } from '../../ir/failure.ts';
import {
  BAD_QUALITY,
  COST,
  CUT_SHARE,
  ERRORS,
  FIRST_TOKEN,
  FLOOR_MS,
  HANG_SHARE,
  LATE,
  REFUSALS,
  SPEED,
  TELLS,
} from './parameters.ts';
import { type ByState, byState, normalised } from './state.ts';

/** How likely what was seen is in each state, up to a common factor. */
export type Likelihood = ByState;

/** Believing anew after evidence (Bayes). @param weight  0 to 1: how much of its weight the evidence has. */
export function after(chances: ByState, likelihood: Likelihood, weight = 1): ByState {
  const [a, b, c, d, e] = likelihood;
  const most = Math.max(a, b, c, d, e);
  const of = (one: number): number => {
    const share = Math.max(LEAST, one / most);
    return weight === 1 ? share : share ** weight;
  };
  return normalised([
    chances[0] * of(a),
    chances[1] * of(b),
    chances[2] * of(c),
    chances[3] * of(d),
    chances[4] * of(e),
  ]);
}

/** No single piece of evidence is proof. */
const LEAST = 1e-4;

/** A first token came, after so many times what is usual. It did not fail before, nor was it turned away.
 *  @param failing  of the calls to it while it fails, how many do, 0 to 1: here and below. */
export function firstToken(ttftMs: number, usualMs: number | undefined, failing: number): Likelihood {
  const answered = withFailing(ANSWERED, (1 - failing * (1 - CUT_SHARE)) * (1 - REFUSALS.failing));
  if (usualMs === undefined) return answered;
  const [a, b, c, d, e] = answered;
  const ratio = logRatio(ttftMs, usualMs);
  const [f, g, h, i, j] = withLate(density(FIRST_TOKEN_BY_STATE, ratio), density(LATE_BY_STATE, ratio));
  return [a * f, b * g, c * h, d * i, e * j];
}

/** A call has waited so long for its first token: the longer, the likelier that it hangs or that the deployment stalls. */
export function stillWaiting(waitedMs: number, usualMs: number | undefined, failing: number): Likelihood {
  const ratio = logRatio(waitedMs, usualMs ?? UNKNOWN_MS);
  const later = withLate(beyond(FIRST_TOKEN_BY_STATE, ratio), beyond(LATE_BY_STATE, ratio));
  const hangs = withFailing(HANGS, failing * HANG_SHARE.failing);
  return each(hangs, later, (hang, late) => hang + (1 - hang) * late);
}

/** Where nothing is known, a first token is expected within some seconds. */
const UNKNOWN_MS = 4_000;

/** The reply came to its end. @param speed, cost  by what is usual; undefined where that is not known. */
export function ended(speed: number | undefined, cost: number | undefined, failing: number): Likelihood {
  let likelihood = withFailing(WHOLE, (1 - failing * CUT_SHARE) * (1 - BAD_QUALITY.failing));
  if (speed !== undefined) likelihood = times(likelihood, density(SPEED_BY_STATE, Math.log(speed)));
  if (cost !== undefined) likelihood = times(likelihood, density(COST_BY_STATE, Math.log(cost)));
  return likelihood;
}

/** @returns undefined for a failure that tells nothing of the deployment. */
export function failed(kind: FailureKind, failing: number): Likelihood | undefined {
  const tells = TELLS[kind];
  switch (tells) {
    case 'error':
      return withFailing(FAILURES, failing * (1 - HANG_SHARE.failing));
    case 'hang':
      return withFailing(HANGS, failing * HANG_SHARE.failing);
    case 'refusal':
      return TURNED_AWAY;
    case 'quality':
      return MALFORMED;
    case undefined:
      return undefined;
    default:
      return unreachable(tells);
  }
}

/** Does a failure count against a deployment that fails? Its refusals do not. */
export function isError(kind: FailureKind): boolean {
  return TELLS[kind] === 'error' || TELLS[kind] === 'hang';
}

export function isRefusal(kind: FailureKind): boolean {
  return TELLS[kind] === 'refusal';
}

function withFailing([a, b, c, , e]: ByState, failing: number): ByState {
  return [a, b, c, failing, e];
}

const FAILURES = byState((state) => ERRORS[state] * (1 - HANG_SHARE[state]));
const HANGS = byState((state) => ERRORS[state] * HANG_SHARE[state]);
const TURNED_AWAY = byState((state) => REFUSALS[state]);
const MALFORMED = byState((state) => BAD_QUALITY[state]);
const ANSWERED = byState((state) => (1 - ERRORS[state] * (1 - CUT_SHARE)) * (1 - REFUSALS[state]));
const WHOLE = byState((state) => (1 - ERRORS[state] * CUT_SHARE) * (1 - BAD_QUALITY[state]));

type Shapes = { readonly mean: ByState; readonly spread: ByState };

function shapes(
  of: { readonly [S in keyof typeof FIRST_TOKEN]: { readonly mean: number; readonly spread: number } },
): Shapes {
  return { mean: byState((state) => of[state].mean), spread: byState((state) => of[state].spread) };
}

const FIRST_TOKEN_BY_STATE = shapes(FIRST_TOKEN);
const LATE_BY_STATE: Shapes = { mean: byState(() => LATE.mean), spread: byState(() => LATE.spread) };
const LATE_SHARE = byState((state) => LATE.share[state]);
const SPEED_BY_STATE = shapes(SPEED);
const COST_BY_STATE = shapes(COST);

function withLate(usual: ByState, late: ByState): ByState {
  const rest = each(LATE_SHARE, usual, (share, one) => (1 - share) * one);
  return each(rest, times(LATE_SHARE, late), (one, other) => one + other);
}

function density({ mean, spread }: Shapes, value: number): ByState {
  const of = (middle: number, width: number): number => Math.exp(-(((value - middle) / width) ** 2) / 2) / width;
  return each(mean, spread, of);
}

/** The chance of more than this (logistic approximation of the normal distribution). */
function beyond({ mean, spread }: Shapes, value: number): ByState {
  const of = (middle: number, width: number): number => 1 / (1 + Math.exp((1.702 * (value - middle)) / width));
  return each(mean, spread, of);
}

function each(one: ByState, other: ByState, of: (a: number, b: number) => number): ByState {
  return [of(one[0], other[0]), of(one[1], other[1]), of(one[2], other[2]), of(one[3], other[3]), of(one[4], other[4])];
}

function times(one: ByState, other: ByState): ByState {
  return each(one, other, (a, b) => a * b);
}

function logRatio(ms: number, usualMs: number): number {
  return Math.log(Math.max(FLOOR_MS, ms) / Math.max(FLOOR_MS, usualMs));
}

function unreachable(tells: never): never {
  throw new RangeError(`no such evidence: ${String(tells)}`);
}
