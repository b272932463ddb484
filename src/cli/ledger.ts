import { join } from 'node:path';
import type { LedgerReader } from '../metering/ledger.ts';
import { openLedgerReader } from '../storage/ledger-reader.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './context.ts';

/** Reads the ledger beside a gateway that may be writing it. One that is not there yet is empty.
 *  @throws CliError when it cannot be opened. */
export async function withLedger<T>(context: CommandContext, read: (ledger: LedgerReader) => Promise<T>): Promise<T> {
  const opened = openLedgerReader(join(context.places.home, 'plugboard.db'));
  if (!opened.ok) throw new CliError(opened.problem);
  try {
    return await read(opened.reader);
  } finally {
    await opened.reader.close();
  }
}
