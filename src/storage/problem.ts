/** Why the ledger's file cannot be used. @property message  names the file. @property mend  what to run or do. */
export type StorageProblem = {
  readonly kind: 'corrupt' | 'newer' | 'read-only' | 'cannot-open' | 'busy' | 'full' | 'other';
  readonly message: string;
  readonly mend: string;
};

/** Thrown where a ledger that was open breaks. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly problem: StorageProblem;

  constructor(problem: StorageProblem, options?: ErrorOptions) {
    super(`${problem.message} ${problem.mend}`, options);
    this.problem = problem;
  }
}

/** SQLite's error in words. Source: https://www.sqlite.org/rescode.html */
export function problemOf(error: unknown, file: string): StorageProblem {
  if (error instanceof StorageError) return error.problem;
  const code =
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
  switch (code) {
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return {
        kind: 'corrupt',
        message: `The ledger ${file} is damaged.`,
        mend: 'Move it away, with the files beside it that begin with its name: the next start makes a new one.',
      };
    case 8: // SQLITE_READONLY
      return {
        kind: 'read-only',
        message: `The ledger ${file} cannot be written.`,
        mend: 'Make the file and its folder writable for you.',
      };
    case 14: // SQLITE_CANTOPEN
      return {
        kind: 'cannot-open',
        message: `The ledger ${file} cannot be opened.`,
        mend: 'Look whether its folder is there and is yours, or set PLUGBOARD_HOME to another.',
      };
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return {
        kind: 'busy',
        message: `Another program keeps the ledger ${file} locked.`,
        mend: 'Close what has it open.',
      };
    case 13: // SQLITE_FULL
      return {
        kind: 'full',
        message: `There is no room on the disk for the ledger ${file}.`,
        mend: 'Make room on the disk.',
      };
    default: {
      const detail = error instanceof Error ? error.message : 'unknown error';
      return {
        kind: 'other',
        message: `The ledger ${file} failed: ${detail}.`,
        mend: 'Run: plugboard doctor',
      };
    }
  }
}

export function newerProblem(file: string, found: number, known: number): StorageProblem {
  return {
    kind: 'newer',
    message: `The ledger ${file} was written by a newer Plugboard (format ${found}, this one knows ${known}).`,
    mend: 'Update Plugboard, or move the file away.',
  };
}
