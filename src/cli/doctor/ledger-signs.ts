import type { ToolRecord } from '../../codex/doctor/tool-quality.ts';
import type { LedgerEntry } from '../../metering/ledger.ts';

/** How many of the latest requests the doctor looks back on. */
export const LOOK_BACK = 500;

/** How each model did with its tools. */
export function toolRecords(entries: readonly LedgerEntry[]): ToolRecord[] {
  const records = new Map<string, { slug: string; calls: number; malformed: number; failedPatches: number }>();
  for (const { slug, toolCalls } of entries) {
    if (slug === undefined || toolCalls === undefined) continue;
    const record = records.get(slug) ?? { slug, calls: 0, malformed: 0, failedPatches: 0 };
    record.calls += toolCalls.made;
    record.malformed += toolCalls.malformed;
    record.failedPatches += toolCalls.failedPatches;
    records.set(slug, record);
  }
  return [...records.values()];
}

export type RefusedMember = { readonly provider: string; readonly parameter: string };

/** The members of requests that providers named in their refusals, each once. */
export function refusedMembers(entries: readonly LedgerEntry[]): RefusedMember[] {
  const found = new Map<string, RefusedMember>();
  for (const { provider, failure } of entries.flatMap((entry) => entry.attempts)) {
    if (failure?.kind !== 'invalid-request' || failure.parameter === undefined) continue;
    found.set(`${provider} ${failure.parameter}`, { provider, parameter: failure.parameter });
  }
  return [...found.values()];
}
