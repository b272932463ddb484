import type { Attempt } from '../ir/attempt.ts';
import type { Loss } from '../ir/loss.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { Usage } from '../ir/usage.ts';
import type { Reason } from '../routing/plan.ts';

/** What one request was and became. Immutable; holds no body, no prompt and no key.
 *  @property requestId     also the response header `x-request-id`.
 *  @property startedAt     ms since the epoch; the other times count from it.
 *  @property route         the slug that was asked for.
 *  @property path          `bytes` when the reply went through untouched.
 *  @property costNanoUsd   integer; absent when the model is unpriced, which is not zero.
 *  @property sessionId     Codex's session, or the client's own. */
export type LedgerEntry = {
  readonly requestId: string;
  readonly sessionId?: string;
  readonly threadId?: string;
  readonly caller: string;
  readonly originator?: string;
  readonly requestKind?: string;
  readonly tags: readonly string[];
  readonly protocol: ProtocolId;
  readonly route: string;
  readonly slug?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly path: 'bytes' | 'translated';
  readonly startedAt: number;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly attempts: readonly Attempt[];
  readonly why: readonly Reason[];
  readonly usage?: Usage;
  readonly costNanoUsd?: number;
  readonly priceSource?: string;
  readonly losses: readonly Loss[];
  readonly outcome: Outcome;
  readonly failureKind?: string;
  readonly status: number;
};

export type Outcome = 'completed' | 'incomplete' | 'failed' | 'cancelled' | 'refused';

/** The port behind which storage stands. `record` never throws and never waits. */
export type Ledger = {
  readonly record: (entry: LedgerEntry) => void;
  /** Writes what is pending and closes. Nothing recorded before it is lost. */
  readonly close: () => Promise<void>;
};

/** Reading, for `history`, `stats` and `why`. Newest first. */
export type LedgerReader = {
  readonly list: (filter: LedgerFilter) => readonly LedgerEntry[];
  readonly find: (requestId: string) => LedgerEntry | undefined;
  readonly close: () => void;
};

export type LedgerFilter = { readonly limit?: number; readonly since?: number; readonly sessionId?: string };
