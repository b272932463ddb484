import type { Snapshot } from '../config/snapshot.ts';
import type { JsonObject } from '../ir/json.ts';
import { fenceOf } from '../policy/egress.ts';
import type { Model } from '../providers/provider.ts';
import { keyOf, type Situation } from '../routing/dispatch/hard-limits.ts';
import { remainingSeconds, shownLimit } from '../routing/dispatch/shown-limits.ts';
import type { Readiness } from '../server/services.ts';
import { anyModelOf } from '../upstream/ask-provider.ts';
import type { DispatchFacts } from './dispatch-report.ts';

/** Able to serve: there is a model whose provider is on, and the ledger can be written. */
export function readinessOf(snapshot: Snapshot, ledgerProblem: string | undefined): Readiness {
  const problems: string[] = [];
  if (snapshot.models.length === 0 && snapshot.wildcards.length === 0) {
    const off = snapshot.disabled.map(({ id, reason }) => `The provider ${id} is off: ${reason}`);
    problems.push(...(off.length > 0 ? off : ['No model is configured. Run: plugboard init']));
  }
  const policy = policyProblem(snapshot);
  if (policy !== undefined) problems.push(policy);
  if (ledgerProblem !== undefined) problems.push(ledgerProblem);
  return { ready: problems.length === 0, problems };
}

/** A limit that leaves nothing is no fault of a provider, and yet nothing can be served. */
function policyProblem({ models, wildcards, policy }: Snapshot): string | undefined {
  const all = [...models, ...wildcards.map(({ provider }) => anyModelOf(provider))];
  const { refuses } = fenceOf(policy);
  const refusals = all.map((model) => refuses(model, model.provider.proxy));
  const places = new Set(refusals.map((refusal) => refusal?.place));
  if (all.length === 0 || places.has(undefined)) return undefined;
  return `No model that is configured passes the policy: ${[...places].join(', ')}.`;
}

/** What `GET /admin/status` tells of the configuration in force. Holds no key. */
export function snapshotStatus({ snapshot, health, now }: Omit<DispatchFacts, 'waiting'>): JsonObject {
  const situation: Situation = { health, dispatch: snapshot.dispatch, now };
  return {
    configFile: snapshot.file ?? null,
    defaultModel: snapshot.defaultModel,
    models: snapshot.models.map((model) => ({
      slug: model.slug,
      displayName: model.displayName,
      provider: model.provider.id,
      model: model.upstreamId,
      listed: model.listed,
      contextWindow: model.facts.contextWindow ?? null,
      health: fared(model, situation),
    })),
    routes: snapshot.routes.map(({ slug, strategy, targets }) => ({ slug, strategy, targets: [...targets] })),
    disabled: snapshot.disabled.map(({ id, reason, slugs }) => ({ id, reason, slugs: [...slugs] })),
    warnings: [...snapshot.warnings],
  };
}

/** How a model fared since the gateway started, and what keeps calls from it now. */
function fared(model: Model, situation: Situation): JsonObject {
  const { lastSuccessAt, lastFailureAt, lastFailure, failuresInARow = 0 } = situation.health.get(keyOf(model)) ?? {};
  const limit = shownLimit(model, situation);
  return {
    failuresInARow,
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    ...(limit === undefined
      ? {}
      : { limit: { reason: limit.text, remainingSeconds: remainingSeconds(limit, situation.now) } }),
  };
}
