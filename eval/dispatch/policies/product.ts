import type { RouteQuery } from '../../../src/ir/query.ts';
import { NO_USAGE, totalInput } from '../../../src/ir/usage.ts';
import { type Beliefs, NO_BELIEFS } from '../../../src/routing/adaptive/belief.ts';
import type { AdaptiveDecision } from '../../../src/routing/adaptive/decision.ts';
import { follow } from '../../../src/routing/adaptive/follow.ts';
import type { AdaptiveSettings } from '../../../src/routing/adaptive/settings.ts';
import type { Affinity } from '../../../src/routing/affinity.ts';
import type { Deployment } from '../../../src/routing/dispatch/event.ts';
import { type Health, NO_HEALTH } from '../../../src/routing/dispatch/health.ts';
import { observe } from '../../../src/routing/dispatch/observe.ts';
import { DEFAULT_DISPATCH, type DispatchSettings } from '../../../src/routing/dispatch/settings.ts';
import type { RouteView } from '../../../src/routing/plan.ts';
import { planRoute } from '../../../src/routing/plan-route.ts';
import type { Route } from '../../../src/routing/route.ts';
import { type Asked, EPOCH, type Policy, type World } from '../simulate.ts';

/** The slug of the pool in the simulated configuration. */
const POOL = 'pool';
/** As the line has it for providers whose cache is not documented. */
const WARM_MS = 5 * 60_000;

/** The product itself: its planner, its rules, its reducers, over a route of some strategy.
 *  @param route  but for its slug and targets, which are all the deployments. @param adaptive  absent: it is off.
 *  @param decided  hears what the adaptive router makes of each choice. */
export function product(
  name: string,
  routeOver: (common: Pick<Route, 'slug' | 'targets'>) => Route,
  dispatch: DispatchSettings = DEFAULT_DISPATCH,
  adaptive?: AdaptiveSettings,
  decided: (decision: AdaptiveDecision, now: number) => void = () => undefined,
): Policy {
  return {
    name,
    begin: (world, random) => {
      let health: Health = NO_HEALTH;
      let beliefs: Beliefs = NO_BELIEFS;
      const sessions = createSessions(world);
      const models = world.deployments.map(({ model }) => model);
      const indexes = new Map(models.map(({ slug }, index) => [slug, index]));
      const [first = '', ...others] = models.map(({ slug }) => slug);
      const route = routeOver({ slug: POOL, targets: [first, ...others] });
      const bySlug = new Map(models.map((model) => [model.slug, model]));
      const fixed = {
        resolve: (slug: string) => bySlug.get(slug),
        routes: new Map([[POOL, route]]),
        slugs: [...bySlug.keys(), POOL],
        defaultModel: POOL,
        unavailable: () => undefined,
        priceOf: (model: { readonly slug: string }) => bySlug.get(model.slug)?.price,
        fence: () => undefined,
        dispatch,
        ...(adaptive === undefined ? {} : { adaptive }),
      };
      return {
        plan: (asked, now) => {
          const affinity = sessions.affinity(asked, EPOCH + now);
          const view: RouteView = {
            ...fixed,
            now: EPOCH + now,
            draw: random(),
            health,
            beliefs,
            ...(affinity === undefined ? {} : { affinity }),
          };
          const planned = planRoute(queryOf(asked), view);
          if (!planned.ok) throw new Error(planned.failure.message);
          if (planned.plan.adaptive !== undefined) decided(planned.plan.adaptive, now);
          return planned.plan.targets.map(({ model }) => indexes.get(model.slug) ?? 0);
        },
        observe: (event, asked) => {
          const { session } = asked;
          const told = event.type === 'attempt-start' ? { ...event, ...sessions.cached(asked, event) } : event;
          if (adaptive?.enabled === true) beliefs = follow(beliefs, told, health);
          health = observe(health, told);
          if (event.type !== 'attempt-end' || event.attempt.failure !== undefined) return;
          const { provider, usage = NO_USAGE } = event.attempt;
          sessions.served(session, provider, totalInput(usage), event.at);
        },
      };
    },
  };
}

export const risk: Policy = product('risk', (common) => ({ ...common, strategy: 'risk' }));

function queryOf({ inputTokens, session }: Asked): RouteQuery {
  return {
    protocol: 'openai-chat',
    model: POOL,
    stream: true,
    background: false,
    bodyBytes: inputTokens * 4,
    inputTokens,
    ...(session === -1 ? {} : { sessionId: String(session) }),
  };
}

/** What the line remembers of a session: who served it last, until when its cache is warm, and how much lies there. */
type Sessions = {
  readonly affinity: (asked: Asked, now: number) => Affinity | undefined;
  readonly cached: (asked: Asked, event: Deployment) => { readonly cachedTokens: number } | undefined;
  readonly served: (session: number, provider: string, cachedTokens: number, now: number) => void;
};

function createSessions({ deployments }: World): Sessions {
  const models = new Map(deployments.map(({ model }) => [model.provider.id, model]));
  const last = new Map<number, { readonly affinity: Omit<Affinity, 'warm'>; readonly until: number }>();
  return {
    affinity: ({ session }, now) => {
      const known = last.get(session);
      return known === undefined ? undefined : { ...known.affinity, warm: now < known.until };
    },
    cached: ({ session, inputTokens }, { provider }) => {
      const known = last.get(session)?.affinity;
      return known?.provider === provider
        ? { cachedTokens: Math.min(inputTokens, known.cachedTokens ?? 0) }
        : undefined;
    },
    served: (session, provider, cachedTokens, now) => {
      const model = models.get(provider);
      if (session === -1 || model === undefined) return;
      const affinity = { slug: model.slug, provider, upstreamId: model.upstreamId, cachedTokens };
      last.set(session, { affinity, until: now + WARM_MS });
    },
  };
}
