import { chancesOf } from '../../src/routing/classifier/classifier.ts';
import { bootstrap } from '../../src/statistics/bootstrap.ts';
import { mean } from '../../src/statistics/quantile.ts';
import { seededRandom } from '../../src/statistics/random.ts';
import { gunzipped } from '../data.ts';
import type { Evaluation, EvaluationOptions, Figure } from '../evaluation.ts';
import { gapRecovered, gapRecovery } from './apgr.ts';
import { subjectPrior } from './baselines.ts';
import { openModelExamples, routeLlmExamples } from './examples.ts';
import { measureIssues } from './issues.ts';
import { type GradeTimes, RUNS, timeGrades } from './speed.ts';
import { ALIKE, HELD, nearDuplicates, SPLIT_SEED, TUNED_SHARE, tunedPart } from './splits.ts';
import { fitClassifier, fitHeads, type Prepared, prepare } from './training/fit.ts';

const SEED = 20_261_126;
const FOLDS = 10;

type Say = EvaluationOptions['say'];

/** What the first grade is worth: the order in which prompts go to the strong model, its calibration, its time. Every
 *  classifier that is measured was trained by the code that trains the shipped one, without the examples it is measured on. */
export async function evaluate({ data, quick, say }: EvaluationOptions): Promise<Evaluation> {
  if (data === undefined) return { figures: [], notes: ['not measured: no data'] };
  const examples = prepare(routeLlmExamples(data));
  const mmlu = examples.filter(({ bench }) => bench === 'mmlu');
  const wordProblems = examples.filter(({ bench }) => bench === 'gsm8k');
  const isTuned = tunedPart(mmlu.length);
  const tuned = mmlu.filter((_, at) => isTuned[at]);
  const held = mmlu.filter((_, at) => !isTuned[at]);
  say(`MMLU: ${tuned.length} to tune and train on, ${held.length} held out; GSM8K: ${wordProblems.length}`);
  const resamples = quick ? 200 : 2_000;
  return {
    figures: [
      ...heldOut(tuned, held, resamples, say),
      ...(quick ? [] : acrossFolds('MMLU', mmlu, [], resamples)),
      ...leaveSubjectOut(tuned, held, resamples),
      ...acrossFolds('GSM8K', wordProblems, quick ? [] : openExamples(data, wordProblems), resamples),
      ...times(data, examples),
      ...issues(data),
    ],
    notes: NOTES,
  };
}

const NOTES = [
  'APGR: the area under the performance gap recovered over the share of strong calls, exact (eval/routing/apgr.ts; RouteLLM, 2024).',
  `MMLU held out: ${Math.round((1 - TUNED_SHARE) * 100)} % of the prompts, drawn by seed ${SPLIT_SEED} before anything was tried, never tuned or trained on.`,
  'Subjects left out: each held-out prompt is scored by a classifier trained on the tuned part without its subject; one order over all.',
  `MMLU and GSM8K in ${FOLDS} folds: trained on the other folds, seed ${SEED}. Features and penalty were chosen on 70 % of this MMLU and on this`,
  'GSM8K, also by cross-validation, so these two are a little kind. GSM8K trains with the open models too, without near-duplicates.',
  `Near-duplicate: of all pieces of five tokens of two prompts ${ALIKE * 100} % are common, or of the shorter one's ${HELD * 100} %. Subject prior: it is told the subject.`,
  'Intervals: 95 %, bootstrap over prompts. Times: of the clock, on a machine of two cores that did other work besides; the quickest of a few shows the grade without it.',
  'SWE-bench Verified: the shipped grade on the words of issues; nothing is trained on them.',
];

const gainsOf = (examples: readonly Prepared[]): number[] => examples.map(({ strong, cheap }) => strong - cheap);

function heldOut(tuned: readonly Prepared[], held: readonly Prepared[], resamples: number, say: Say): Figure[] {
  const classifier = fitClassifier(tuned);
  const chances = held.map(({ features }) => chancesOf(classifier, features));
  const scores = chances.map(({ gain }) => gain);
  const gains = gainsOf(held);
  const prior = subjectPrior(tuned);
  const repeated = nearDuplicates(
    held.map(({ text }) => text),
    tuned.map(({ text }) => text),
  );
  const fresh = held.map((_, at) => at).filter((at) => !repeated[at]);
  const only = (values: readonly number[]): number[] => fresh.map((at) => values[at] ?? 0);
  const wins = held.map(({ strong, cheap }) => strong * (1 - cheap));
  const { error, lines } = reliability(
    chances.map(({ strongWins }) => strongWins),
    wins,
  );
  for (const line of lines) say(line);
  return [
    bounded(apgr('MMLU held out: APGR', scores, gains, resamples), 0.7),
    apgr('MMLU held out, by length alone: APGR', lengthsOf(held), gains, resamples),
    apgr('MMLU held out, by the prior of its subject: APGR', held.map(prior), gains, resamples),
    paired('MMLU held out: APGR above the prior', scores, held.map(prior), gains, resamples),
    { name: 'MMLU held out: share with a near-duplicate in training', value: 1 - fresh.length / held.length },
    apgr('MMLU held out, without near-duplicates: APGR', only(scores), only(gains), resamples),
    { name: 'MMLU held out: gap recovered with 20 % strong calls', value: gapRecovered(scores, gains, 0.2) },
    { name: 'MMLU held out: gap recovered with 50 % strong calls', value: gapRecovered(scores, gains, 0.5) },
    { name: 'MMLU held out: calibration error of the chance, mean over tenths', value: error },
  ];
}

function leaveSubjectOut(tuned: readonly Prepared[], held: readonly Prepared[], resamples: number): Figure[] {
  const scores = new Map<Prepared, number>();
  for (const subject of new Set(held.map((example) => example.subject))) {
    const classifier = fitHeads(tuned.filter((example) => example.subject !== subject));
    for (const example of held) {
      if (example.subject === subject) scores.set(example, chancesOf(classifier, example.features).gain);
    }
  }
  const inOrder = held.map((example) => scores.get(example) ?? 0);
  const gains = gainsOf(held);
  return [
    bounded(apgr('MMLU, subjects left out: APGR', inOrder, gains, resamples), 0.62),
    paired('MMLU, subjects left out: APGR above length alone', inOrder, lengthsOf(held), gains, resamples),
  ];
}

function acrossFolds(
  name: string,
  examples: readonly Prepared[],
  besides: readonly Prepared[],
  resamples: number,
): Figure[] {
  const random = seededRandom(SEED);
  const folds = examples.map(() => Math.floor(random() * FOLDS));
  const scores = new Float64Array(examples.length);
  const priors = new Float64Array(examples.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const training = examples.filter((_, at) => folds[at] !== fold);
    const classifier = fitHeads([...training, ...besides]);
    const prior = subjectPrior(training);
    for (const [at, example] of examples.entries()) {
      if (folds[at] !== fold) continue;
      scores[at] = chancesOf(classifier, example.features).gain;
      priors[at] = prior(example);
    }
  }
  const gains = gainsOf(examples);
  const own = apgr(`${name} in ${FOLDS} folds: APGR`, scores, gains, resamples);
  const length = apgr(`${name} in ${FOLDS} folds, by length alone: APGR`, lengthsOf(examples), gains, resamples);
  if (name === 'GSM8K') return [bounded(own, 0.64), length];
  return [own, length, apgr(`${name} in ${FOLDS} folds, by the prior of its subject: APGR`, priors, gains, resamples)];
}

/** Those of the open models that are not nearly one of the prompts that are measured. */
function openExamples(folder: string, measured: readonly Prepared[]): readonly Prepared[] {
  const open = openModelExamples(folder);
  const repeated = nearDuplicates(
    open.map(({ text }) => text),
    measured.map(({ text }) => text),
  );
  return prepare(open.filter((_, at) => !repeated[at]));
}

function times(folder: string, examples: readonly Prepared[]): Figure[] {
  const texts = examples.map(({ text }) => text);
  const issueTexts = gunzipped(folder, 'swebench/verified_problem_statements.jsonl.gz').trim().split('\n');
  const prompts = timeGrades([...texts, ...issueTexts]);
  const long = timeGrades(
    Array.from({ length: 1_000 }, (_, at) => (issueTexts[at % issueTexts.length] ?? '').repeat(400)),
  );
  const figures = (name: string, { quickest, first }: GradeTimes): Figure[] => [
    { name: `${name}, quickest of ${RUNS}: median`, value: quickest.median, unit: 'ms' },
    {
      name: `${name}, quickest of ${RUNS}: p99`,
      value: quickest.p99,
      unit: 'ms',
      bound: { at: 1, side: 'at-most' },
    },
    { name: `${name}, first: median`, value: first.median, unit: 'ms' },
    { name: `${name}, first: p99`, value: first.p99, unit: 'ms' },
  ];
  return [...figures('one grade', prompts), ...figures('one grade of a megabyte or so', long)];
}

function issues(folder: string): Figure[] {
  const { auc, byLength, pairs, strong } = measureIssues(folder);
  return [
    { name: `SWE-bench Verified, words alone: AUC, mean of ${pairs} pairs of models`, value: auc },
    { name: 'SWE-bench Verified, length alone: AUC', value: byLength },
    { name: 'SWE-bench Verified: share of issues that begin with the strong model', value: strong },
  ];
}

const lengthsOf = (examples: readonly Prepared[]): number[] => examples.map(({ text }) => text.length);

function apgr(name: string, scores: ArrayLike<number>, gains: readonly number[], resamples: number): Figure {
  return { name, ...bootstrap(gains.length, gapRecovery(scores, gains), { random: seededRandom(SEED), resamples }) };
}

/** The difference of two orders over the same resampled prompts. */
function paired(
  name: string,
  scores: ArrayLike<number>,
  others: ArrayLike<number>,
  gains: readonly number[],
  resamples: number,
): Figure {
  const [own, other] = [gapRecovery(scores, gains), gapRecovery(others, gains)];
  const of = (indexes: Uint32Array): number => own(indexes) - other(indexes);
  return { name, ...bootstrap(gains.length, of, { random: seededRandom(SEED), resamples }) };
}

function bounded(figure: Figure, at: number): Figure {
  return { ...figure, bound: { at, side: 'at-least' } };
}

/** Tenths of the prompts by their chance, and how often the strong model alone succeeded in each. */
function reliability(chances: readonly number[], wins: readonly number[]): { error: number; lines: string[] } {
  const order = chances.map((_, at) => at).sort((one, other) => (chances[one] ?? 0) - (chances[other] ?? 0));
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    order.slice((tenth * order.length) / 10, ((tenth + 1) * order.length) / 10),
  ).map((members) => ({
    told: mean(members.map((at) => chances[at] ?? 0)),
    seen: mean(members.map((at) => wins[at] ?? 0)),
  }));
  return {
    error: mean(tenths.map(({ told, seen }) => Math.abs(told - seen))),
    lines: tenths.map(
      ({ told, seen }, tenth) => `tenth ${tenth + 1}: told ${told.toFixed(3)}, seen ${seen.toFixed(3)}`,
    ),
  };
}
