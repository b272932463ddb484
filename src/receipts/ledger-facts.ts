import { addUsage, NO_USAGE, type Usage } from '../ir/usage.ts';
import type { LedgerEntry } from '../metering/ledger.ts';
import { quantile } from '../statistics/quantile.ts';
import type { Receipt } from './receipt.ts';

/** What the ledger says of a run: all of a receipt that is about requests. */
export type LedgerFacts = Pick<
  Receipt,
  | 'requests'
  | 'attempts'
  | 'served'
  | 'reasons'
  | 'tokens'
  | 'costNanoUsd'
  | 'prices'
  | 'turns'
  | 'toolCalls'
  | 'failureKind'
> & { readonly firstTokenMs?: number };

/** Sentences that a run's receipt keeps at most. */
const MAX_REASONS = 40;

/** @param entries     of the run, in any order.
 *  @param priceTable  name and version of the price table. */
export function ledgerFacts(entries: readonly LedgerEntry[], priceTable: string): LedgerFacts {
  const inTime = [...entries].sort((one, other) => one.startedAt - other.startedAt);
  const counted = inTime.filter((entry) => entry.usage !== undefined);
  const uncounted = inTime.filter((entry) => entry.usage === undefined && wasServed(entry)).length;
  const unpriced = counted.filter((entry) => entry.costNanoUsd === undefined).length;
  const firstTokens = inTime.flatMap((entry) => entry.firstTokenMs ?? []);
  const last = inTime.at(-1);
  return {
    requests: {
      made: inTime.length,
      failed: inTime.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused').length,
      cancelled: inTime.filter(({ outcome }) => outcome === 'cancelled').length,
      uncounted,
      unpriced,
    },
    attempts: {
      made: sum(inTime, (entry) => entry.attempts.length),
      failed: sum(inTime, (entry) => entry.attempts.filter((attempt) => attempt.failure !== undefined).length),
    },
    served: tally(inTime.filter(wasServed), ({ slug = '', provider = '', model = '' }) => [{ slug, provider, model }]),
    reasons: tally(inTime, (entry) =>
      entry.why.map(({ slug, text }) => (slug === undefined ? { text } : { slug, text })),
    ).slice(0, MAX_REASONS),
    tokens: counted.reduce<Usage>((total, entry) => addUsage(total, entry.usage ?? NO_USAGE), NO_USAGE),
    ...(uncounted + unpriced > 0 || inTime.length === 0
      ? {}
      : { costNanoUsd: sum(counted, (entry) => entry.costNanoUsd ?? 0) }),
    prices: { sources: [...new Set(counted.flatMap((entry) => entry.priceSource ?? []))].sort(), table: priceTable },
    turns: inTime.filter((entry) => isTurn(entry) && isAnswered(entry)).length,
    toolCalls: {
      made: sum(inTime, (entry) => entry.toolCalls?.made ?? 0),
      malformed: sum(inTime, (entry) => entry.toolCalls?.malformed ?? 0),
      failedPatches: sum(inTime, (entry) => entry.toolCalls?.failedPatches ?? 0),
    },
    ...(last === undefined || last.failureKind === undefined ? {} : { failureKind: last.failureKind }),
    ...(firstTokens.length === 0 ? {} : { firstTokenMs: quantile(firstTokens, 0.5) }),
  };
}

/** A model began to answer, so tokens were used. */
function wasServed(entry: LedgerEntry): boolean {
  return entry.model !== undefined && (entry.firstTokenMs !== undefined || isAnswered(entry));
}

function isAnswered({ outcome }: LedgerEntry): boolean {
  return outcome === 'completed' || outcome === 'incomplete';
}

function isTurn({ requestKind }: LedgerEntry): boolean {
  return requestKind === undefined || requestKind === 'turn';
}

/** Each different one once, the most frequent first, else in the order in which they came. */
function tally<T extends object>(
  entries: readonly LedgerEntry[],
  of: (entry: LedgerEntry) => readonly T[],
): (T & { requests: number })[] {
  const found = new Map<string, { readonly value: T; requests: number }>();
  for (const value of entries.flatMap(of)) {
    const key = JSON.stringify(value);
    const known = found.get(key);
    if (known === undefined) found.set(key, { value, requests: 1 });
    else known.requests += 1;
  }
  return [...found.values()]
    .sort((one, other) => other.requests - one.requests)
    .map(({ value, requests }) => ({ ...value, requests }));
}

function sum(entries: readonly LedgerEntry[], of: (entry: LedgerEntry) => number): number {
  return entries.reduce((total, entry) => total + of(entry), 0);
}
