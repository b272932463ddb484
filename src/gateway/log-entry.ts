import type { Logger } from 'pino';
import type { LedgerEntry } from '../metering/ledger.ts';
import type { AdaptiveDecision } from '../routing/adaptive/decision.ts';

/** One log line for each request: names, numbers and kinds of failure. No words of the client or the provider. */
export function logEntry(log: Logger, entry: LedgerEntry): void {
  const { requestId, route, provider, model, outcome, failureKind, status, firstTokenMs, totalMs, attempts } = entry;
  const facts = { requestId, route, provider, model, outcome, failureKind, status, firstTokenMs, totalMs };
  log[outcome === 'failed' ? 'warn' : 'info']({ ...facts, attempts: attempts.length }, 'request');
  if (entry.adaptive !== undefined) logDecision(log, requestId, entry.adaptive);
  if (entry.losses.length > 0) log.debug({ requestId, losses: entry.losses }, 'not carried');
}

/** One line for each choice that the adaptive router was asked about, followed or not. */
function logDecision(log: Logger, requestId: string, decision: AdaptiveDecision): void {
  const { baseline, suggested, wouldSwitch, applied, costGuardBlocked, arm, health } = decision;
  log.info(
    {
      requestId,
      baseline_provider: baseline.provider,
      suggested_provider: suggested.provider,
      baseline_model: baseline.slug,
      suggested_model: suggested.slug,
      would_switch: wouldSwitch,
      applied,
      cost_guard_blocked: costGuardBlocked,
      arm,
      health,
    },
    'adaptive',
  );
}
