import { isUnmade, type Receipt, runKey } from '../receipt.ts';

/** The receipts that count.
 *  @property repeated  receipts that a later one of the same run replaced.
 *  @property outdated  receipts of an earlier version of their task.
 *  @property unmade    runs whose setup failed: no model was asked, so they say nothing of one. */
export type CountedRuns = {
  readonly runs: readonly Receipt[];
  readonly repeated: number;
  readonly outdated: number;
  readonly unmade: readonly Receipt[];
};

/** One receipt for each run, of the newest version of each task, in an order that depends on what they say alone. */
export function countedRuns(receipts: readonly Receipt[]): CountedRuns {
  const inTime = [...receipts].sort((one, other) => one.startedAt - other.startedAt || inOrder(one.run, other.run));
  const newestHash = new Map(inTime.map((receipt) => [receipt.task, receipt.taskHash]));
  const current = inTime.filter((receipt) => newestHash.get(receipt.task) === receipt.taskHash);
  const last = [...new Map(current.map((receipt) => [runKey(receipt), receipt])).values()].sort(
    (one, other) => byName(one.task, other.task) || byName(one.model, other.model) || one.repetition - other.repetition,
  );
  return {
    runs: last.filter((receipt) => !isUnmade(receipt)),
    repeated: current.length - last.length,
    outdated: inTime.length - current.length,
    unmade: last.filter(isUnmade),
  };
}

/** Numbers inside names count as numbers: `task-2` before `task-10`. The same on every machine, whatever its language. */
export function byName(one: string, other: string): number {
  const parts = (name: string): readonly string[] => name.split(/(\d+)/);
  const [ones, others] = [parts(one), parts(other)];
  for (let at = 0; at < Math.max(ones.length, others.length); at += 1) {
    const [left = '', right = ''] = [ones[at], others[at]];
    const difference = at % 2 === 1 ? Number(left) - Number(right) : inOrder(left, right);
    if (difference !== 0) return difference;
  }
  return inOrder(one, other);
}

function inOrder(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
