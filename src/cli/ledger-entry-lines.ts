import { totalInput } from '../ir/usage.ts';
import { cachedShare } from '../metering/cache-break.ts';
import type { LedgerEntry } from '../metering/ledger.ts';
import { cachedText } from './cache-words.ts';
import { clockTime, duration, money, tokens, UNKNOWN } from './format.ts';
import type { Stream, Style } from './io.ts';
import type { Column } from './table.ts';

export const HISTORY_HEAD: readonly Column[] = [
  { title: 'TIME' },
  { title: 'ASKED FOR' },
  { title: 'SERVED BY' },
  { title: 'RESULT' },
  { title: 'IN', right: true },
  { title: 'CACHED', right: true },
  { title: 'OUT', right: true },
  { title: 'COST', right: true },
  { title: 'FIRST', right: true },
  { title: 'TOTAL', right: true },
  { title: 'REQUEST' },
];

const OUTCOME_STYLES: { readonly [O in LedgerEntry['outcome']]: Style } = {
  completed: 'green',
  incomplete: 'yellow',
  failed: 'red',
  cancelled: 'dim',
  refused: 'yellow',
};

export function historyRow(entry: LedgerEntry, stream: Stream): readonly string[] {
  const { usage } = entry;
  return [
    clockTime(entry.startedAt),
    entry.route,
    servedBy(entry),
    stream.paint(OUTCOME_STYLES[entry.outcome], result(entry)),
    tokens(usage === undefined ? undefined : totalInput(usage)),
    cachedCell(entry, stream),
    tokens(usage?.output),
    usage === undefined ? UNKNOWN : money(entry.costNanoUsd),
    duration(entry.firstTokenMs),
    duration(entry.totalMs),
    entry.requestId,
  ];
}

/** Marked where the session's own cache was not found: `why` says what happened. */
function cachedCell({ usage, cacheBreak }: LedgerEntry, stream: Stream): string {
  if (usage === undefined) return UNKNOWN;
  const text = cachedText(usage);
  return cacheBreak !== undefined && cacheBreak.lostTokens > 0 ? stream.paint('yellow', `! ${text}`) : text;
}

export function servedBy(entry: LedgerEntry): string {
  return entry.provider === undefined ? UNKNOWN : `${entry.provider}/${entry.model ?? ''}`;
}

/** How it ended, why where it did not end well, and after how many that failed. */
export function result(entry: LedgerEntry): string {
  const { outcome, failureKind, attempts } = entry;
  const why = failureKind === undefined || failureKind === outcome ? '' : ` (${failureKind})`;
  return `${outcome}${why}${attempts.length > 1 ? ` after ${attempts.length - 1} failed` : ''}`;
}

/** For scripts: the entry with its cached share, 0 to 1, where it had input. */
export function withShare(entry: LedgerEntry): LedgerEntry & { readonly cachedShare?: number } {
  const share = entry.usage === undefined ? undefined : cachedShare(entry.usage);
  return share === undefined ? entry : { ...entry, cachedShare: Number(share.toFixed(4)) };
}
