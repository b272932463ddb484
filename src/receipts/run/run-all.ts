import type { PlannedRun } from '../plan.ts';
import type { Receipt } from '../receipt.ts';

/** Runs what is left of a plan, so many at once, in the plan's order.
 *  @param work    one run; no receipt where it was stopped.
 *  @param done    told as each ends.
 *  @throws what `work` throws, once the others have ended. */
export async function runAll(
  runs: readonly PlannedRun[],
  parallel: number,
  work: (run: PlannedRun, index: number) => Promise<Receipt | undefined>,
  done: (run: PlannedRun, receipt: Receipt) => void,
): Promise<void> {
  const left = runs.flatMap((run, index) => (run.receipt === undefined ? [{ run, index }] : []));
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !failed; next = left.shift()) {
      try {
        const receipt = await work(next.run, next.index);
        // Stopped: so are the others.
        if (receipt === undefined) return;
        done(next.run, receipt);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(parallel, left.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
