import type { Snapshot } from '../config/snapshot.ts';
import { fixedView } from '../config/view.ts';
import type { JsonObject } from '../ir/json.ts';
import { PROTOCOL_IDS } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model } from '../providers/provider.ts';
import { figuresOf } from '../routing/dispatch/figures.ts';
import { keyOf, type Situation } from '../routing/dispatch/hard-limits.ts';
import type { DeploymentHealth, Health } from '../routing/dispatch/health.ts';
import { unknownDeployment } from '../routing/dispatch/observe.ts';
import type { Weights } from '../routing/dispatch/settings.ts';
import { remainingSeconds, shownKeyLimits, shownLimit } from '../routing/dispatch/shown-limits.ts';
import type { Planned } from '../routing/plan.ts';

/** @property now  ms since the epoch. @property waiting  calls in the queue. */
export type DispatchFacts = {
  readonly snapshot: Snapshot;
  readonly health: Health;
  readonly now: number;
  readonly waiting: number;
};

/** What `GET /dispatch/metrics` tells: of each deployment, figures that age. `null`: nothing is known (any more). */
export function dispatchMetrics({ snapshot, health, now, waiting }: DispatchFacts): JsonObject {
  return {
    at: now,
    queue: { waiting, length: snapshot.queue.length, wait_ms: snapshot.queue.waitMs },
    deployments: deploymentsOf(snapshot, health).map(({ name, slugs, known }): JsonObject => {
      const figures = figuresOf(known, now);
      return {
        deployment: name,
        provider: known.provider,
        model: known.model,
        slugs: [...slugs],
        ewma_ttft_ms: rounded(figures.ttftMs),
        ewma_total_latency_ms: rounded(figures.latencyMs),
        ewma_tokens_per_second: rounded(figures.tokensPerSecond),
        ewma_queue_depth: rounded(figures.queueDepth),
        in_flight: figures.inFlight,
        error_rate: rounded(figures.errorRate),
        ewma_cost_usd: figures.costNanoUsd === null ? null : Number((figures.costNanoUsd / 1e9).toPrecision(6)),
        tokens_per_minute: Math.round(figures.tokensPerMinute),
        token_pressure: rounded(figures.tokenPressure),
      };
    }),
  };
}

/** What `GET /dispatch/state` tells: who is left alone and why, and how each route would choose now.
 *  @param plan  a request of no particular size. */
export function dispatchState(facts: DispatchFacts, plan: (query: RouteQuery) => Planned): JsonObject {
  const { snapshot, health, now, waiting } = facts;
  const { temperature, weights, cooldown } = snapshot.dispatch;
  const situation: Situation = { health, dispatch: snapshot.dispatch, now };
  return {
    at: now,
    temperature,
    soft_score_weights: namedWeights(weights),
    cooldown_s: {
      rate_limited: cooldown.rateLimitedMs / 1_000,
      auth: cooldown.authMs / 1_000,
      not_found: cooldown.notFoundMs / 1_000,
    },
    queue: { waiting, length: snapshot.queue.length, wait_ms: snapshot.queue.waitMs },
    deployments: deploymentsOf(snapshot, health).map((one) => deploymentState(one, situation)),
    routes: snapshot.routes.map(({ slug, strategy }): JsonObject => {
      const planned = plan({
        protocol: PROTOCOL_IDS[0],
        model: slug,
        stream: true,
        background: false,
        bodyBytes: 0,
        inputTokens: 0,
      });
      if (!planned.ok) return { slug, strategy, targets: [], candidates: [], problem: planned.failure.message };
      const candidates = planned.plan.why.flatMap(({ slug: name, text, score, chance, rule }): JsonObject[] =>
        name === undefined || (score === undefined && chance === undefined && rule === undefined)
          ? []
          : [{ slug: name, score: score ?? null, probability: chance ?? null, rule: rule ?? null, text }],
      );
      const targets = [...new Set(planned.plan.targets.map(({ model }) => model.slug))];
      return { slug, strategy, targets, candidates };
    }),
  };
}

type Deployment = {
  readonly name: string;
  readonly slugs: readonly string[];
  readonly known: DeploymentHealth;
  readonly model?: Model;
};

/** Those of the configuration, then those of a wildcard that were called. */
function deploymentsOf(snapshot: Snapshot, health: Health): readonly Deployment[] {
  const all = new Map<string, Deployment & { readonly slugs: string[] }>();
  for (const model of snapshot.models) {
    const name = keyOf(model);
    const unknown = { provider: model.provider.id, model: model.upstreamId };
    const one = all.get(name) ?? { name, slugs: [], known: health.get(name) ?? unknownDeployment(unknown), model };
    one.slugs.push(model.slug);
    all.set(name, one);
  }
  for (const [name, known] of health) {
    if (all.has(name)) continue;
    const model = fixedView(snapshot).resolve(name);
    all.set(name, {
      name,
      slugs: model === undefined ? [] : [model.slug],
      known,
      ...(model === undefined ? {} : { model }),
    });
  }
  return [...all.values()];
}

function deploymentState({ name, slugs, known, model }: Deployment, situation: Situation): JsonObject {
  const { now } = situation;
  const limit = model === undefined ? undefined : shownLimit(model, situation);
  const keys = model === undefined || model.provider.credentials.length < 2 ? [] : shownKeyLimits(model, situation);
  return {
    deployment: name,
    provider: known.provider,
    model: known.model,
    slugs: [...slugs],
    in_flight: known.flights.length,
    concurrency: model?.provider.concurrency ?? null,
    breaker: figuresOf(known, now).breaker,
    hard_limited_remaining_s: limit === undefined ? null : remainingSeconds(limit, now),
    hard_limit_reason: limit?.text ?? null,
    hard_limit_code: limit?.code ?? null,
    keys: keys.map(
      ([id, found]): JsonObject => ({
        id,
        hard_limited_remaining_s: remainingSeconds(found, now),
        hard_limit_reason: found.text,
        hard_limit_code: found.code,
      }),
    ),
    failures_in_a_row: known.failuresInARow,
    last_failure: known.lastFailure ?? null,
    last_failure_at: known.lastFailureAt ?? null,
    last_success_at: known.lastSuccessAt ?? null,
  };
}

function namedWeights({ tokensPerSecond, tokenPressure, ...rest }: Weights): JsonObject {
  return { ...rest, tokens_per_second: tokensPerSecond, token_pressure: tokenPressure };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(3));
}
