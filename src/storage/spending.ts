import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import type { SpentBefore } from '../policy/admission.ts';
import { openDatabase } from './database.ts';
import { problemOf } from './problem.ts';
import { queryBuilder } from './query-builder.ts';

const LOCK_WAIT_MS = 5_000;

/** @property lastRow  the last that was looked at: what is written later stands behind it. */
export type SpentRead =
  | (Extract<SpentBefore, { readonly state: 'known' }> & { readonly lastRow: number })
  | Extract<SpentBefore, { readonly state: 'unknown' }>;

/** What the ledger says was spent, for limits of cost: in nano-USD, of requests that began before `until`. Those without a
 *  known price are not among it.
 *  @param since  ms since the epoch: the month's begin; sessions are counted whole.
 *  @param after  rows up to this one were counted by an earlier reading. */
export async function readSpending(file: string, since: number, until: number, after = 0): Promise<SpentRead> {
  if (!existsSync(file)) return { state: 'known', month: 0, sessions: new Map(), lastRow: after };
  const opened = openDatabase(file, LOCK_WAIT_MS);
  if (!opened.ok) return { state: 'unknown', problem: opened.problem.message };
  try {
    const builder = queryBuilder(opened.database);
    const { last } = await builder
      .selectFrom('requests')
      .select(sql<number>`coalesce(max(id), 0)`.as('last'))
      .executeTakeFirstOrThrow();
    const lastRow = Math.max(last, after);
    const rows = await builder
      .selectFrom('requests')
      .select([
        sql<string>`coalesce(session_id, '')`.as('session'),
        sql<number>`sum(cost_nano_usd)`.as('spent'),
        sql<number>`coalesce(sum(cost_nano_usd) filter (where started_at >= ${since}), 0)`.as('month'),
      ])
      .where('cost_nano_usd', 'is not', null)
      .where('started_at', '<', until)
      .where('id', '>', after)
      .where('id', '<=', lastRow)
      .groupBy('session_id')
      .execute();
    return {
      state: 'known',
      month: rows.reduce((sum, row) => sum + row.month, 0),
      sessions: new Map(rows.map((row) => [row.session, row.spent])),
      lastRow,
    };
  } catch (error) {
    return { state: 'unknown', problem: problemOf(error, file).message };
  } finally {
    if (opened.database.isOpen) opened.database.close();
  }
}
