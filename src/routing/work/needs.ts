import type { RouteQuery } from '../../ir/query.ts';
import type { JudgeSettings } from '../../ir/work.ts';
import type { RouteView } from '../plan.ts';
import type { Route } from '../route.ts';
import { LOOKS_AT_WORK } from '../strategies/registry.ts';

/** What has to be read and asked before a call can be planned.
 *  @property work    the conversation: a route looks at what happened in it.
 *  @property judges  models that are asked about the task. */
export type Needs = { readonly work: boolean; readonly judges: readonly JudgeSettings[] };

const NOTHING: Needs = { work: false, judges: [] };

/** Of most routes nothing: their requests are never decoded for the sake of a plan. */
export function needsOf(
  query: Pick<RouteQuery, 'model' | 'background'>,
  view: Pick<RouteView, 'routes' | 'defaultModel' | 'resolve'>,
): Needs {
  const { model, background } = query;
  const isKnown = view.routes.has(model) || !background || view.resolve(model) !== undefined;
  const reached = reachedFrom(isKnown ? model : view.defaultModel, view.routes, new Set());
  if (!reached.some(({ strategy }) => LOOKS_AT_WORK[strategy])) return NOTHING;
  const judges = new Map<string, JudgeSettings>();
  for (const route of reached) {
    if (route.strategy === 'auto' && route.judge !== undefined) judges.set(route.judge.model, route.judge);
  }
  return { work: true, judges: [...judges.values()] };
}

/** A route and all that it stands for. */
function reachedFrom(slug: string, routes: RouteView['routes'], seen: Set<string>): readonly Route[] {
  const route = routes.get(slug);
  if (route === undefined || seen.has(slug)) return [];
  seen.add(slug);
  const below = [...route.targets, ...(route.rules ?? []).map(({ use }) => use)];
  return [route, ...below.flatMap((target) => reachedFrom(target, routes, seen))];
}
