import type { Failure } from './failure.ts';
import type { RateWindow } from './rate-window.ts';
import type { Usage } from './usage.ts';

/** One try of one target. Times are milliseconds; `startedAt` is since the epoch, the others since `startedAt`.
 *  @property usage        what the provider counted, also of a reply that broke.
 *  @property costNanoUsd  absent where nothing was counted or the model is unpriced.
 *  @property windows      what the provider told of its rate limits. */
export type Attempt = {
  readonly provider: string;
  readonly model: string;
  readonly slug: string;
  readonly credentialId?: string;
  readonly startedAt: number;
  readonly firstTokenMs?: number;
  readonly totalMs?: number;
  readonly usage?: Usage;
  readonly costNanoUsd?: number;
  readonly windows?: readonly RateWindow[];
  readonly failure?: Failure;
};
