import { mean, quantile } from '../../src/statistics/quantile.ts';
import type { Outcome } from './simulate.ts';

/** The figures of one run. TTFT over the requests that got a first token, latency over those that came to a good end.
 *  @property errors  share of the requests whose client saw an error. @property costUsd  per 1,000 requests. */
export type Summary = {
  readonly ttftP50: number;
  readonly ttftP95: number;
  readonly ttftP99: number;
  readonly latencyMean: number;
  readonly latencyP95: number;
  readonly errors: number;
  readonly costUsd: number;
  readonly attempts: number;
};

export function summaryOf(outcome: Outcome): Summary {
  const ttft = [...outcome.ttftMs].filter((value) => !Number.isNaN(value));
  const latency = [...outcome.latencyMs].filter((value) => !Number.isNaN(value));
  return {
    ttftP50: quantile(ttft, 0.5),
    ttftP95: quantile(ttft, 0.95),
    ttftP99: quantile(ttft, 0.99),
    latencyMean: mean(latency),
    latencyP95: quantile(latency, 0.95),
    errors: mean([...outcome.failed]),
    costUsd: (mean([...outcome.costNanoUsd]) * 1_000) / 1e9,
    attempts: mean([...outcome.attempts]),
  };
}
