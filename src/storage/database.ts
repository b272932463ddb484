import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.ts';
import { problemOf, type StorageProblem } from './problem.ts';

export type OpenedDatabase =
  | { readonly ok: true; readonly database: DatabaseSync }
  | { readonly ok: false; readonly problem: StorageProblem };

/** Opens the ledger's file, made for its owner alone where there is none, in the newest format.
 *  WAL: readers and the one writer do not wait for each other. `synchronous = normal`: a killed process loses nothing
 *  that was committed; a power cut may take the last commits but never harms the file.
 *  Source: https://www.sqlite.org/pragma.html#pragma_synchronous
 *  @param waitMs  how long a lock of another process is waited for. The wait blocks the thread. */
export function openDatabase(file: string, waitMs: number): OpenedDatabase {
  let database: DatabaseSync | undefined;
  try {
    closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file);
    database.exec(`pragma busy_timeout = ${START_WAIT_MS}; pragma journal_mode = wal; pragma synchronous = normal`);
    migrate(database, file);
    database.exec(`pragma busy_timeout = ${waitMs}`);
    return { ok: true, database };
  } catch (error) {
    if (database?.isOpen === true) database.close();
    return { ok: false, problem: problemOf(withSqliteCode(error), file) };
  }
}

/** Another process may be bringing the file to the newest format. */
const START_WAIT_MS = 2_000;

/** The file system refuses before SQLite sees the file: the same trouble, with SQLite's numbers. */
function withSqliteCode(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || 'errcode' in error) return error;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return Object.assign(new Error(error.message, { cause: error }), { errcode: 8 });
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return Object.assign(new Error(error.message, { cause: error }), { errcode: 14 });
    case 'ENOSPC':
      return Object.assign(new Error(error.message, { cause: error }), { errcode: 13 });
    default:
      return error;
  }
}
