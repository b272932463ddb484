import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import type { LedgerReader } from '../metering/ledger.ts';
import { openDatabase } from './database.ts';
import { problemOf, StorageError, type StorageProblem } from './problem.ts';
import { queryBuilder } from './query-builder.ts';
import { toEntry } from './rows.ts';
import { readStats } from './stats.ts';

export type OpenedReader =
  | { readonly ok: true; readonly reader: LedgerReader }
  | { readonly ok: false; readonly problem: StorageProblem };

/** A command may wait for a lock: nothing streams beside it. */
const LOCK_WAIT_MS = 5_000;

/** Reads beside a gateway that writes. A file that is not there yet is a ledger without entries. */
export function openLedgerReader(file: string): OpenedReader {
  if (!existsSync(file)) return { ok: true, reader: NOTHING };
  const opened = openDatabase(file, LOCK_WAIT_MS);
  return opened.ok ? { ok: true, reader: readerOf(opened.database, file) } : opened;
}

const NOTHING: LedgerReader = {
  list: async () => [],
  find: async () => undefined,
  stats: async () => [],
  close: async () => undefined,
};

function readerOf(database: DatabaseSync, file: string): LedgerReader {
  const db = queryBuilder(database);
  const told = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await reading;
    } catch (error) {
      throw new StorageError(problemOf(error, file), { cause: error });
    }
  };
  return {
    list: async ({ limit, since, until, sessionId, tag, adaptive }) => {
      let query = db.selectFrom('requests').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc');
      if (since !== undefined) query = query.where('started_at', '>=', since);
      if (until !== undefined) query = query.where('started_at', '<', until);
      if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
      if (adaptive === true) query = query.where('adaptive', 'is not', null);
      if (tag !== undefined) {
        query = query.where(
          sql<boolean>`exists (select 1 from json_each(requests.tags) where json_each.value = ${tag})`,
        );
      }
      if (limit !== undefined) query = query.limit(limit);
      return (await told(query.execute())).map(toEntry);
    },
    find: async (requestId) => {
      const query = db.selectFrom('requests').selectAll().where('request_id', '=', requestId).orderBy('id', 'desc');
      const row = await told(query.limit(1).executeTakeFirst());
      return row === undefined ? undefined : toEntry(row);
    },
    stats: (query) => told(readStats(db, query)),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}
