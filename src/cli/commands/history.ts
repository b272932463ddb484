import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';
import { withLedger } from '../ledger.ts';
import { HISTORY_HEAD, historyRow, withShare } from '../ledger-entry-lines.ts';
import { table } from '../table.ts';

export type HistoryOptions = { readonly json: boolean; readonly jsonl: boolean; readonly limit: number };

/** The latest requests, newest first. */
export async function history(options: HistoryOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const entries = await withLedger(context, (ledger) => ledger.list({ limit: options.limit }));
  if (options.jsonl) for (const entry of entries) line(io.out, JSON.stringify(withShare(entry)));
  else if (options.json) printJson(io, entries.map(withShare));
  else if (entries.length === 0) line(io.err, 'No request has gone through the gateway yet. Try: plugboard codex');
  else {
    const rows = entries.map((entry) => historyRow(entry, io.out));
    io.out.write(table(HISTORY_HEAD, rows, io.columns));
  }
  return DONE;
}
