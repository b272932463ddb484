import type { RouteQuery } from '../../../ir/query.ts';
import type { Work } from '../../../ir/work.ts';
import { gradeTask } from '../../classifier/grade-task.ts';
import { purposeOf } from '../../purpose.ts';
import type { RouteOf } from '../../route.ts';

/** Where a task begins on the ladder, before anything has happened.
 *  @property place   `unclear` begins at the cheap end too, and says that it does not know.
 *  @property chance  that the task needs the stronger model, 0 to 1, where somebody judged it. */
export type FirstGrade = {
  readonly place: 'cheap' | 'strong' | 'unclear';
  readonly text: string;
  readonly chance?: number;
};

/** The first that has something to say: the user, the kind of call, the judge, the words of the task. */
export function firstGrade({ judge }: RouteOf<'auto'>, work: Work, query: RouteQuery): FirstGrade {
  if (work.wish === 'strong') return { place: 'strong', text: 'The user asked for the strongest model.' };
  if (work.wish === 'cheap') return { place: 'cheap', text: 'The user asked for the cheapest model.' };
  const purpose = purposeOf(query);
  if (purpose === 'title' || purpose === 'memory' || purpose === 'prewarm') {
    return { place: 'cheap', text: `It is no step of the task (${purpose}).` };
  }
  if (purpose === 'review' || purpose === 'guardian') {
    return { place: 'strong', text: `The work is looked over (${purpose}).` };
  }
  if (work.planMode)
    return { place: 'strong', text: 'The agent is in plan mode: what is planned wrong is built wrong.' };
  const verdict = judge === undefined ? undefined : work.verdicts?.find(({ by }) => by === judge.model);
  if (judge !== undefined && verdict !== undefined) {
    const place = verdict.need >= judge.threshold ? 'strong' : 'cheap';
    const than = place === 'strong' ? 'at least' : 'below';
    const text = `The judge "${verdict.by}" gives ${verdict.need.toFixed(2)} that it needs the stronger model, ${than} its threshold ${judge.threshold}.`;
    return { place, text, chance: verdict.need };
  }
  const local = gradedByWords(work.task);
  if (judge === undefined) return local;
  return { ...local, text: `Without an answer of the judge "${judge.model}" the words decide. ${local.text}` };
}

function gradedByWords(task: string): FirstGrade {
  if (task === '') return { place: 'unclear', text: 'No word of the user was found, so it begins with the cheapest.' };
  const { strongWins, clear, thresholds } = gradeTask({ text: task });
  const chance = `a chance of ${strongWins.toFixed(2)} that only the stronger model succeeds`;
  const bounds = `clear are at most ${thresholds.cheap.toFixed(2)} and at least ${thresholds.strong.toFixed(2)}`;
  const begins = BEGINNINGS[clear];
  return { place: clear, text: `The words of the task give ${chance}; ${bounds}: ${begins}.`, chance: strongWins };
}

const BEGINNINGS = {
  cheap: 'it begins with the cheapest',
  unclear: 'they say too little, so it begins with the cheapest',
  strong: 'it begins with the strongest',
} as const satisfies Record<FirstGrade['place'], string>;
