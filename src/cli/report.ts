import { GatewayError } from '../ir/failure.ts';
import { StorageError } from '../storage/problem.ts';
import { CliError, FAILED } from './cli-error.ts';
import { type Io, line } from './io.ts';

/** Tells any error in the one shape: what is wrong and where, then the mend. Returns the exit status. */
export function report(io: Io, error: unknown): number {
  const { message, mend, exitStatus } = describe(error);
  line(io.err, `${io.err.paint('red', 'plugboard:')} ${message}`);
  if (mend !== undefined) line(io.err, `  ${io.err.paint('bold', 'mend:')} ${mend}`);
  return exitStatus;
}

type Told = { readonly message: string; readonly mend: string | undefined; readonly exitStatus: number };

function describe(error: unknown): Told {
  if (error instanceof CliError) return { message: error.message, mend: error.mend, exitStatus: error.exitStatus };
  if (error instanceof GatewayError) {
    return { message: error.failure.message, mend: error.failure.mend, exitStatus: FAILED };
  }
  if (error instanceof StorageError) {
    return { message: error.problem.message, mend: error.problem.mend, exitStatus: FAILED };
  }
  if (error instanceof Error) {
    const mend = 'mend' in error && typeof error.mend === 'string' ? error.mend : systemMend(error);
    return { message: error.message, mend, exitStatus: FAILED };
  }
  return { message: String(error), mend: undefined, exitStatus: FAILED };
}

function systemMend(error: NodeJS.ErrnoException): string | undefined {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return `Check that you own ${error.path ?? 'the file'} and may write it.`;
    case 'ENOSPC':
      return 'The disk is full: make room and try again.';
    case 'EROFS':
      return 'The place is read-only: set PLUGBOARD_HOME to a directory that you may write.';
    default:
      return undefined;
  }
}
