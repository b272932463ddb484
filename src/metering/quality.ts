import type { AttemptCount, StatsRow, ToolCallCount } from './ledger.ts';

/** How well a group of requests went, as far as a gateway can see it: the product of four shares, each 1 where there is
 *  nothing to count. docs/stats.md says what each means, and what none of them can tell.
 *  @returns 0 to 1; undefined where no model was tried. */
export function qualityOf(
  { completed, incomplete }: Pick<StatsRow['outcomes'], 'completed' | 'incomplete'>,
  toolCalls: ToolCallCount,
  attempts: AttemptCount,
): number | undefined {
  if (attempts.made === 0) return undefined;
  const answered = without(attempts.failed, attempts.made);
  const whole = without(incomplete, completed + incomplete);
  const parsed = without(toolCalls.malformed, toolCalls.made);
  const applied = without(toolCalls.failedPatches, toolCalls.made);
  return answered * whole * parsed * applied;
}

/** Patches of an earlier time than the one that is looked at may count as failed: no share is less than none. */
function without(bad: number, all: number): number {
  return all === 0 ? 1 : Math.max(0, 1 - bad / all);
}
