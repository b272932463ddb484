import { totalInput } from '../ir/usage.ts';
import type { LedgerEntry } from '../metering/ledger.ts';
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
    tokens(usage?.cacheRead),
    tokens(usage?.output),
    usage === undefined ? UNKNOWN : money(entry.costNanoUsd),
    duration(entry.firstTokenMs),
    duration(entry.totalMs),
    entry.requestId,
  ];
}

export function servedBy(entry: LedgerEntry): string {
  return entry.provider === undefined ? UNKNOWN : `${entry.provider}/${entry.model ?? ''}`;
}

function result(entry: LedgerEntry): string {
  const { outcome, failureKind, attempts } = entry;
  const why = failureKind === undefined || failureKind === outcome ? '' : ` (${failureKind})`;
  return `${outcome}${why}${attempts.length > 1 ? ` after ${attempts.length - 1} failed` : ''}`;
}
