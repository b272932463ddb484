import type { Model } from '../providers/provider.ts';
import type { RouteView } from '../routing/plan.ts';
import { SAFE_FACTS } from './facts.ts';

/** The models behind a slug in the order of the file, nested routes flattened: one for a model, several for a route, none
 *  where it is unknown or out of reach. What a route's rules name for calls of a kind is not among them. */
export function modelsBehind(slug: string, view: Pick<RouteView, 'resolve' | 'routes'>): readonly Model[] {
  return [...walk(slug, view, new Set())];
}

/** Those of them that the policy lets serve; all where it lets none, since the slug stays in the lists all the same. */
export function servingBehind(
  slug: string,
  view: Pick<RouteView, 'resolve' | 'routes'> & Partial<Pick<RouteView, 'fence'>>,
): readonly Model[] {
  const all = modelsBehind(slug, view);
  const serving = all.filter((model) => view.fence?.(model) === undefined);
  return serving.length > 0 ? serving : all;
}

/** A route that leads back to itself ends there. */
function* walk(slug: string, view: Pick<RouteView, 'resolve' | 'routes'>, seen: Set<string>): Generator<Model> {
  if (seen.has(slug)) return;
  seen.add(slug);
  const route = view.routes.get(slug);
  const model = route === undefined ? view.resolve(slug) : undefined;
  if (model !== undefined) yield model;
  for (const target of route?.targets ?? []) yield* walk(target, view, seen);
}

/** The window of a route: the largest among its targets, since a conversation that outgrows one of them goes on at the
 *  next that it fits. Decision 0176.
 *  @param windows  undefined where nobody knows: the safe value counts. */
export function routeWindow(windows: readonly (number | undefined)[]): number {
  return Math.max(...windows.map((window) => window ?? SAFE_FACTS.contextWindow));
}
