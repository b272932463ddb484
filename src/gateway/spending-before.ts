import type { Admissions } from '../policy/admission.ts';
import { DRAIN_MS } from '../server/drain.ts';
import type { SpentRead } from '../storage/spending.ts';

/** What was spent before this gateway started, for limits that look back.
 *  @property learned  settles when it was looked for; where it could not be read, the next that asks looks again. */
export type SpendingBefore = { readonly learned: () => Promise<void>; readonly close: () => void };

/** @property read  the ledger behind a row. @property lateAfterMs  when a gateway that this one replaces has written all. */
export type SpendingBeforeParts = Pick<Admissions, 'learn' | 'learnLate'> & {
  readonly read: (after: number) => Promise<SpentRead>;
  readonly lateAfterMs?: number;
};

/** Its last streams may run as long as that, and their entries are written a moment later. */
const LATE_AFTER_MS = DRAIN_MS + 5_000;

/** Reads the ledger when it is first asked, and once more when a gateway that was replaced has ended its last calls: they
 *  began before this one and are written while it serves. */
export function spendingBefore(parts: SpendingBeforeParts): SpendingBefore {
  const { read, learn, learnLate, lateAfterMs = LATE_AFTER_MS } = parts;
  let learning: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function learnNow(): Promise<void> {
    const spent = await read(0);
    // What could not be read now may be readable when the next one asks.
    if (spent.state === 'unknown') learning = undefined;
    else learnLater(spent.lastRow);
    learn(spent);
  }

  function learnLater(after: number): void {
    if (closed) return;
    timer = setTimeout(async () => {
      const spent = await read(after);
      if (spent.state === 'known') learnLate(spent);
      else learnLater(after);
    }, lateAfterMs);
    timer.unref();
  }

  return {
    learned: () => {
      learning ??= learnNow();
      return learning;
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
