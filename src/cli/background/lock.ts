import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BUSY = 5; // https://www.sqlite.org/rescode.html#busy
const RETRY_MS = 25;

/** Runs `work` while no other process holds the same lock. The lock is a SQLite file's: the system gives it up with the
 *  process that held it, however that ended, so none can be left behind.
 *  @throws Error when the lock was not free within `timeoutMs`. */
export async function withLock<T>(file: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    await acquire(() => database.exec('BEGIN EXCLUSIVE'), Date.now() + timeoutMs, file);
    return await work();
  } finally {
    database.close();
  }
}

async function acquire(begin: () => void, deadline: number, file: string): Promise<void> {
  for (;;) {
    try {
      begin();
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (Date.now() > deadline) throw new Error(`another process holds ${file}`, { cause: error });
    }
    await sleep(RETRY_MS);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY;
}
