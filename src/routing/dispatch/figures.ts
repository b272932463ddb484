import { type Average, levelMean, sumAt, weightAt } from './average.ts';
import { breakerState } from './breaker.ts';
import { type DeploymentHealth, HALF_LIFE_MS, TOKEN_SPAN_MS } from './health.ts';
import { windowPressure } from './rate-windows.ts';

/** What is known of a deployment, in the figures that people ask for. `null`: nothing is known (any more).
 *  @property errorRate       0 to 1. @property costNanoUsd  of an attempt.
 *  @property tokensPerMinute  input and output. @property tokenPressure  0 to 1. */
export type DeploymentFigures = {
  readonly provider: string;
  readonly model: string;
  readonly ttftMs: number | null;
  readonly latencyMs: number | null;
  readonly tokensPerSecond: number | null;
  readonly queueDepth: number;
  readonly inFlight: number;
  readonly errorRate: number | null;
  readonly costNanoUsd: number | null;
  readonly tokensPerMinute: number;
  readonly tokenPressure: number | null;
  readonly breaker: 'closed' | 'open' | 'half-open' | 'probing';
};

/** @param now  ms since the epoch. */
export function figuresOf(known: DeploymentHealth, now: number): DeploymentFigures {
  const shown = (average: Average, halfLifeMs: number): number | null =>
    weightAt(average, now, halfLifeMs) < FORGOTTEN ? null : average.mean;
  return {
    provider: known.provider,
    model: known.model,
    ttftMs: shown(known.ttft, HALF_LIFE_MS.metrics),
    latencyMs: shown(known.latency, HALF_LIFE_MS.metrics),
    tokensPerSecond: shown(known.tokensPerSecond, HALF_LIFE_MS.metrics),
    queueDepth: levelMean(known.queue, now, HALF_LIFE_MS.queue),
    inFlight: known.flights.length,
    errorRate: shown(known.errors, HALF_LIFE_MS.errors),
    costNanoUsd: shown(known.cost, HALF_LIFE_MS.metrics),
    tokensPerMinute: sumAt(known.tokens, now, TOKEN_SPAN_MS),
    tokenPressure: windowPressure(known, now) ?? null,
    breaker: breakerState(known.breaker, known.flights, now),
  };
}

/** Samples that together are worth less than this tell nothing of now: one sample after some ten minutes. */
const FORGOTTEN = 0.001;
