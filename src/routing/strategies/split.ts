import { isNonEmpty } from '../../ir/non-empty.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { WorkEventKind } from '../../ir/work.ts';
import type { Router } from '../plan.ts';
import { purposeOf } from '../purpose.ts';
import type { RouteOf } from '../route.ts';
import { NO_WORK } from '../work/no-work.ts';

/** Two targets: one plans, the other executes.
 *  The planner has reviews, the agent's plan mode, and the beginning of a task; and again what follows a failure. It hands
 *  over after the first of its replies that writes a plan down or changes a file, and after `planSteps` replies at the
 *  latest: by then every call has its result, so that the switch costs none. */
export const split: Router<'split'> = (route, branches, query) => {
  const [planner = '', executor = ''] = route.targets;
  const { phase, text } = phaseOf(route, query);
  const slug = phase === 'plan' ? planner : executor;
  const first = branches.filter((branch) => branch.slug === slug);
  const ordered = [...first, ...branches.filter((branch) => branch.slug !== slug)];
  return {
    branches: isNonEmpty(ordered) ? ordered : branches,
    why: [{ slug, text: `${phase === 'plan' ? 'It plans' : 'It executes'}: ${text}` }],
  };
};

type Phase = { readonly phase: 'plan' | 'execute'; readonly text: string };

/** What sends the work back to the planner. */
const FAILURES: readonly WorkEventKind[] = ['tests-failed', 'patch-failed', 'call-repeated', 'still-broken'];
/** What ends its part. A summary of a condensed history says what comes next. */
const HANDS_OVER: readonly WorkEventKind[] = ['planned', 'edited', 'compacted'];

function phaseOf({ planSteps }: RouteOf<'split'>, query: RouteQuery): Phase {
  const { work = NO_WORK } = query;
  const purpose = purposeOf(query);
  if (purpose === 'review' || purpose === 'guardian')
    return { phase: 'plan', text: `the work is looked over (${purpose}).` };
  if (purpose === 'title' || purpose === 'memory' || purpose === 'prewarm') {
    return { phase: 'execute', text: `this is no step of the task (${purpose}).` };
  }
  if (work.planMode) return { phase: 'plan', text: 'the agent is in plan mode.' };
  if (purpose === 'compaction') return { phase: 'execute', text: 'the history is to be condensed.' };
  const { events, steps } = work;
  const failedAt = events.findLastIndex(({ kind }) => FAILURES.includes(kind));
  const failure = events[failedAt];
  const handed = events.slice(failedAt + 1).find(({ kind }) => HANDS_OVER.includes(kind));
  if (handed !== undefined) {
    const how = {
      planned: 'a plan is written down',
      edited: 'a file was changed',
      compacted: 'the summary says what comes next',
    };
    const words =
      handed.kind === 'planned' || handed.kind === 'edited' || handed.kind === 'compacted' ? how[handed.kind] : '';
    return { phase: 'execute', text: `${words}, in reply ${handed.step} of the task.` };
  }
  if (failure === undefined && work.planned) return { phase: 'execute', text: 'the user takes up the plan.' };
  const since = steps - (failure?.step ?? 0);
  if (since >= planSteps) return { phase: 'execute', text: `the planner has had its ${planSteps} replies.` };
  if (failure === undefined)
    return { phase: 'plan', text: `the task begins (reply ${since + 1} of at most ${planSteps}).` };
  const words = failure.words === undefined ? '' : ` (${failure.words})`;
  return { phase: 'plan', text: `${FAILURE_WORDS[failure.kind] ?? failure.kind}${words}.` };
}

const FAILURE_WORDS: { readonly [K in WorkEventKind]?: string } = {
  'tests-failed': 'tests fail',
  'patch-failed': 'a patch does not apply',
  'call-repeated': 'the same call was made once too often',
  'still-broken': 'the user says that it does not work',
};
