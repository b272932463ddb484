import type { LedgerEntry } from '../../metering/ledger.ts';

/** An entry of an ordinary request. */
export function entryOf(more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    requestId: 'req-1',
    caller: 'local',
    tags: [],
    protocol: 'openai-responses',
    route: 'coder',
    slug: 'coder',
    provider: 'work',
    model: 'coder-1',
    path: 'translated',
    startedAt: 1_000,
    firstTokenMs: 100,
    totalMs: 900,
    attempts: [],
    why: [],
    losses: [],
    outcome: 'completed',
    status: 200,
    ...more,
  };
}
