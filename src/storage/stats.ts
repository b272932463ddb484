import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { AttemptCount, StatsGroup, StatsQuery, StatsRow } from '../metering/ledger.ts';
import { qualityOf } from '../metering/quality.ts';
import type { Tables } from './tables.ts';

/** Sums and percentiles in the database, so that a year of requests need not pass through memory. */
export async function readStats(db: Kysely<Tables>, query: StatsQuery): Promise<readonly StatsRow[]> {
  const key = keyOf(query.by);
  const sums = await inTime(db, query)
    .select((eb) => [
      key.as('key'),
      eb.fn.countAll<number>().as('requests'),
      ...(['completed', 'incomplete', 'failed', 'cancelled', 'refused'] as const).map((outcome) =>
        eb.fn.countAll<number>().filterWhere('outcome', '=', outcome).as(outcome),
      ),
      total('fresh_input').as('freshInput'),
      total('cache_read').as('cacheRead'),
      total('cache_write').as('cacheWrite'),
      total('output').as('output'),
      total('reasoning').as('reasoning'),
      total('cost_nano_usd').as('costNanoUsd'),
      total('tool_calls_made').as('made'),
      total('tool_calls_malformed').as('malformed'),
      total('failed_patches').as('failedPatches'),
      sql<number>`count(*) filter (where ${lost('lostTokens')} > 0)`.as('broken'),
      sql<number>`coalesce(sum(${lost('lostTokens')}), 0)`.as('lostTokens'),
      sql<number>`coalesce(sum(${lost('lostNanoUsd')}), 0)`.as('lostNanoUsd'),
      eb.fn.count<number>('cost_nano_usd').as('priced'),
      eb.fn
        .countAll<number>()
        .filterWhere('fresh_input', 'is not', null)
        .filterWhere('cost_nano_usd', 'is', null)
        .as('unpriced'),
      eb.fn.min<number>('started_at').as('firstAt'),
      eb.fn.max<number>('started_at').as('lastAt'),
    ])
    .groupBy(key)
    .orderBy('requests', 'desc')
    .orderBy('key')
    .execute();
  const firstTokens = await percentiles(db, query, 'first_token_ms', 50);
  const totals = await percentiles(db, query, 'total_ms', 95);
  const tries = await attempts(db, query);
  return sums.map((row) => {
    const counted = row.requests - row.cancelled;
    const firstTokenP50Ms = firstTokens.get(row.key);
    const totalP95Ms = totals.get(row.key);
    const outcomes = { completed: row.completed, incomplete: row.incomplete };
    const toolCalls = { made: row.made, malformed: row.malformed, failedPatches: row.failedPatches };
    const tried = tries.get(row.key) ?? { made: 0, failed: 0 };
    const quality = qualityOf(outcomes, toolCalls, tried);
    return {
      key: row.key,
      requests: row.requests,
      outcomes: {
        ...outcomes,
        failed: row.failed,
        cancelled: row.cancelled,
        refused: row.refused,
      },
      errorRate: counted === 0 ? 0 : row.failed / counted,
      ...(firstTokenP50Ms === undefined ? {} : { firstTokenP50Ms }),
      ...(totalP95Ms === undefined ? {} : { totalP95Ms }),
      usage: {
        freshInput: row.freshInput,
        cacheRead: row.cacheRead,
        cacheWrite: row.cacheWrite,
        output: row.output,
        reasoning: row.reasoning,
      },
      costNanoUsd: row.costNanoUsd,
      priced: row.priced,
      unpriced: row.unpriced,
      ...(row.priced === 0 ? {} : { costPer1000Nano: Math.round((row.costNanoUsd / row.priced) * 1_000) }),
      toolCalls,
      attempts: tried,
      ...(quality === undefined ? {} : { quality }),
      cacheBreaks: { requests: row.broken, lostTokens: row.lostTokens, lostNanoUsd: row.lostNanoUsd },
      firstAt: row.firstAt,
      lastAt: row.lastAt,
    };
  });
}

/** Each attempt counts for the model that was tried; of a route, and of all, every attempt of their requests does. */
async function attempts(db: Kysely<Tables>, query: StatsQuery): Promise<ReadonlyMap<string, AttemptCount>> {
  const key =
    query.by === 'slug' || query.by === 'provider' || query.by === 'model'
      ? sql<string>`coalesce(json_extract(attempt.value, ${sql.lit(`$.${query.by}`)}), '')`
      : keyOf(query.by);
  const failure = sql`json_extract(attempt.value, '$.failure.kind')`;
  const rows = await inTime(db, query)
    .innerJoin(sql<{ value: string }>`json_each(requests.attempts)`.as('attempt'), (join) => join.onTrue())
    .select([
      key.as('key'),
      sql<number>`count(*)`.as('made'),
      sql<number>`count(*) filter (where ${failure} is not null)`.as('failed'),
    ])
    .where(sql<boolean>`${failure} is not 'cancelled'`)
    .groupBy(key)
    .execute();
  return new Map(rows.map(({ key: name, made, failed }) => [name, { made, failed }]));
}

/** The value at the nearest rank, per group: the smallest that at least `percent` of the group do not exceed. */
async function percentiles(
  db: Kysely<Tables>,
  query: StatsQuery,
  column: 'first_token_ms' | 'total_ms',
  percent: number,
): Promise<ReadonlyMap<string, number>> {
  const key = keyOf(query.by);
  let measured = inTime(db, query).where(column, 'is not', null);
  if (column === 'total_ms') measured = measured.where('outcome', 'in', ['completed', 'incomplete']);
  const ranked = measured.select([
    key.as('key'),
    sql<number>`${sql.ref(column)}`.as('value'),
    sql<number>`row_number() over (partition by ${key} order by ${sql.ref(column)})`.as('rank'),
    sql<number>`count(*) over (partition by ${key})`.as('size'),
  ]);
  const rows = await db
    .selectFrom(ranked.as('ranked'))
    .select(['key', 'value'])
    .whereRef('rank', '=', sql<number>`(size * ${sql.lit(percent)} + 99) / 100`)
    .execute();
  return new Map(rows.map((row) => [row.key, row.value]));
}

function inTime(db: Kysely<Tables>, { since, until }: StatsQuery) {
  let query = db.selectFrom('requests');
  if (since !== undefined) query = query.where('started_at', '>=', since);
  if (until !== undefined) query = query.where('started_at', '<', until);
  return query;
}

function keyOf(by: StatsGroup): RawBuilder<string> {
  return by === 'all' ? sql<string>`'all'` : sql<string>`coalesce(${sql.ref(by)}, '')`;
}

type Countable =
  | 'fresh_input'
  | 'cache_read'
  | 'cache_write'
  | 'output'
  | 'reasoning'
  | 'cost_nano_usd'
  | 'tool_calls_made'
  | 'tool_calls_malformed'
  | 'failed_patches';

function total(column: Countable): RawBuilder<number> {
  return sql<number>`coalesce(sum(${sql.ref(column)}), 0)`;
}

function lost(member: 'lostTokens' | 'lostNanoUsd'): RawBuilder<number> {
  return sql<number>`json_extract(cache_break, ${sql.lit(`$.${member}`)})`;
}
