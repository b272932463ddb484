import type { RouteQuery } from '../../src/ir/query.ts';
import type { Model } from '../../src/providers/provider.ts';
import { type Beliefs, NO_BELIEFS } from '../../src/routing/adaptive/belief.ts';
import { type Candidate, suggest } from '../../src/routing/adaptive/decide.ts';
import { follow } from '../../src/routing/adaptive/follow.ts';
import { type AdaptiveSettings, DEFAULT_ADAPTIVE } from '../../src/routing/adaptive/settings.ts';
import type { DispatchEvent } from '../../src/routing/dispatch/event.ts';
import { type Health, NO_HEALTH } from '../../src/routing/dispatch/health.ts';
import { observe } from '../../src/routing/dispatch/observe.ts';
import { DEFAULT_DISPATCH } from '../../src/routing/dispatch/settings.ts';
import { expectedCost } from '../../src/routing/expected-cost.ts';
import type { RouteView } from '../../src/routing/plan.ts';
import { planRoute } from '../../src/routing/plan-route.ts';
import type { Random } from '../../src/statistics/random.ts';
import { eightUnlike } from '../dispatch/deployments.ts';
import { between } from '../dispatch/noise.ts';

const NOW = 1_000_000_000_000;
const IN_FORCE: AdaptiveSettings = { ...DEFAULT_ADAPTIVE, enabled: true, shadowMode: false, canary: 1 };

/** Random situations, decided by the product's own planner; each decision is checked against the expected cost itself.
 *  Some models have no price, some cost nothing, and some settings have other multipliers. */
export function breaches(
  decisions: number,
  random: Random,
): { readonly decisions: number; readonly switches: number; readonly broken: number } {
  let [switches, broken] = [0, 0];
  const each = 500;
  for (let done = 0; done < decisions; done += each) {
    const { models, health, beliefs } = situation(random);
    const settings = { ...IN_FORCE, maxCostMultiplier: random() < 0.5 ? 2 : between(random, 0.5, 3) };
    const bySlug = new Map(models.map((model) => [model.slug, model]));
    for (let count = 0; count < each; count += 1) {
      const query = someQuery(random);
      const view = viewOf(models, health, beliefs, random(), settings, between(random, 0, 2));
      const planned = planRoute(query, view);
      const decision = planned.ok ? planned.plan.adaptive : undefined;
      if (!planned.ok || decision?.applied !== true) continue;
      switches += 1;
      const cost = (slug: string): number | undefined => {
        const model = bySlug.get(slug);
        return model === undefined ? undefined : expectedCost(query, model, view).nanoUsd;
      };
      const to = cost(planned.plan.targets[0].model.slug);
      const from = cost(decision.baseline.slug);
      if (to === undefined || from === undefined || to > from * settings.maxCostMultiplier) broken += 1;
    }
  }
  return { decisions, switches, broken };
}

/** What the adaptive router adds to a plan among eight deployments, in microseconds of the processor: plans with it less
 *  plans without. Not by the clock, which also counts what other processes take. */
export function decisionCost(count: number, random: Random): number {
  const { models, health, beliefs } = situation(random);
  const query = someQuery(random);
  const taken = (settings: AdaptiveSettings): number => {
    const views = Array.from({ length: 64 }, () => viewOf(models, health, beliefs, random(), settings, 0.2));
    const run = (): void => {
      for (let index = 0; index < count; index += 1) {
        const view = views[index % views.length];
        if (view !== undefined) planRoute(query, view);
      }
    };
    // The first run is compiled meanwhile.
    run();
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  const without = taken(DEFAULT_ADAPTIVE);
  return taken(IN_FORCE) - without;
}

/** The rule that suggests, over random candidates, each decision checked by the numbers themselves. */
export function guardBreaches(
  decisions: number,
  random: Random,
): { readonly switches: number; readonly broken: number } {
  let [switches, broken] = [0, 0];
  for (let done = 0; done < decisions; done += 1) {
    const candidates = Array.from({ length: 8 }, () => someCandidate(random));
    const byScore = candidates.map((_, index) => index).sort((a, b) => scoreAt(candidates, a) - scoreAt(candidates, b));
    const settings = { ...IN_FORCE, maxCostMultiplier: between(random, 0.5, 3), minConfidenceDelta: random() * 0.5 };
    const baseline = Math.floor(random() * 8);
    const { suggested } = suggest(candidates, byScore, baseline, settings);
    if (suggested === baseline) continue;
    switches += 1;
    const to = candidates[suggested]?.costNanoUsd;
    const from = candidates[baseline]?.costNanoUsd;
    if (to === undefined || from === undefined || to > from * settings.maxCostMultiplier) broken += 1;
  }
  return { switches, broken };
}

function someCandidate(random: Random): Candidate {
  const lot = random();
  return {
    score: between(random, 0, 20),
    confidence: random(),
    trouble: random() ** 2,
    unheard: random() < 0.1,
    costNanoUsd: lot < 0.15 ? undefined : lot < 0.3 ? 0 : between(random, 1, 1e8),
  };
}

function scoreAt(candidates: readonly Candidate[], index: number): number {
  return candidates[index]?.score ?? 0;
}

function situation(random: Random): {
  readonly models: readonly Model[];
  readonly health: Health;
  readonly beliefs: Beliefs;
} {
  const models = eightUnlike(random).map(({ model }) => priced(model, random));
  let health: Health = NO_HEALTH;
  let beliefs: Beliefs = NO_BELIEFS;
  const tell = (event: DispatchEvent): void => {
    beliefs = follow(beliefs, event, health);
    health = observe(health, event);
  };
  for (const { provider, upstreamId, slug } of models) {
    const deployment = { provider: provider.id, model: upstreamId };
    const trouble = random() < 0.4 ? random() : 0;
    for (let index = 0; index < 8; index += 1) {
      const at = NOW - 40_000 + index * 5_000 + random() * 1_000;
      const id = `${slug} ${index}`;
      tell({ type: 'attempt-start', ...deployment, id, inputTokens: Math.round(between(random, 100, 9_000)), at });
      if (index === 7 && random() < 0.3) continue;
      const took = between(random, 100, 2_000) * (random() < trouble ? 5 : 1);
      const failure =
        random() < trouble
          ? { failure: { kind: random() < 0.5 ? ('server-error' as const) : ('timeout' as const), message: '' } }
          : {};
      const attempt = { ...deployment, slug, startedAt: at, totalMs: took, ...failure };
      tell({ type: 'attempt-end', id, attempt, at: at + took });
    }
  }
  return { models, health, beliefs };
}

function priced(model: Model, random: Random): Model {
  const { price, ...unpriced } = model;
  const lot = random();
  if (lot < 0.15) return unpriced;
  if (lot < 0.3) return { ...unpriced, provider: { ...model.provider, local: true } };
  const input = between(random, 10, 2_000);
  return { ...model, price: { input, cacheRead: input / 4, output: input * between(random, 2, 6) } };
}

function someQuery(random: Random): RouteQuery {
  return {
    protocol: 'openai-chat',
    model: 'pool',
    stream: true,
    background: false,
    bodyBytes: 0,
    inputTokens: Math.round(between(random, 10, 60_000)),
    outputTokens: Math.round(between(random, 10, 4_000)),
  };
}

function viewOf(
  models: readonly Model[],
  health: Health,
  beliefs: Beliefs,
  draw: number,
  adaptive: AdaptiveSettings,
  temperature: number,
): RouteView {
  const [first = '', ...others] = models.map(({ slug }) => slug);
  return {
    resolve: (slug) => models.find((model) => model.slug === slug),
    routes: new Map([['pool', { slug: 'pool', strategy: 'adaptive', targets: [first, ...others] }]]),
    slugs: [],
    defaultModel: 'pool',
    unavailable: () => undefined,
    now: NOW,
    draw,
    health,
    beliefs,
    adaptive,
    dispatch: { ...DEFAULT_DISPATCH, temperature },
    priceOf: ({ price }) => price,
    fence: () => undefined,
  };
}
