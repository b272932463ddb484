import type { RouteQuery } from '../../../ir/query.ts';
import type { Model, Price } from '../../../providers/provider.ts';
import { isHolder } from '../../affinity.ts';
import { inputTokens, USUAL_OUTPUT } from '../../expected-cost.ts';
import type { RouteView } from '../../plan.ts';

/** How many more calls a task is expected to make, wherever it stands: what a change costs once is weighed against what
 *  these cost. Agentic tasks take tens of calls; with a small number a change has to pay soon. */
export const EXPECTED_STEPS = 8;

/** What the session holds in the cache of the model that served it last.
 *  @property tokens  of the history, that the next call would read from there. */
export type Held = { readonly model: Model; readonly tokens: number };

/** @returns undefined where the cache is cold, unknown, or of none of these models. */
export function heldCache(models: readonly Model[], query: RouteQuery, { affinity }: RouteView): Held | undefined {
  if (affinity?.warm !== true) return undefined;
  const model = models.find((one) => isHolder(one, affinity));
  if (model === undefined) return undefined;
  return { model, tokens: Math.min(affinity.cachedTokens ?? 0, inputTokens(query)) };
}

/** The cost of one reading of these tokens anew, nano-USD, beside what a cache would ask: what a change throws away. */
function coldRead(tokens: number, { input, cacheRead }: Price): number {
  return tokens * Math.max(0, input - (cacheRead ?? input));
}

/** Of the expected calls with their caches warm. */
function warmSteps(tokens: number, output: number, { input, cacheRead, output: written }: Price): number {
  return EXPECTED_STEPS * (tokens * (cacheRead ?? input) + output * written);
}

/** @property nanoUsd  once, for reading the history anew at the other model.
 *  @property share    of what the expected calls cost there. */
export type SwitchCost = { readonly tokens: number; readonly nanoUsd: number; readonly share: number };

/** What it costs to leave a cache for another model: cached tokens x (fresh price - cached price).
 *  @returns undefined where nothing is held or a price is unknown. */
export function switchCost(
  held: Held | undefined,
  to: Model,
  query: RouteQuery,
  view: RouteView,
): SwitchCost | undefined {
  const price = view.priceOf(to);
  if (held === undefined || held.tokens === 0 || held.model === to || price === undefined) return undefined;
  const nanoUsd = coldRead(held.tokens, price);
  const steps = warmSteps(held.tokens, query.outputTokens ?? USUAL_OUTPUT, price);
  return { tokens: held.tokens, nanoUsd, share: steps === 0 ? 0 : nanoUsd / steps };
}

/** Up to what the expected calls cost there, a change asks for no further evidence; beyond, for as much more, and never
 *  for more than half as much again: what fails costs more than a cache. */
export function evidenceFactor(cost: SwitchCost | undefined): number {
  return cost === undefined ? 1 : Math.min(1.5, Math.max(1, cost.share));
}

/** @property stay, move  nano-USD of the expected calls. */
export type StayOrMove = { readonly stay: number; readonly move: number };

/** Is it cheaper to go on with a dearer model that holds the history, or to read all of it anew at a cheaper one?
 *  @returns undefined where that cannot be said. */
export function stayOrMove(held: Held, to: Model, query: RouteQuery, view: RouteView): StayOrMove | undefined {
  const here = view.priceOf(held.model);
  const there = view.priceOf(to);
  if (here === undefined || there === undefined || held.tokens === 0) return undefined;
  const output = query.outputTokens ?? USUAL_OUTPUT;
  return {
    stay: warmSteps(held.tokens, output, here),
    move: coldRead(held.tokens, there) + warmSteps(held.tokens, output, there),
  };
}
