import { mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeFolder } from './copy-folder.ts';
import { endMarked } from './processes.ts';

const NAME = /^plugboard-compare-(\d+)-\w{6}$/;

/** A folder for the copies of one comparison. Its name says which process it is of, and marks all that its runs start. */
export function makeRoot(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `plugboard-compare-${process.pid}-`)));
}

/** What marks the processes of a run. @param comparison  the name of its folder. */
export function markOf(comparison: string, id: string): string {
  return `${comparison}/${id}`;
}

/** Ends and removes what comparisons left that were killed: nobody could end their children then.
 *  @param isRunning  a process with that id is there. @param spare  not ended.
 *  @returns how many comparisons had left something. */
export async function clearLeftovers(
  isRunning: (pid: number) => boolean,
  spare: (pid: number) => boolean,
): Promise<number> {
  const left = readdirSync(tmpdir()).filter((name) => {
    const pid = NAME.exec(name)?.[1];
    return pid !== undefined && !isRunning(Number(pid));
  });
  if (left.length === 0) return 0;
  await endMarked((run) => left.some((name) => run.startsWith(markOf(name, ''))), spare);
  for (const name of left) {
    // Another user's, or one that another comparison removes at the same moment.
    await removeFolder(join(tmpdir(), basename(name))).catch(() => undefined);
  }
  return left.length;
}
