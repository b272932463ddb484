import type { Attempt } from '../../ir/attempt.ts';
import { totalInput } from '../../ir/usage.ts';
import { sampled } from '../dispatch/average.ts';
import { type DispatchEvent, deploymentKey } from '../dispatch/event.ts';
import type { Flight, Health } from '../dispatch/health.ts';
import { through } from '../dispatch/line.ts';
import {
  type Belief,
  type Beliefs,
  chancesAt,
  failingShare,
  unknownBelief,
  usualFirstToken,
  usualOf,
} from './belief.ts';
import { after, ended, failed, firstToken, isError, isRefusal, type Likelihood } from './evidence.ts';
import {
  FAILING_HALF_LIFE_MS,
  LEAST_SHARE,
  LEAST_WEIGHT,
  OLD_NEWS_MS,
  TOGETHER_MS,
  USUAL_HALF_LIFE_MS,
} from './parameters.ts';

/** Clients name the models of a wildcard, so the table must not grow without end. */
const MAX_DEPLOYMENTS = 500;
/** Shorter replies tell nothing of a deployment's speed. */
const MIN_OUTPUT = 8;
const MIN_OUTPUT_MS = 20;

/** What is believed after one more event. @param health  what was known before it: it holds the calls under way. */
export function follow(beliefs: Beliefs, event: DispatchEvent, health: Health): Beliefs {
  if (event.type !== 'attempt-first-token' && event.type !== 'attempt-end') return beliefs;
  const key = deploymentKey(event.type === 'attempt-end' ? event.attempt : event);
  const flight = health.get(key)?.flights.find(({ id }) => id === event.id);
  const before = beliefs.get(key) ?? unknownBelief(event.at);
  const next =
    event.type === 'attempt-first-token'
      ? withFirstToken(before, flight, event.at)
      : withEnd(before, flight, event.attempt, event.at);
  if (next === before) return beliefs;
  const all = new Map(beliefs).set(key, next);
  if (all.size > MAX_DEPLOYMENTS) forgetIdlest(all, key);
  return all;
}

function withFirstToken(before: Belief, flight: Flight | undefined, at: number): Belief {
  if (flight === undefined || flight.firstTokenAt !== undefined) return before;
  return heardFirst(before, flight, at - flight.at, at);
}

/** Replies that begin at the same moment waited for the same thing: each tells a part. */
function heardFirst(before: Belief, flight: Flight, ttftMs: number, at: number): Belief {
  const { ahead, freshTokens } = flight;
  const tokens = ahead + freshTokens;
  const gap = at - before.lastFirstTokenAt;
  const weight = Math.min(1, LEAST_WEIGHT + (1 - LEAST_WEIGHT) * (gap / TOGETHER_MS));
  const seen = firstToken(ttftMs, usualFirstToken(before, tokens), failingShare(before, at));
  const likelihood = sinceRefusal(before, seen, flight.at);
  const chances = after(chancesAt(before, at), likelihood, weight);
  const share = Math.max(LEAST_SHARE, chances[0]);
  return {
    ...before,
    chances,
    at,
    heldUntil: flight.at < before.refusedAt ? before.heldUntil : 0,
    lastFirstTokenAt: at,
    failing: learnedFailing(before, 0, chances[3], at),
    reading: through(before.reading, tokens, ttftMs, at, USUAL_HALF_LIFE_MS, share),
  };
}

function withEnd(before: Belief, flight: Flight | undefined, attempt: Attempt, at: number): Belief {
  const { failure } = attempt;
  if (failure === undefined) return succeeded(before, flight, attempt, at);
  const likelihood = failed(failure.kind, failingShare(before, at));
  if (likelihood === undefined) return before;
  const refuses = isRefusal(failure.kind);
  const told = failure.kind === 'rate-limited' && failure.retryAfterMs !== undefined ? at + failure.retryAfterMs : 0;
  const chances = after(chancesAt(before, at), likelihood);
  return {
    ...before,
    chances,
    at,
    failing: isError(failure.kind) ? learnedFailing(before, 1, chances[3], at) : before.failing,
    refusedAt: refuses ? at : before.refusedAt,
    heldUntil: Math.max(told, before.heldUntil > at ? before.heldUntil : 0),
  };
}

function succeeded(known: Belief, flight: Flight | undefined, attempt: Attempt, at: number): Belief {
  const { totalMs = at - attempt.startedAt, firstTokenMs = totalMs, usage, costNanoUsd } = attempt;
  const unary = flight !== undefined && flight.firstTokenAt === undefined;
  const before = unary ? heardFirst(known, flight, firstTokenMs, at) : known;
  const writingMs = firstTokenMs < totalMs ? totalMs - firstTokenMs : totalMs;
  const speed =
    usage !== undefined && usage.output >= MIN_OUTPUT && writingMs >= MIN_OUTPUT_MS
      ? (usage.output * 1_000) / writingMs
      : undefined;
  const counted = usage === undefined ? 0 : totalInput(usage) + usage.output;
  const tokenCost = costNanoUsd === undefined || costNanoUsd <= 0 || counted === 0 ? undefined : costNanoUsd / counted;
  const seen = ended(
    ratio(speed, usualOf(before.speed, at)),
    ratio(tokenCost, usualOf(before.tokenCost, at)),
    failingShare(before, at),
  );
  const likelihood = sinceRefusal(before, seen, attempt.startedAt);
  // The reply was written over a while of which a part is long ago.
  const chances = after(chancesAt(before, at), likelihood, 2 ** (-writingMs / 2 / OLD_NEWS_MS));
  const share = Math.max(LEAST_SHARE, chances[0]);
  const learned = (average: Belief['speed'], value: number | undefined): Belief['speed'] =>
    value === undefined ? average : sampled(average, value, at, USUAL_HALF_LIFE_MS, share);
  return {
    ...before,
    chances,
    at,
    speed: learned(before.speed, speed),
    tokenCost: learned(before.tokenCost, tokenCost),
  };
}

/** A call that began before the deployment turned others away says nothing of whether it still does. */
function sinceRefusal({ refusedAt }: Belief, likelihood: Likelihood, startedAt: number): Likelihood {
  if (startedAt >= refusedAt) return likelihood;
  const [a, b, c, d] = likelihood;
  return [a, b, c, d, Math.max(a, b, c, d)];
}

/** @param share  how likely it failed when that was seen. */
function learnedFailing({ failing }: Belief, value: 0 | 1, share: number, at: number): Belief['failing'] {
  return sampled(failing, value, at, FAILING_HALF_LIFE_MS, Math.max(LEAST_SHARE, share));
}

function ratio(value: number | undefined, usual: number | undefined): number | undefined {
  return value === undefined || usual === undefined || usual <= 0 ? undefined : value / usual;
}

function forgetIdlest(all: Map<string, Belief>, kept: string): void {
  let idlest: string | undefined;
  let since = Number.POSITIVE_INFINITY;
  for (const [key, { at }] of all) {
    if (key === kept || at >= since) continue;
    [idlest, since] = [key, at];
  }
  if (idlest !== undefined) all.delete(idlest);
}
