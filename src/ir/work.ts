/** What a conversation shows of the task that is being worked on. Read from its messages alone, so that it is the same
 *  after a restart and through whichever door they came.
 *  @property task       the user's own words that began it, without what an agent adds.
 *  @property key        stands for the task in what is remembered of a session; another one once the user wishes for
 *                       another model, and while it is only planned.
 *  @property steps      replies of models since it began.
 *  @property events     what happened since then, in order.
 *  @property planMode   the agent is in a mode in which nothing is changed.
 *  @property planned    the user takes up a plan that was made before: there is nothing left to plan.
 *  @property wish       which model the user asked for in so many words, last: the strongest, or the cheapest.
 *  @property openCalls  calls of the last reply that have no result yet.
 *  @property given      by route, the target that the session gave the task to before, as far as that is remembered.
 *  @property verdicts   what models think of the task that were asked to judge it. */
export type Work = {
  readonly task: string;
  readonly key: string;
  readonly steps: number;
  readonly events: readonly WorkEvent[];
  readonly planMode: boolean;
  readonly planned: boolean;
  readonly wish?: Wish;
  readonly openCalls: number;
  readonly given?: ReadonlyMap<string, string>;
  readonly verdicts?: readonly Verdict[];
};

export type Wish = 'strong' | 'cheap';

/** @property step   the reply that led to it, from 1; 0 before the first.
 *  @property words  what a person may check it by, at most 120 characters. */
export type WorkEvent = { readonly kind: WorkEventKind; readonly step: number; readonly words?: string };

/** - `edited`: a file was changed. - `planned`: a plan was written down.
 *  - `tests-failed`, `tests-passed`: a run of a test runner.
 *  - `patch-failed`: an edit that does not apply. - `call-repeated`: the same call once more, with nothing changed between.
 *  - `errors-grew`: a failing command says more errors than the one before.
 *  - `compacted`: the history was condensed in the middle of the task.
 *  - `went-long`: the task took so many replies more, and is not at its end.
 *  - `still-broken`: the user says that it does not work. */
export type WorkEventKind =
  | 'edited'
  | 'planned'
  | 'tests-failed'
  | 'tests-passed'
  | 'patch-failed'
  | 'call-repeated'
  | 'errors-grew'
  | 'compacted'
  | 'went-long'
  | 'still-broken';

/** A model's judgement of a task.
 *  @property by    the slug that was asked.
 *  @property need  how sure it is that the task needs the stronger model, 0 to 1. */
export type Verdict = { readonly by: string; readonly need: number };

/** What a judge is asked with. @property model  a slug or a route's. */
export type JudgeSettings = { readonly model: string; readonly timeoutMs: number };
