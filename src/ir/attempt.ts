import type { Failure } from './failure.ts';

/** One try of one target. Times are milliseconds; `startedAt` is since the epoch, the others since `startedAt`. */
export type Attempt = {
  readonly provider: string;
  readonly model: string;
  readonly slug: string;
  readonly credentialId?: string;
  readonly startedAt: number;
  readonly firstTokenMs?: number;
  readonly totalMs?: number;
  readonly failure?: Failure;
};
