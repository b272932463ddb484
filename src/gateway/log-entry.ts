import type { Logger } from 'pino';
import type { LedgerEntry } from '../metering/ledger.ts';

/** One log line for each request: names, numbers and kinds of failure. No words of the client or the provider. */
export function logEntry(log: Logger, entry: LedgerEntry): void {
  const { requestId, route, provider, model, outcome, failureKind, status, firstTokenMs, totalMs, attempts } = entry;
  const facts = { requestId, route, provider, model, outcome, failureKind, status, firstTokenMs, totalMs };
  log[outcome === 'failed' ? 'warn' : 'info']({ ...facts, attempts: attempts.length }, 'request');
  if (entry.losses.length > 0) log.debug({ requestId, losses: entry.losses }, 'not carried');
}
