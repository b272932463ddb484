import type { FailureKind } from '../../ir/failure.ts';
import type { RateWindow } from '../../ir/rate-window.ts';
import type { Average, Decayed, Level } from './average.ts';
import type { Breaker } from './breaker.ts';
import type { KeyFault } from './faults.ts';
import type { Line } from './line.ts';
import type { Places } from './places.ts';

/** What the attempts so far say of each deployment, by `provider/model`. A value: `observe` returns a new one. */
export type Health = ReadonlyMap<string, DeploymentHealth>;

/** Times are ms since the epoch, durations ms.
 *  @property flights      attempts under way.
 *  @property ttft         time to first token of replies that came; of a unary one, its total latency.
 *  @property reading      time to first token over the tokens that were to be read before it.
 *  @property pace         ms between one first token and the next, while calls wait for theirs: by Little's law, how long a
 *                         call waits is the number of those that wait times this.
 *  @property places       how many calls it seems to work on at once.
 *  @property surge        how many times longer than foreseen the first tokens of late took.
 *  @property latency      total, of replies that came.
 *  @property tokensPerSecond  of the output, after the first token.
 *  @property errors       1 for an attempt that failed by the deployment's fault, 0 for one that did not.
 *  @property cost         nano-USD of an attempt.
 *  @property queue        requests that wait for a place here.
 *  @property tokens       input and output tokens of about the last minute.
 *  @property keys         limits of its keys, by credential id (`''`: the provider has no key).
 *  @property missingAt    when the provider last said that it does not know the model.
 *  @property windows      what the provider last told of each key's rate limits. */
export type DeploymentHealth = {
  readonly provider: string;
  readonly model: string;
  readonly lastSuccessAt?: number;
  readonly lastFailureAt?: number;
  readonly lastFailure?: FailureKind;
  readonly failuresInARow: number;
  readonly flights: readonly Flight[];
  readonly ttft: Average;
  readonly reading: Line;
  readonly pace: Average;
  readonly lastFirstTokenAt?: number;
  readonly places: Places;
  readonly surge: Average;
  readonly latency: Average;
  readonly tokensPerSecond: Average;
  readonly errors: Average;
  readonly cost: Average;
  readonly queue: Level;
  readonly tokens: Decayed;
  readonly keys: ReadonlyMap<string, KeyLimit>;
  readonly missingAt?: number;
  readonly windows: ReadonlyMap<string, ToldWindows>;
  readonly breaker: Breaker;
};

/** An attempt under way. @property inputTokens  0 where unknown.
 *  @property freshTokens  of these, what is believed not to lie in its cache.
 *  @property among       calls that were under way when it started.
 *  @property ahead       tokens of those before it whose first token had not come.
 *  @property expectedMs  when its first token was foreseen, after its start; 0 where nothing was known. */
export type Flight = {
  readonly id: string;
  readonly at: number;
  readonly credentialId?: string;
  readonly inputTokens: number;
  readonly freshTokens: number;
  readonly among: number;
  readonly ahead: number;
  readonly expectedMs: number;
  readonly firstTokenAt?: number;
};

/** A key that was turned away. @property retryAfterMs  as told, from `at`. */
export type KeyLimit = { readonly kind: KeyFault; readonly at: number; readonly retryAfterMs?: number };

export type ToldWindows = { readonly windows: readonly RateWindow[]; readonly at: number };

export const NO_HEALTH: Health = new Map();

/** How fast what is known of a deployment fades. */
export const HALF_LIFE_MS = {
  metrics: 60_000,
  errors: 15_000,
  queue: 30_000,
  reading: 60_000,
  pace: 30_000,
  surge: 30_000,
} as const;
/** The span over which tokens are summed, as providers sum theirs. */
export const TOKEN_SPAN_MS = 60_000;
