import type { Attempt } from '../../ir/attempt.ts';
import { totalInput } from '../../ir/usage.ts';
import type { LedgerEntry } from '../../metering/ledger.ts';
import { cacheBreakText, cachedText } from '../cache-words.ts';
import { candidateLines } from '../candidate-lines.ts';
import { CliError, DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { clockTime, duration, money, tokens } from '../format.ts';
import { type Io, line, printJson, section } from '../io.ts';
import { withLedger } from '../ledger.ts';
import { result, servedBy, withShare } from '../ledger-entry-lines.ts';
import { reasonLines } from '../reason-lines.ts';

/** Which model a request got and why: the plan's reasons, every attempt, what could not be carried.
 *  @param request  its id, or `last`. */
export async function why(
  request: string,
  options: { readonly json: boolean },
  context: CommandContext,
): Promise<number> {
  const entry = await withLedger(context, async (ledger) =>
    request === 'last' ? (await ledger.list({ limit: 1 }))[0] : ledger.find(request),
  );
  if (entry === undefined) {
    throw request === 'last'
      ? new CliError({ message: 'no request has gone through the gateway yet', mend: 'plugboard codex' })
      : new CliError({ message: `the ledger holds no request ${request}`, mend: 'plugboard history' });
  }
  if (options.json) printJson(context.io, withShare(entry));
  else explain(entry, context.io);
  return DONE;
}

function explain(entry: LedgerEntry, io: Io): void {
  const { out } = io;
  line(out, `${out.paint('bold', entry.requestId)}  ${clockTime(entry.startedAt)}`);
  line(out, `asked for   ${entry.route}`);
  line(out, `served by   ${servedBy(entry)}${entry.path === 'bytes' ? ', passed on as it came' : ''}`);
  line(out, `outcome     ${result(entry)}, HTTP ${entry.status}, ${duration(entry.totalMs)}`);
  if (entry.usage !== undefined) {
    const { usage } = entry;
    const input = `${tokens(totalInput(usage))} in, of which cached ${cachedText(usage)}`;
    line(out, `tokens      ${input}; ${tokens(usage.output)} out, ${money(entry.costNanoUsd)}`);
  }
  section(io, 'candidates', candidateLines(entry));
  section(io, 'why', reasonLines(entry.why));
  section(io, 'attempts', entry.attempts.map(attemptText));
  section(io, 'prompt cache', entry.cacheBreak === undefined ? [] : [cacheBreakText(entry.cacheBreak)]);
  section(
    io,
    'left out or changed',
    entry.losses.map((loss) => `${loss.path}: ${loss.why}`),
  );
}

function attemptText(attempt: Attempt, index: number): string {
  const where = `${index + 1}. ${attempt.provider}/${attempt.model}`;
  if (attempt.failure === undefined) return `${where}: first token after ${duration(attempt.firstTokenMs)}`;
  const { kind, message, status, code, parameter, retryAfterMs } = attempt.failure;
  const facts = [
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(code === undefined ? [] : [code]),
    ...(parameter === undefined ? [] : [`at ${parameter}`]),
    ...(retryAfterMs === undefined ? [] : [`wait ${duration(retryAfterMs)}`]),
  ];
  return `${where}: ${kind}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}: ${message}`;
}
