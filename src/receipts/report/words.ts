import { wilson } from '../../statistics/wilson.ts';
import type { Analysis } from '../analysis/analyse.ts';
import type { ModelSummary } from '../analysis/models.ts';
import { FIGURES, type Figure, type Pair } from '../analysis/pairs.ts';
import type { Verdict } from '../receipt.ts';
import { list, moment, percent, plural, points, probability, range, times } from './figures.ts';

/** The sentences that the HTML and the Markdown report share. */
export const VERDICT_WORDS = {
  passed: 'passed',
  failed: 'failed the check',
  timeout: 'not done in time',
  error: 'could not be run',
} as const satisfies Record<Verdict, string>;

const FIGURE_WORDS = {
  cost: 'as much',
  time: 'as long',
  tokens: 'as many tokens',
} as const satisfies Record<Figure, string>;

const FIGURE_VERBS = {
  cost: 'cost',
  time: 'took',
  tokens: 'used',
} as const satisfies Record<Figure, string>;

/** Below this, chance seldom does it. */
const SELDOM = 0.05;

export function headline({ models, runs }: Analysis): string {
  const [first, ...rest] = models;
  if (first === undefined || runs.length === 0) return 'No run has been made yet';
  const begin = `${first.model} passed ${passedOf(first)}`;
  if (models.length > 3) return `${begin}, the most of ${models.length} models`;
  const alike = rest.every((model) => model.runs === first.runs && model.tasks === first.tasks);
  return list([begin, ...rest.map((model) => `${model.model} ${alike ? model.verdicts.passed : passedOf(model)}`)]);
}

export function passedOf({ verdicts, runs, tasks }: ModelSummary): string {
  return `${verdicts.passed} of ${plural(runs, runs === tasks ? 'task' : 'run')}`;
}

export function scope({ models, tasks, runs, made }: Analysis): string {
  const size = `${plural(tasks.length, 'task')} on ${plural(models.length, 'model')}, ${plural(runs.length, 'run')}`;
  if (runs.length === 0) return size;
  const often = made.repetitions > 1 ? `, up to ${made.repetitions} of each task` : '';
  return `${size}${often}. From ${moment(made.from)} to ${moment(made.to)}.`;
}

/** What can be said of a pair's passes. */
export function passWords(pair: Pair): string {
  const { first, second, tasks, better, worse, difference, adjusted } = pair;
  if (tasks === 0) return `${first} and ${second} were tried on no task in common.`;
  const even = tasks - better - worse;
  const counts = `Of ${plural(tasks, 'task')}, ${first} did better on ${better}, ${second} on ${worse}, and ${even} ${even === 1 ? 'was' : 'were'} even.`;
  if (difference === undefined) return `${counts} One task is too few to say more.`;
  const shown = `${points(difference.value)} points (${range(difference, points)})`;
  return `${counts} The share passed differs by ${shown}, p = ${probability(adjusted)}: ${judgement(pair)}`;
}

function judgement({ first, second, better, worse, adjusted, tasks }: Pair): string {
  if (adjusted < SELDOM) {
    const winner = better > worse ? first : second;
    return `chance alone would seldom do that, so ${winner} is the better one on tasks like these.`;
  }
  if (better + worse === 0) return 'these tasks do not tell them apart.';
  return tasks < FEWEST
    ? 'so few tasks cannot tell them apart, however they fall.'
    : 'chance alone does that often enough, so these tasks do not tell them apart.';
}

/** Cost, time and tokens of a pair, each a sentence. */
export function ratioWords({ first, second, ratios, tasks }: Pair): readonly string[] {
  return FIGURES.flatMap((figure) => {
    const ratio = ratios[figure];
    if (ratio === undefined) return [];
    const part = ratio.tasks < tasks ? [`on the ${plural(ratio.tasks, 'task')} where both are known`] : [];
    const spread = ratio.range === undefined ? [] : [range(ratio.range, times)];
    const told = [...spread, ...part].join(', ');
    const even =
      ratio.range !== undefined && ratio.range.low <= 1 && ratio.range.high >= 1 ? '; no clear difference' : '';
    return [
      `${first} ${FIGURE_VERBS[figure]} ${times(ratio.value)} ${FIGURE_WORDS[figure]} as ${second}${told === '' ? '' : ` (${told})`}${even}.`,
    ];
  });
}

/** The fewest tasks that can differ and still be significant: 2 / 2^6 is below 0.05, 2 / 2^5 is not. */
const FEWEST = 6;

/** What the number of tasks allows to say. */
export function caveat({ tasks, models, made }: Analysis): string {
  const [low, high] = [wilson(0.5, tasks.length).low, wilson(0.5, tasks.length).high];
  const known = `With ${plural(tasks.length, 'task')}, a model that passes half of them may truly pass anything from ${percent(low)} to ${percent(high)} of such tasks.`;
  const paired =
    models.length < 2
      ? ''
      : tasks.length < FEWEST
        ? ` Two models cannot be told apart by fewer than ${FEWEST} tasks, whatever the outcome: take this as a look, not as a finding.`
        : ` Two models are told apart only where at least ${FEWEST} tasks come out differently.`;
  const repeated =
    made.repetitions > 1
      ? ' Repetitions of a task say how steady a model is on it; they are no further tasks, and the intervals do not count them as such.'
      : ' Each task ran once, so chance inside a model (it seldom does the same twice) cannot be told from its ability; --repetitions 3 would show it.';
  return `${known}${paired}${repeated} The tasks are yours: what they say holds for work like them.`;
}

/** How the figures were made, a paragraph each. */
export function howToRead({ models }: Analysis): readonly (readonly [string, string])[] {
  return [
    [
      'Passed',
      "means that Codex ended well and the task's check ended with status 0. A timeout and an error of Codex count as not passed, since the work was not done.",
    ],
    [
      'The range behind a share',
      "is Wilson's 95% interval with the tasks as units: where the true share lies, were there endless tasks of this kind. Repetitions of one task do not make it narrower.",
    ],
    ...(models.length < 2
      ? []
      : ([
          [
            'Differences',
            'are taken task by task, so that hard tasks do not count against one model alone. Their ranges are 95% bootstrap intervals over the tasks (10,000 draws from a fixed seed), made wider for how few these are. Ratios of cost, time and tokens have none below six tasks.',
          ],
          [
            'p',
            "is McNemar's exact test over the tasks that came out differently (with repetitions, the sign test over tasks): how often a fair coin would split them so unevenly. Where there are several pairs it is raised for that (Holm).",
          ],
        ] as const)),
    [
      'Cost',
      "is what the gateway's ledger says: tokens times the price at that hour. It is an estimate, and the provider's bill decides. It is unknown where any part of it is: a model without a price, or a reply that was cut before it told its tokens.",
    ],
    [
      'Time',
      "is a run's whole wall time with setup and check. Runs share this machine when --parallel is above 1. The first token is the median over a run's requests, as the gateway saw it.",
    ],
  ];
}

/** They may be the provider's bad hour. */
function errorNotes(runs: Analysis['runs']): readonly string[] {
  const errors = runs.filter((run) => run.verdict === 'error');
  if (errors.length === 0) return [];
  const kinds = [...Map.groupBy(errors, (run) => run.failureKind ?? run.stage ?? 'other')]
    .map(([kind, group]) => `${kind} ${group.length}`)
    .sort();
  return [`Not passed by an error: ${plural(errors.length, 'run')} (${list(kinds)}). --retry-errors runs such again.`];
}

/** What a reader must know of these receipts; empty where nothing is odd. */
export function notes({ repeated, outdated, unmade, made, runs }: Analysis): readonly string[] {
  const uncounted = runs.filter((run) => run.requests.uncounted > 0).length;
  const unpriced = runs.filter((run) => run.requests.unpriced > 0).length;
  const unknown = runs.filter((run) => run.requests.made === 0).length;
  return [
    ...(unknown === 0
      ? []
      : [`Of ${plural(unknown, 'run')} the ledger knows no request: tokens and cost are unknown there.`]),
    ...errorNotes(runs),
    ...(unmade.length === 0
      ? []
      : [
          `${plural(unmade.length, 'run')} could not begin, since the setup of the task failed; left out: ${list([...new Set(unmade.map((run) => run.task))])}.`,
        ]),
    ...(made.uneven.length === 0
      ? []
      : [`Not every model has as many runs of: ${list(made.uneven)}. Pairs are compared on the tasks that both have.`]),
    ...(made.shifted.length === 0
      ? []
      : [`The files that runs began with changed between runs of: ${list(made.shifted)}.`]),
    ...(made.configHashes.length < 2
      ? []
      : [`config.yaml changed between runs: they were made with ${made.configHashes.length} different ones.`]),
    ...(made.codex.length < 2 ? [] : [`Runs were made with different versions of Codex: ${list(made.codex)}.`]),
    ...(outdated === 0 ? [] : [`${plural(outdated, 'receipt')} of earlier versions of a task are left out.`]),
    ...(repeated === 0 ? [] : [`${plural(repeated, 'receipt')} gave way to a later run of the same.`]),
    ...(uncounted === 0
      ? []
      : [`In ${plural(uncounted, 'run')} a request was cut before it told its tokens: tokens are too low there.`]),
    ...(unpriced === 0 ? [] : [`In ${plural(unpriced, 'run')} a model without a price served: the cost is unknown.`]),
  ];
}
