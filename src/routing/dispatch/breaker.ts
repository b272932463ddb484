/** Keeps calls from a deployment that fails.
 *  @property failures  in a row, by the deployment's own fault, since the last success.
 *  @property openedAt  ms since the epoch; undefined while it is closed. It stays open for `openMs`, then is half open: one
 *                      attempt may try, whose success closes it and whose failure opens it again, for longer.
 *  @property opens     how often it opened since it was last closed. */
export type Breaker = {
  readonly failures: number;
  readonly openedAt?: number;
  readonly openMs: number;
  readonly opens: number;
};

export const CLOSED: Breaker = { failures: 0, openMs: 0, opens: 0 };

const FAILURES_IN_A_ROW = 5;
/** Or this share of about as many attempts of the last minutes, where failures and successes alternate. */
const FAILURE_SHARE = 0.5;
const FAILURE_SAMPLES = 4;
const FIRST_OPEN_MS = 5_000;
const LONGEST_OPEN_MS = 15_000;

/** @param startedAt  of the attempt: only one that began when the breaker was half open is a probe.
 *  @param errors     the deployment's mean of errors with this failure in it, and of how many samples. */
export function afterFailure(
  breaker: Breaker,
  startedAt: number,
  at: number,
  errors: { readonly mean: number; readonly weight: number },
): Breaker {
  const failures = breaker.failures + 1;
  const opening =
    breaker.openedAt === undefined
      ? failures >= FAILURES_IN_A_ROW || (errors.mean >= FAILURE_SHARE && errors.weight >= FAILURE_SAMPLES)
      : isProbe(breaker, startedAt);
  if (!opening) return { ...breaker, failures };
  const opens = breaker.opens + 1;
  return { failures, opens, openedAt: at, openMs: Math.min(LONGEST_OPEN_MS, FIRST_OPEN_MS * 2 ** (opens - 1)) };
}

/** The success of an attempt that began before the breaker opened says little of now, so it does not close it. */
export function afterSuccess(breaker: Breaker, startedAt: number): Breaker {
  if (breaker.openedAt === undefined) return breaker.failures === 0 ? breaker : CLOSED;
  return isProbe(breaker, startedAt) ? CLOSED : breaker;
}

/** @param starts  of the attempts under way, ms since the epoch.
 *  @returns `half-open` where a probe may be sent, `probing` while one is under way. */
export function breakerState(
  breaker: Breaker,
  starts: readonly { readonly at: number }[],
  now: number,
): 'closed' | 'open' | 'half-open' | 'probing' {
  if (breaker.openedAt === undefined) return 'closed';
  if (now < breaker.openedAt + breaker.openMs) return 'open';
  return starts.some(({ at }) => isProbe(breaker, at)) ? 'probing' : 'half-open';
}

function isProbe({ openedAt, openMs }: Breaker, startedAt: number): boolean {
  return openedAt !== undefined && startedAt >= openedAt + openMs;
}
