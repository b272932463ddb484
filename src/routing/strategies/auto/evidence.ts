import type { WorkEvent, WorkEventKind } from '../../../ir/work.ts';

/** What an event says against the model at work: 1 is enough for one step up, where nothing speaks against a change.
 *  @property one, many  its name in a reason. */
type Weight = { readonly weight: number; readonly one: string; readonly many: string };

/** Only what the agent itself reports. A prompt predicts almost nothing of a task's success; a failing test does. */
export const WEIGHTS: { readonly [K in WorkEventKind]?: Weight } = {
  'tests-failed': { weight: 1, one: 'failing test run', many: 'failing test runs' },
  'patch-failed': { weight: 1, one: 'patch that does not apply', many: 'patches that do not apply' },
  'call-repeated': { weight: 1, one: 'call made once too often', many: 'calls made once too often' },
  'still-broken': {
    weight: 1,
    one: 'word of the user that it does not work',
    many: 'words of the user that it does not work',
  },
  compacted: { weight: 1, one: 'compaction in the middle of the task', many: 'compactions in the middle of the task' },
  'went-long': { weight: 0.5, one: 'long stretch of work', many: 'long stretches of work' },
  'errors-grew': {
    weight: 0.5,
    one: 'failing command with more errors than before',
    many: 'failing commands with more errors than before',
  },
};

/** @property steps  up the ladder that it is enough for.
 *  @property score  what it adds up to, the part that tests have since refuted aside.
 *  @property words  what was seen, how often, and the last of each kind. */
export type Evidence = { readonly steps: number; readonly score: number; readonly words: readonly string[] };

/** Rounding of halves and tenths must not cost a step. */
const EPSILON = 1e-9;

/** Weighs what happened since the task began. It never falls back behind a step that was once reached: tests that pass
 *  clear only what was not yet enough for the next one.
 *  @param needed  for one step, above 0. */
export function weighEvents(events: readonly WorkEvent[], needed: number): Evidence {
  let score = 0;
  const seen = new Map<WorkEventKind, { count: number; words: string | undefined }>();
  for (const { kind, words } of events) {
    if (kind === 'tests-passed') score = stepsOf(score, needed) * needed;
    const known = WEIGHTS[kind];
    if (known === undefined) continue;
    score += known.weight;
    seen.set(kind, { count: (seen.get(kind)?.count ?? 0) + 1, words: words ?? seen.get(kind)?.words });
  }
  return {
    steps: stepsOf(score, needed),
    score,
    words: [...seen].flatMap(([kind, { count, words }]) => {
      const known = WEIGHTS[kind];
      if (known === undefined) return [];
      return [`${count} ${count === 1 ? known.one : known.many}${words === undefined ? '' : ` (${words})`}`];
    }),
  };
}

function stepsOf(score: number, needed: number): number {
  return Math.floor(score / needed + EPSILON);
}
