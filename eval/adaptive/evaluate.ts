import type { Effect } from '../../src/metering/shadow-effect.ts';
import { STATES } from '../../src/routing/adaptive/state.ts';
import { bootstrap, type Estimate } from '../../src/statistics/bootstrap.ts';
import { mean } from '../../src/statistics/quantile.ts';
import { type Random, seededRandom } from '../../src/statistics/random.ts';
import { changeOfMeans, pointsApart, relativeChange } from '../dispatch/compare.ts';
import { peakEwma } from '../dispatch/policies/peak-ewma.ts';
import { risk } from '../dispatch/policies/product.ts';
import { roundRobin } from '../dispatch/policies/round-robin.ts';
import { shortestQueue } from '../dispatch/policies/shortest-queue.ts';
import type { Policy } from '../dispatch/simulate.ts';
import { type Summary, summaryOf } from '../dispatch/summary.ts';
import { azureConversation } from '../dispatch/traces.ts';
import { runOf } from '../dispatch/worlds.ts';
import type { Evaluation, EvaluationOptions, Figure } from '../evaluation.ts';
import { breaches, decisionCost, guardBreaches } from './decisions.ts';
import { adaptive } from './policies.ts';
import { REPORTED, type Regime, TUNING } from './regimes.ts';
import { shadowSays } from './shadow.ts';
import { added, type Confusion, f1Of, judged, macroF1, noConfusion } from './states.ts';
import { troubledWorld } from './worlds.ts';

/** Adjusting looked at seeds 1 to 6 of the regime `tuning`, and at nothing of these. */
const SEEDS = Array.from({ length: 12 }, (_, index) => 301 + index);
const QUICK_SEEDS = [301, 302, 303];
const LOAD = 0.5;
const REQUESTS = 6_000;
/** Regimes in which it is checked what the shadow tells ahead. */
const TOLD_AHEAD = ['brown-outs', 'flapping'];
const BASELINES: readonly Policy[] = [roundRobin, shortestQueue, peakEwma];

/** @property quality  attempts that brought a whole reply, of all: what docs/stats.md calls answered; tools are not simulated. */
type Run = Summary & { readonly quality: number };
type Seen = { readonly all: Confusion; readonly heard: Confusion };

/** The adaptive router in force against `risk`, where it is in shadow, in trouble of other kinds than it was adjusted on. */
export async function evaluate({ data, quick, say }: EvaluationOptions): Promise<Evaluation> {
  if (data === undefined) return { figures: [], notes: ['not run: the traces are not there.'] };
  const seeds = quick ? QUICK_SEEDS : SEEDS;
  const trace = azureConversation(data, REQUESTS);
  const random = seededRandom(1);
  const figures: Figure[] = [];
  const bySeed: Seen[] = seeds.map(() => ({ all: noConfusion(), heard: noConfusion() }));
  const pooled: { readonly ours: Run[]; readonly theirs: Run[] } = { ours: [], theirs: [] };
  const better: string[] = [];
  for (const regime of REPORTED) {
    const worlds = seeds.map((seed) => ({ seed, world: troubledWorld(trace, seed, LOAD, regime) }));
    const run = (policy: Policy, seen?: readonly Seen[]): readonly Run[] => {
      const runs = worlds.map(({ seed, world }, index) => {
        const one = seen?.[index];
        return measured(runOf(world, one === undefined ? policy : judged(policy, world, one), seed));
      });
      say(`${regime.name}, ${policy.name}: ${sentence(runs)}`);
      return runs;
    };
    const theirs = run(risk, bySeed);
    const ours = run(adaptive);
    pooled.ours.push(...ours);
    pooled.theirs.push(...theirs);
    const against = againstRisk(regime, ours, theirs, random);
    figures.push(...against.figures);
    if (against.better) better.push(regime.name);
    if (TOLD_AHEAD.includes(regime.name))
      figures.push(...toldAhead(regime, shadowSays(worlds, random), ours, theirs, random));
    for (const policy of BASELINES) figures.push(...fiveFigures(regime, policy, ours, run(policy), random));
  }
  say('states in the family that the parameters were adjusted on, unseen seeds');
  const family: Seen[] = seeds.map((seed) => {
    const seen = { all: noConfusion(), heard: noConfusion() };
    const world = troubledWorld(trace, seed, LOAD, TUNING);
    runOf(world, judged(risk, world, seen), seed);
    return seen;
  });
  figures.push(...overall(pooled, better, random), ...stateFigures('reported regimes', bySeed, random));
  figures.push(...stateFigures('family adjusted on, unseen seeds', family, random), ...decisionFigures(quick));
  return {
    figures,
    notes: [`Better by 15 % p99 or 30 % errors, interval below 0: ${better.join(', ') || 'none'}.`, ...NOTES],
  };
}

function measured(outcome: ReturnType<typeof runOf>): Run {
  const served = outcome.served.reduce((count, deployment) => count + (deployment === -1 ? 0 : 1), 0);
  const attempts = outcome.attempts.reduce((sum, one) => sum + one, 0);
  return { ...summaryOf(outcome), quality: served / attempts };
}

function againstRisk(
  { name }: Regime,
  ours: readonly Run[],
  theirs: readonly Run[],
  random: Random,
): { readonly figures: readonly Figure[]; readonly better: boolean } {
  const p99 = relativeChange(ours, theirs, 'ttftP99', random);
  const errors = changeOfMeans(ours, theirs, 'errors', random);
  return {
    figures: [
      percent(`${name}: p99 TTFT against risk`, p99),
      // Where neither had an error there is nothing to compare.
      ...(Number.isNaN(errors.value) ? [] : [percent(`${name}: errors against risk`, errors)]),
      percent(`${name}: cost against risk`, relativeChange(ours, theirs, 'costUsd', random)),
    ],
    better: (p99.value <= -15 && p99.high < 0) || (errors.value <= -30 && errors.high < 0),
  };
}

/** What `stats --shadow` told of the errors before anybody followed, and what following then did. */
function toldAhead(
  { name }: Regime,
  told: Effect,
  ours: readonly Run[],
  theirs: readonly Run[],
  random: Random,
): readonly Figure[] {
  if (!told.enough) return [];
  const { value, low, high } = told.errors;
  return [
    {
      name: `${name}: errors by following, as stats --shadow tells ahead`,
      value: value * 100,
      low: low * 100,
      high: high * 100,
      unit: 'points',
    },
    { name: `${name}: errors by following, in truth`, ...pointsApart(ours, theirs, 'errors', random), unit: 'points' },
  ];
}

function fiveFigures(
  { name }: Regime,
  { name: other }: Policy,
  ours: readonly Run[],
  theirs: readonly Run[],
  random: Random,
): readonly Figure[] {
  const title = (what: string): string => `${name}: ${what} against ${other}`;
  return [
    percent(title('p95 latency'), relativeChange(ours, theirs, 'latencyP95', random)),
    percent(title('p99 TTFT'), relativeChange(ours, theirs, 'ttftP99', random)),
    percent(title('cost'), relativeChange(ours, theirs, 'costUsd', random)),
    { name: title('errors'), ...pointsApart(ours, theirs, 'errors', random), unit: 'points' },
    { name: title('quality'), ...qualityApart(ours, theirs, random), unit: 'points' },
  ];
}

function qualityApart(ours: readonly Run[], theirs: readonly Run[], random: Random): Estimate {
  const differences = ours.map(({ quality }, index) => (quality - (theirs[index]?.quality ?? 0)) * 100);
  return bootstrap(differences.length, (indexes) => mean([...indexes].map((index) => differences[index] ?? 0)), {
    random,
  });
}

/** Over all regimes, each seed of each a unit. One of the first two is asked for. */
function overall(
  { ours, theirs }: { readonly ours: readonly Run[]; readonly theirs: readonly Run[] },
  better: readonly string[],
  random: Random,
): readonly Figure[] {
  const most = (at: number) => ({ at, side: 'at-most' }) as const;
  return [
    {
      ...percent('all regimes: p99 TTFT against risk', relativeChange(ours, theirs, 'ttftP99', random)),
      bound: most(-15),
    },
    { ...percent('all regimes: errors against risk', changeOfMeans(ours, theirs, 'errors', random)), bound: most(-30) },
    percent('all regimes: p95 TTFT against risk', relativeChange(ours, theirs, 'ttftP95', random)),
    percent('all regimes: median TTFT against risk', relativeChange(ours, theirs, 'ttftP50', random)),
    percent('all regimes: cost against risk', relativeChange(ours, theirs, 'costUsd', random)),
    { name: `regimes of ${REPORTED.length} in which it is better by one of the two`, value: better.length },
  ];
}

function stateFigures(where: string, bySeed: readonly Seen[], random: Random): readonly Figure[] {
  const bound = { at: 0.85, side: 'at-least' } as const;
  const of = (which: keyof Seen): Estimate =>
    bootstrap(
      bySeed.length,
      (indexes) =>
        macroF1(added([...indexes].flatMap((index) => (bySeed[index] === undefined ? [] : [bySeed[index][which]])))),
      { random },
    );
  const f1 = f1Of(added(bySeed.map(({ heard }) => heard)));
  return [
    {
      name: `macro-F1 of the states (${where}), each second in which a deployment was heard of`,
      ...of('heard'),
      bound,
    },
    { name: `macro-F1 of the states (${where}), each second`, ...of('all'), bound },
    ...STATES.flatMap((state, index) => {
      const value = f1[index] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [{ name: `F1 of ${state} (${where}), heard of`, value }];
    }),
  ];
}

function decisionFigures(quick: boolean): readonly Figure[] {
  const none = { at: 0, side: 'at-most' } as const;
  const rule = guardBreaches(1_000_000, seededRandom(6));
  const whole = breaches(quick ? 5_000 : 50_000, seededRandom(7));
  const micros = decisionCost(quick ? 2_000 : 20_000, seededRandom(8));
  return [
    {
      name: `cost guard breaches in 1,000,000 decisions, ${rule.switches} of them switches`,
      value: rule.broken,
      bound: none,
    },
    {
      name: `cost guard breaches in ${whole.decisions} plans of the whole planner, ${whole.switches} of them switches`,
      value: whole.broken,
      bound: none,
    },
    { name: 'what it adds to a decision among 8', value: micros, unit: 'us', bound: { at: 50, side: 'at-most' } },
  ];
}

function percent(name: string, estimate: Estimate): Figure {
  return { name, ...estimate, unit: '%' };
}

function sentence(runs: readonly Run[]): string {
  const of = (figure: keyof Run): number => mean(runs.map((one) => one[figure]));
  return `TTFT p50 ${of('ttftP50').toFixed(0)}, p95 ${of('ttftP95').toFixed(0)}, p99 ${of('ttftP99').toFixed(0)} ms; p95 latency ${of('latencyP95').toFixed(0)} ms; errors ${(of('errors') * 100).toFixed(2)}%; $${of('costUsd').toFixed(3)} per 1,000; quality ${of('quality').toFixed(4)}`;
}

const NOTES: readonly string[] = [
  'Seeds 301 to 312 of regimes that no parameter was adjusted on (that was regime "tuning", seeds 1 to 6); intervals: 95%, seeds resampled.',
  'Risk and adaptive share the planner, the draw, the rules and the noise: each seed is a pair. Load 0.5, the first 6,000 requests of the Azure conversation trace.',
  'Truth of the states: the phase of trouble of eval/adaptive/regimes.ts; else overloaded while more than half as many requests wait at the door as there are slots; else healthy. Throttling (cooldown) is in no reported regime, so F1 there is of the other four.',
  'Quality: attempts that brought a whole reply, of all attempts; what models do with tools is not simulated.',
];
