import type { RouteQuery } from '../ir/query.ts';
import type { Model } from '../providers/provider.ts';
import { isHolder } from './affinity.ts';
import type { CallCost, RouteView } from './plan.ts';

/** What a call is expected to count at one model, in tokens. `cached` is a part of `input`. */
export type ExpectedTokens = { readonly input: number; readonly cached: number; readonly output: number };

/** What such a call is expected to cost. */
export type ExpectedCost = ExpectedTokens & CallCost;

/** A step of a coding agent is a call or two and a few words; a session's own replies stand in for it once there are
 *  some. */
export const USUAL_OUTPUT = 500;
/** Rough, for bodies that nobody has estimated: JSON of text and code. */
const BYTES_PER_TOKEN = 4;

/** The session's prompt cache counts for the model that holds it, and for no other. */
export function expectedTokens(query: RouteQuery, model: Model, view: RouteView): ExpectedTokens {
  const input = inputTokens(query);
  const { affinity } = view;
  const held = affinity?.warm === true && isHolder(model, affinity) ? (affinity.cachedTokens ?? 0) : 0;
  return { input, cached: Math.min(held, input), output: query.outputTokens ?? USUAL_OUTPUT };
}

export function inputTokens({ inputTokens: estimated, bodyBytes }: RouteQuery): number {
  return estimated ?? Math.ceil(bodyBytes / BYTES_PER_TOKEN);
}

export function expectedCost(query: RouteQuery, model: Model, view: RouteView): ExpectedCost {
  const tokens = expectedTokens(query, model, view);
  const price = view.priceOf(model);
  // Whom a local server forwards a call to will want money for it.
  const local = model.provider.local && model.facts.forwarded !== true;
  if (price === undefined) return { ...tokens, local, ...(local ? { nanoUsd: 0 } : {}) };
  const nanoUsd =
    price.input * (tokens.input - tokens.cached) +
    (price.cacheRead ?? price.input) * tokens.cached +
    price.output * tokens.output;
  return { ...tokens, local: false, nanoUsd };
}
