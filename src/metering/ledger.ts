import type { Attempt } from '../ir/attempt.ts';
import type { Loss } from '../ir/loss.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { Usage } from '../ir/usage.ts';
import type { AdaptiveDecision } from '../routing/adaptive/decision.ts';
import type { Reason } from '../routing/reason.ts';
import type { CacheBreak } from './cache-break.ts';

/** What one request was and became. Immutable; holds no body, no prompt and no key.
 *  @property requestId     also the response header `x-request-id`.
 *  @property startedAt     ms since the epoch; the other times count from it.
 *  @property route         the slug that was asked for.
 *  @property path          `bytes` when the reply went through untouched.
 *  @property costNanoUsd   integer; absent when the model is unpriced, which is not zero.
 *  @property cacheBreak    the session's prompt cache was not found, and why; or it moved to another deployment.
 *  @property adaptive      what the adaptive router made of the choice, where it was asked.
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
  readonly cacheBreak?: CacheBreak;
  readonly adaptive?: AdaptiveDecision;
  readonly losses: readonly Loss[];
  readonly toolCalls?: ToolCallCount;
  readonly outcome: Outcome;
  readonly failureKind?: string;
  readonly status: number;
};

/** How well the model handles its tools: the calls of this reply, those whose arguments do not parse, and the patches
 *  of the turn before that the agent reported as not applied. */
export type ToolCallCount = { readonly made: number; readonly malformed: number; readonly failedPatches: number };

export type Outcome = 'completed' | 'incomplete' | 'failed' | 'cancelled' | 'refused';

/** The port behind which storage stands. `record` never throws and never waits. */
export type Ledger = {
  readonly record: (entry: LedgerEntry) => void;
  /** Writes what is pending and closes. Nothing recorded before it is lost. */
  readonly close: () => Promise<void>;
};

/** Reading, for `history`, `stats` and `why`. Promises, so that a store behind a network fits as well.
 *  @throws StorageError when the store cannot be read, naming the mend. */
export type LedgerReader = {
  /** Newest first. */
  readonly list: (filter: LedgerFilter) => Promise<readonly LedgerEntry[]>;
  /** The newest entry with that id. */
  readonly find: (requestId: string) => Promise<LedgerEntry | undefined>;
  /** One row per group that has entries, the busiest first. */
  readonly stats: (query: StatsQuery) => Promise<readonly StatsRow[]>;
  readonly close: () => Promise<void>;
};

/** @property since  ms since the epoch, inclusive; `until` exclusive. @property limit  left out: all.
 *  @property adaptive  only requests that the adaptive router was asked about. */
export type LedgerFilter = {
  readonly limit?: number;
  readonly since?: number;
  readonly until?: number;
  readonly sessionId?: string;
  readonly tag?: string;
  readonly adaptive?: true;
};

/** @property by  what one row stands for. `slug` is the model that served, `route` the slug that was asked for. */
export type StatsQuery = { readonly by: StatsGroup; readonly since?: number; readonly until?: number };
export type StatsGroup = 'slug' | 'model' | 'provider' | 'route' | 'all';

/** Sums over a group.
 *  @property key               the group's name; `` where no target was reached; `all` for the one group of all.
 *  @property errorRate         failed requests by all that the client did not cancel, 0 to 1.
 *  @property firstTokenP50Ms   median over the requests that brought a first token.
 *  @property totalP95Ms        95th percentile (nearest rank) over the requests that were completed or incomplete.
 *  @property costNanoUsd       integer sum over the priced requests.
 *  @property unpriced          requests with usage whose model has no price: not part of the cost.
 *  @property cacheBreaks       requests that did not find their session's cache.
 *  @property attempts          at the group's own models, those that the client cancelled aside; `failed` of them brought
 *                              no reply, whoever served in the end.
 *  @property quality           0 to 1, as docs/stats.md defines it; absent where no model was tried.
 *  @property costPer1000Nano   nano-USD of 1,000 priced requests at this average; absent when none is priced. */
export type StatsRow = {
  readonly key: string;
  readonly requests: number;
  readonly outcomes: { readonly [O in Outcome]: number };
  readonly errorRate: number;
  readonly firstTokenP50Ms?: number;
  readonly totalP95Ms?: number;
  readonly usage: Usage;
  readonly costNanoUsd: number;
  readonly priced: number;
  readonly unpriced: number;
  readonly costPer1000Nano?: number;
  readonly toolCalls: ToolCallCount;
  readonly attempts: AttemptCount;
  readonly quality?: number;
  readonly cacheBreaks: CacheBreakSum;
  readonly firstAt: number;
  readonly lastAt: number;
};

export type AttemptCount = { readonly made: number; readonly failed: number };

/** @property lostTokens  that were cached before and were paid anew. @property lostNanoUsd  what they cost more for that,
 *  where the model has a price. */
export type CacheBreakSum = { readonly requests: number; readonly lostTokens: number; readonly lostNanoUsd: number };
