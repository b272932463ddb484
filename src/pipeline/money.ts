import { GatewayError } from '../ir/failure.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Usage } from '../ir/usage.ts';
import type { Lease } from '../policy/admission.ts';
import type { Model } from '../providers/provider.ts';
import type { RoutePlan } from '../routing/plan.ts';
import type { ClientRequest } from './client.ts';
import type { Line } from './line.ts';
import { type Spending, watchSpending } from './spending.ts';

/** What a call may cost, and what it has cost. @property signal  aborts when the client leaves, or a limit is reached. */
export type Money = { readonly lease: Lease; readonly spending: Spending; readonly signal: AbortSignal };

/** @throws GatewayError policy, before any provider hears of the call. What a judge has cost by then counts all the same. */
export function promised(
  line: Line,
  { caller, signal }: ClientRequest,
  query: RouteQuery,
  plan: RoutePlan,
  spent: () => number,
): Money {
  const admission = line.admit(caller, query, plan);
  if (!admission.admitted) {
    line.charge(query, spent());
    throw new GatewayError(admission.failure);
  }
  const { lease } = admission;
  const over = new AbortController();
  const price = (model: Model, usage: Usage): number | undefined => line.price(model, usage, line.now())?.costNanoUsd;
  const spending = watchSpending(lease, { price, spent, stop: () => over.abort() });
  return { lease, spending, signal: lease.limited ? AbortSignal.any([signal, over.signal]) : signal };
}
