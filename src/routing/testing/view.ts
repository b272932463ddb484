import type { RouteQuery } from '../../ir/query.ts';
import type { Model } from '../../providers/provider.ts';
import { NO_HEALTH } from '../dispatch/health.ts';
import { DEFAULT_DISPATCH } from '../dispatch/settings.ts';
import type { RouteView } from '../plan.ts';
import type { Route } from '../route.ts';

/** A view over these models and routes, in which nothing has happened yet. */
export function testView(
  models: readonly Model[],
  routes: readonly Route[] = [],
  more: Partial<RouteView> = {},
): RouteView {
  return {
    resolve: (slug) => models.find((one) => one.slug === slug),
    routes: new Map(routes.map((route) => [route.slug, route])),
    slugs: [...models.map((one) => one.slug), ...routes.map((route) => route.slug)],
    defaultModel: '',
    unavailable: () => undefined,
    now: 0,
    draw: 0,
    health: NO_HEALTH,
    dispatch: DEFAULT_DISPATCH,
    priceOf: (model) => model.price,
    fence: () => undefined,
    ...more,
  };
}

export function testQuery(slug: string, more: Partial<RouteQuery> = {}): RouteQuery {
  return { protocol: 'openai-responses', model: slug, stream: true, background: false, bodyBytes: 0, ...more };
}
