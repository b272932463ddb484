import { totalInput, type Usage } from '../../ir/usage.ts';
import type { StatsGroup, StatsRow } from '../../metering/ledger.ts';
import { costOf } from '../../metering/pricing.ts';
import { cacheBreakSumText, cachedText } from '../cache-words.ts';
import { CliError, DONE } from '../cli-error.ts';
import { readConfiguration, requireModels } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { duration, money, plural, tokens, UNKNOWN } from '../format.ts';
import { line, printJson } from '../io.ts';
import { withLedger } from '../ledger.ts';
import { type Column, table } from '../table.ts';

/** @property by     what one row stands for; left out: the model that served, by its slug. @property since  ms since the epoch. */
export type StatsOptions = {
  readonly json: boolean;
  readonly against?: string;
  readonly by?: Exclude<StatsGroup, 'all'>;
  readonly since?: number;
};

/** What the recorded tokens would have cost at another model. Another model would have used other tokens: an estimate. */
type Estimate = {
  readonly slug: string;
  readonly model: string;
  readonly costNanoUsd: number;
  readonly source: string;
};

/** Requests, tokens, cost, speed and quality of each group. */
export async function stats(options: StatsOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const { by = 'slug' } = options;
  const since = options.since === undefined ? {} : { since: options.since };
  const [rows, [all]] = await withLedger(context, (ledger) =>
    Promise.all([ledger.stats({ by, ...since }), ledger.stats({ by: 'all', ...since })]),
  );
  if (all === undefined) {
    if (options.json) printJson(io, { by, models: [], total: null });
    else if (options.since !== undefined) line(io.err, 'No request has gone through the gateway since then.');
    else line(io.err, 'No request has gone through the gateway yet. Try: plugboard codex');
    return DONE;
  }
  const estimate = options.against === undefined ? undefined : estimateAt(options.against, all, context);
  if (options.json) {
    printJson(io, { by, models: rows, total: all, ...(estimate === undefined ? {} : { estimate }) });
    return DONE;
  }
  const cells = [...rows, { ...all, key: 'total' }].map(cellsOf);
  io.out.write(table([{ title: TITLES[by] }, ...HEAD], cells, io.columns));
  if (all.unpriced > 0) line(io.out, `${plural(all.unpriced, 'request')} had no price: not part of the cost.`);
  if (all.cacheBreaks.requests > 0) line(io.out, cacheBreakSumText(all.cacheBreaks));
  if (estimate !== undefined) {
    const there = `${money(estimate.costNanoUsd)} at ${estimate.slug} (${estimate.model})`;
    const of = all.unpriced === 0 ? '' : ' for those that had a price';
    line(io.out, `The same tokens would have cost about ${there}, against ${money(all.costNanoUsd)}${of}.`);
    line(io.out, 'An estimate: another model would have used other tokens, and its cache would have hit otherwise.');
    line(io.out, "What it would really cost, the provider's bill decides.");
  }
  return DONE;
}

const TITLES = { slug: 'MODEL', model: 'UPSTREAM MODEL', provider: 'PROVIDER', route: 'ASKED FOR' } as const;

const HEAD: readonly Column[] = [
  { title: 'REQUESTS', right: true },
  { title: 'FAILED', right: true },
  { title: 'IN', right: true },
  { title: 'CACHED', right: true },
  { title: 'OUT', right: true },
  { title: 'COST', right: true },
  { title: 'PER 1000', right: true },
  { title: 'FIRST P50', right: true },
  { title: 'TOTAL P95', right: true },
  { title: 'QUALITY', right: true },
];

function cellsOf(row: StatsRow): readonly string[] {
  return [
    row.key === '' ? '(none reached)' : row.key,
    String(row.requests),
    row.errorRate === 0 ? '0' : `${row.outcomes.failed} (${Math.round(row.errorRate * 100)} %)`,
    tokens(totalInput(row.usage)),
    cachedText(row.usage),
    tokens(row.usage.output),
    row.priced === 0 && row.unpriced > 0 ? 'unpriced' : money(row.costNanoUsd),
    row.costPer1000Nano === undefined ? UNKNOWN : money(row.costPer1000Nano),
    duration(row.firstTokenP50Ms),
    duration(row.totalP95Ms),
    row.quality === undefined ? UNKNOWN : row.quality.toFixed(2),
  ];
}

function estimateAt(slug: string, all: StatsRow, context: CommandContext): Estimate {
  const [model] = requireModels(slug, readConfiguration(context));
  if (model === undefined) throw new RangeError(`${slug} stands for no model`);
  const at = `${model.provider.id}/${model.upstreamId}`;
  // The average request, so many times: of all tokens at once a price that grows with the prompt would be the highest.
  const requests = Math.max(1, all.priced + all.unpriced);
  const cost = costOf(model, sharedBy(all.usage, requests), Date.now());
  if (cost !== undefined) {
    return { slug, model: at, costNanoUsd: Math.round(cost.costNanoUsd * requests), source: cost.source };
  }
  throw new CliError({
    message: `${slug} (${at}) has no known price`,
    mend: 'Give its entry in config.yaml a price: { input: USD, output: USD } per million tokens.',
  });
}

function sharedBy(usage: Usage, count: number): Usage {
  const share = (tokens: number): number => Math.round(tokens / count);
  return {
    freshInput: share(usage.freshInput),
    cacheRead: share(usage.cacheRead),
    cacheWrite: share(usage.cacheWrite),
    output: share(usage.output),
    reasoning: share(usage.reasoning),
  };
}
