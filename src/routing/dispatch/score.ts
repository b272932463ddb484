import { isNonEmpty, type NonEmpty } from '../../ir/non-empty.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Model } from '../../providers/provider.ts';
import { isHolder } from '../affinity.ts';
import { expectedCost, inputTokens } from '../expected-cost.ts';
import type { RouteView } from '../plan.ts';
import { type Average, levelMean, towards, weightAt } from './average.ts';
import { breakerState } from './breaker.ts';
import { keyOf } from './hard-limits.ts';
import { HALF_LIFE_MS } from './health.ts';
import { delayed, foreseen, toRead, waiting } from './prediction.ts';
import { windowPressure } from './rate-windows.ts';
import type { Term, Weights } from './settings.ts';

/** A number for each term: times in ms, cost in nano-USD, errors and pressure 0 to 1, the queue in calls. */
export type Terms = Readonly<Record<Term, number>>;

/** @property expected  of this request at this candidate. What nobody knows is taken for as good as the best, so that it
 *                      is tried, and what is known comes near that as it ages.
 *  @property terms     the same, weighed and normalised over the candidates: 0 for the best of each.
 *  @property reload    for a prompt of which a part lies in another candidate's cache: what is lost by going here, for
 *                      this turn and for those that follow it there. 0 at the holder.
 *  @property score     the sum of all: less is better. */
export type Scored = {
  readonly expected: Terms;
  readonly terms: Terms;
  readonly reload: number;
  readonly score: number;
};

export function scoresOf(
  models: NonEmpty<Model>,
  query: RouteQuery,
  view: RouteView,
  tuning: Tuning = TUNING,
): NonEmpty<Scored> {
  const spared = models.map((model) => sparedTokens(model, query, view));
  const { weights } = view.dispatch;
  const most = Math.max(...spared);
  const input = Math.max(1, inputTokens(query));
  // A cache spares time and money, so the weights of these two are its own.
  const worth = (tuning.cache * (weights.ttft + weights.cost)) / 2;
  const reloads = spared.map((tokens) => (worth * (most - tokens)) / input);
  const scores = scored(expectations(models, spared, query, view, tuning), reloads, weights, tuning);
  return isNonEmpty(scores) ? scores : [{ expected: NOTHING, terms: NOTHING, reload: 0, score: 0 }];
}

/** Expectations of the candidates, weighed against each other. @param reloads  what each counts for its lack of a cache. */
export function scored(
  expected: readonly Terms[],
  reloads: readonly number[],
  weights: Weights,
  tuning: Tuning = TUNING,
): readonly Scored[] {
  const scales = scalesOf(expected, tuning);
  return expected.map((one, index): Scored => {
    const terms = termsOf(one, scales, weights);
    const reload = reloads[index] ?? 0;
    let score = reload;
    for (const term of TERMS) score += terms[term];
    return { expected: one, terms, reload, score };
  });
}

const NOTHING: Terms = { cost: 0, ttft: 0, latency: 0, tokensPerSecond: 0, errors: 0, tokenPressure: 0, queue: 0 };
const TERMS: readonly Term[] = ['cost', 'ttft', 'latency', 'tokensPerSecond', 'errors', 'tokenPressure', 'queue'];

/** @property unit       how much of a difference counts as 1, in shares of the mean over the candidates.
 *  @property floor      that mean is taken for at least this, so that small differences among small numbers stay small.
 *  @property ceiling    and for at most this, so that seconds count where all are slow.
 *  @property cache  what it counts to leave a cache that holds the whole prompt. */
export type Tuning = {
  readonly unit: Terms;
  readonly floor: Terms;
  readonly ceiling: Terms;
  readonly cache: number;
  readonly priorWeight: number;
  readonly errorPrior: number;
  readonly worst: number;
};

const ANY = Number.POSITIVE_INFINITY;
const UNBOUNDED: Terms = {
  cost: ANY,
  ttft: ANY,
  latency: ANY,
  tokensPerSecond: ANY,
  errors: ANY,
  tokenPressure: ANY,
  queue: ANY,
};

export const TUNING: Tuning = {
  unit: { cost: 0.65, ttft: 0.4, latency: 2, tokensPerSecond: 4, errors: 0.75, tokenPressure: 1, queue: 2 },
  floor: { cost: 1, ttft: 1_200, latency: 1_000, tokensPerSecond: 1, errors: 0.15, tokenPressure: 1, queue: 1 },
  ceiling: { ...UNBOUNDED, ttft: 4_000 },
  cache: 4,
  priorWeight: 2,
  errorPrior: 0.01,
  worst: 20,
};

type Scale = { readonly best: number; readonly unit: number };
type Scales = Readonly<Record<Term, Scale>>;

function termsOf(expected: Terms, scales: Scales, weights: Weights): Terms {
  const term = (name: Term): number => {
    const { best, unit } = scales[name];
    return weights[name] * Math.min(TUNING.worst, Math.abs(expected[name] - best) / unit);
  };
  return {
    cost: term('cost'),
    ttft: term('ttft'),
    latency: term('latency'),
    tokensPerSecond: term('tokensPerSecond'),
    errors: term('errors'),
    tokenPressure: term('tokenPressure'),
    queue: term('queue'),
  };
}

function scalesOf(expected: readonly Terms[], { unit, floor, ceiling }: Tuning): Scales {
  const scale = (name: Term): Scale => {
    let best = expected[0]?.[name] ?? 0;
    let sum = 0;
    for (const one of expected) {
      // Of the speed alone more is better.
      best = name === 'tokensPerSecond' ? Math.max(best, one[name]) : Math.min(best, one[name]);
      sum += one[name];
    }
    return { best, unit: unit[name] * Math.min(ceiling[name], Math.max(floor[name], sum / expected.length)) };
  };
  return {
    cost: scale('cost'),
    ttft: scale('ttft'),
    latency: scale('latency'),
    tokensPerSecond: scale('tokensPerSecond'),
    errors: scale('errors'),
    tokenPressure: scale('tokenPressure'),
    queue: scale('queue'),
  };
}

function expectations(
  models: NonEmpty<Model>,
  spared: readonly number[],
  query: RouteQuery,
  view: RouteView,
  { priorWeight, errorPrior }: Tuning,
): readonly Terms[] {
  const { now } = view;
  const known = models.map((model) => view.health.get(keyOf(model)));
  const costs = models.map((model) => expectedCost(query, model, view));
  const usualCost = usual(costs.map(({ nanoUsd }) => nanoUsd));
  const input = inputTokens(query);
  const tokens = known.map((one, index) => input - (spared[index] ?? 0) + (one === undefined ? 0 : toRead(one)));
  const reading = known.map((one, index) => (one === undefined ? undefined : foreseen(one, tokens[index] ?? 0, now)));
  const bestReading = least(reading);
  const speeds = known.map((one) => meanOf(one?.tokensPerSecond));
  const bestSpeed = most(speeds);
  return models.map((_, index): Terms => {
    const one = known[index];
    const cost = costs[index];
    const own = reading[index];
    const weight = one === undefined ? 0 : weightAt(one.ttft, now, HALF_LIFE_MS.metrics);
    const read = own === undefined ? bestReading : (own * weight + bestReading * priorWeight) / (weight + priorWeight);
    const ttft = one === undefined ? read : delayed(one, read, now);
    const tokensPerSecond =
      one === undefined ? bestSpeed : towards(one.tokensPerSecond, bestSpeed, priorWeight, now, HALF_LIFE_MS.metrics);
    const writing = tokensPerSecond > 0 ? ((cost?.output ?? 0) / tokensPerSecond) * 1_000 : 0;
    return {
      cost: cost?.nanoUsd ?? usualCost,
      ttft,
      latency: ttft + writing,
      tokensPerSecond,
      errors:
        one === undefined || breakerState(one.breaker, one.flights, now) === 'half-open'
          ? errorPrior
          : towards(one.errors, errorPrior, priorWeight, now, HALF_LIFE_MS.errors),
      tokenPressure: one === undefined ? 0 : (windowPressure(one, now) ?? 0),
      queue: one === undefined ? 0 : waiting(one) + levelMean(one.queue, now, HALF_LIFE_MS.queue),
    };
  });
}

/** Tokens that need not be read since they lie in the candidate's prompt cache. Of a cache that may have gone cold, the
 *  share that is worth betting on: many providers keep theirs longer than they promise. */
export function sparedTokens(model: Model, query: RouteQuery, { affinity }: Pick<RouteView, 'affinity'>): number {
  if (affinity === undefined || !isHolder(model, affinity)) return 0;
  return Math.min(inputTokens(query), affinity.cachedTokens ?? 0) * (affinity.warm ? 1 : COLD_SHARE);
}

const COLD_SHARE = 0.5;

function meanOf(average: Average | undefined): number | undefined {
  return average === undefined || average.weight === 0 ? undefined : average.mean;
}

/** The least of what is known, 0 where nothing is. */
function least(values: readonly (number | undefined)[]): number {
  let found = Number.POSITIVE_INFINITY;
  for (const value of values) if (value !== undefined && value < found) found = value;
  return found === Number.POSITIVE_INFINITY ? 0 : found;
}

/** The most of what is known, 0 where nothing is. */
function most(values: readonly (number | undefined)[]): number {
  let found = 0;
  for (const value of values) if (value !== undefined && value > found) found = value;
  return found;
}

/** The mean of what is known, 0 where nothing is. */
function usual(values: readonly (number | undefined)[]): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}
