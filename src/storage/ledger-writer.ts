import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Ledger, LedgerEntry } from '../metering/ledger.ts';
import { openDatabase } from './database.ts';
import { problemOf, type StorageProblem } from './problem.ts';
import { toRow } from './rows.ts';
import type { Tables } from './tables.ts';

/** A ledger that writes, or why there is none. The gateway serves without one: it says so, and records nothing. */
export type OpenedLedger =
  | { readonly ok: true; readonly ledger: Ledger }
  | { readonly ok: false; readonly problem: StorageProblem };

/** @property trouble  told once when writing begins to fail, and whenever entries are given up: how many wait, how many
 *                     are lost. */
export type LedgerOptions = {
  readonly trouble: (problem: StorageProblem, waiting: number, lost: number) => void;
};

/** An entry is on the disk at latest this long after it was recorded: what kill -9 can take. */
const FLUSH_MS = 250;
/** A lock of another process is waited for by trying again, not by blocking the thread that streams. */
const LOCK_WAIT_MS = 20;
const RETRY_MS = 1_000;
/** Entries that wait while the disk refuses them; beyond it the oldest are given up. About 10 MB. */
const MAX_WAITING = 10_000;
/** A batch is one transaction; this many rows take a few milliseconds. */
const MAX_BATCH = 200;

export function openLedger(file: string, options: LedgerOptions): OpenedLedger {
  const opened = openDatabase(file, LOCK_WAIT_MS);
  if (!opened.ok) return opened;
  return { ok: true, ledger: writeBehind(opened.database, file, options) };
}

/** Records nothing: stands in where the ledger could not be opened. */
export const NO_LEDGER: Ledger = { record: () => undefined, close: async () => undefined };

function writeBehind(database: DatabaseSync, file: string, { trouble }: LedgerOptions): Ledger {
  const waiting: LedgerEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<boolean> | undefined;
  let closed = false;
  let isolating = false;
  let told: StorageProblem['kind'] | undefined;
  let queries: Promise<Kysely<Tables>> | undefined;

  /** The query builder is loaded with the first batch, so that a start does not pay for it. */
  const builder = (): Promise<Kysely<Tables>> => {
    queries ??= import('./query-builder.ts').then((module) => module.queryBuilder(database));
    return queries;
  };

  const writeAll = async (entries: readonly LedgerEntry[]): Promise<void> => {
    const db = await builder();
    await db.transaction().execute(async (transaction) => {
      for (const entry of entries) await transaction.insertInto('requests').values(toRow(entry)).execute();
    });
  };

  const tell = (problem: StorageProblem, lost: number): void => {
    if (problem.kind === told && lost === 0) return;
    told = problem.kind;
    trouble(problem, waiting.length, lost);
  };

  const writeBatch = async (): Promise<boolean> => {
    const batch = waiting.slice(0, isolating ? 1 : MAX_BATCH);
    if (batch.length === 0) return true;
    try {
      await writeAll(batch);
      waiting.splice(0, batch.length);
      told = undefined;
      if (waiting.length === 0) isolating = false;
      return true;
    } catch (error) {
      const problem = problemOf(error, file);
      if (problem.kind === 'other' && batch.length > 1) {
        // Not the file but an entry is at fault: the next batches hold one each, so that only that one is given up.
        isolating = true;
        return true;
      }
      const lost = problem.kind === 'other' ? 1 : Math.max(0, waiting.length - MAX_WAITING);
      waiting.splice(0, lost);
      tell(problem, lost);
      return problem.kind === 'other';
    }
  };

  const flush = (): Promise<boolean> => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeBatch().finally(() => {
      writing = undefined;
    });
    return writing;
  };

  const schedule = (afterMs: number): void => {
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => {
      void flush().then((written) => {
        if (waiting.length > 0) schedule(written ? 0 : RETRY_MS);
      });
    }, afterMs);
  };

  return {
    record: (entry) => {
      if (closed) return;
      waiting.push(entry);
      // Loading begins now, so that the batch need not wait for it; where it fails, the batch tells.
      builder().catch(() => undefined);
      schedule(FLUSH_MS);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await writing;
      // A lock may pass; a full disk will not: a few tries, then the exit must not hang.
      for (let failures = 0; waiting.length > 0 && failures < 5; ) {
        if (await flush()) failures = 0;
        else {
          failures += 1;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
      if (database.isOpen) database.close();
    },
  };
}
