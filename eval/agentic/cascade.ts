import type { WorkEvent } from '../../src/ir/work.ts';
import { weighEvents } from '../../src/routing/strategies/auto/evidence.ts';
import { LONG } from '../../src/routing/work/read-work.ts';
import type { Run } from './matrix.ts';

/** What became of a task, in expectation. @property escalated  to the last rung. */
export type Outcome = { readonly resolved: number; readonly costUsd: number; readonly escalated: number };

/** @property miss   how often a wrong solution is taken for right. @property alarm  how often a right one for wrong. */
export type Verifier = { readonly miss: number; readonly alarm: number };

/** Each model works to its end, a verifier looks at what it made, and the next one does again what it refuses. Nobody
 *  looks at what the last one made.
 *  @param runs  of one task, from the first rung of the ladder to the last. */
export function verified(runs: readonly Run[], { miss, alarm }: Verifier): Outcome {
  const last = runs.length - 1;
  let reaches = 1;
  let resolved = 0;
  let costUsd = 0;
  for (const [rung, run] of runs.entries()) {
    costUsd += reaches * run.costUsd;
    const refused = rung === last ? 0 : run.resolved ? alarm : 1 - miss;
    if (run.resolved) resolved += reaches * (1 - refused);
    if (rung < last) reaches *= refused;
  }
  return { resolved, costUsd, escalated: reaches };
}

/** The reply at which `auto` steps up by the length of the work alone: the one sign of its table that these runs record.
 *  By the product's own weights. */
export function longAfter(patience: number): number {
  for (let times = 1; times < 1_000; times += 1) {
    const events = Array.from({ length: times }, (): WorkEvent => ({ kind: 'went-long', step: 1 }));
    if (weighEvents(events, patience).steps > 0) return times * LONG;
  }
  throw new RangeError('the work never counts as long');
}

/** The strong model takes over at that reply and makes of it what it made of the task alone. What the cheap one spent by
 *  then is a share of its run; the strong one's whole run is paid, though it need not begin at nothing. */
export function takenOver(cheap: Run, strong: Run, after: number): Outcome {
  if (cheap.calls <= after) return { resolved: cheap.resolved ? 1 : 0, costUsd: cheap.costUsd, escalated: 0 };
  return {
    resolved: strong.resolved ? 1 : 0,
    costUsd: (cheap.costUsd * after) / cheap.calls + strong.costUsd,
    escalated: 1,
  };
}
