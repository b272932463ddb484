import type { DatabaseSync } from 'node:sqlite';
import { newerProblem, StorageError } from './problem.ts';

/** Each step brings the format to the next number, which the file keeps as `user_version`. A step that was published is
 *  never changed: what comes later is a further step. Plain SQL, so that a start need not load the query builder. */
const STEPS: readonly string[] = [
  `create table requests (
     id integer primary key,
     request_id text not null,
     session_id text,
     thread_id text,
     caller text not null,
     originator text,
     request_kind text,
     tags text not null,
     protocol text not null,
     route text not null,
     slug text,
     provider text,
     model text,
     path text not null,
     started_at real not null,
     first_token_ms real,
     total_ms real not null,
     attempts text not null,
     why text not null,
     fresh_input integer,
     cache_read integer,
     cache_write integer,
     output integer,
     reasoning integer,
     cost_nano_usd integer,
     price_source text,
     losses text not null,
     tool_calls_made integer,
     tool_calls_malformed integer,
     failed_patches integer,
     outcome text not null,
     failure_kind text,
     status integer not null
   ) strict;
   create index requests_by_start on requests (started_at);
   create index requests_by_request on requests (request_id);
   create index requests_by_session on requests (session_id, started_at) where session_id is not null;`,
  `alter table requests add column cache_break text;`,
  `alter table requests add column adaptive text;`,
];

export const FORMAT = STEPS.length;

/** Brings a database to the newest format, in one transaction; a crash in between leaves the old one. Two processes that
 *  start at once take turns. @throws StorageError when the file is newer than this program. */
export function migrate(database: DatabaseSync, file: string): void {
  if (formatOf(database) === FORMAT) return;
  database.exec('begin immediate');
  try {
    const found = formatOf(database);
    if (found > FORMAT) throw new StorageError(newerProblem(file, found, FORMAT));
    for (const step of STEPS.slice(found)) database.exec(step);
    database.exec(`pragma user_version = ${FORMAT}`);
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}

function formatOf(database: DatabaseSync): number {
  const row = database.prepare('pragma user_version').get();
  const version = row?.['user_version'];
  return typeof version === 'number' ? version : 0;
}
