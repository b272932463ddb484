import { quantile } from '../../src/statistics/quantile.ts';
import { product } from './policies/product.ts';
import type { Dispatcher, Policy } from './simulate.ts';
import { azureConversation } from './traces.ts';
import { runOf, worldOf } from './worlds.ts';

/** What a decision of the product takes among eight deployments that are at work, in microseconds: the whole of the
 *  planner with its reasons, from the query to the targets. @returns the median and the 99th percentile. */
export function decisionMicroseconds(folder: string): { readonly p50: number; readonly p99: number } {
  const taken: number[] = [];
  const timed: Policy = {
    name: 'risk, timed',
    begin: (world, random, truth): Dispatcher => {
      const inner = product('risk', (common) => ({ ...common, strategy: 'risk' })).begin(world, random, truth);
      return {
        observe: inner.observe,
        plan: (asked, now) => {
          const startedAt = performance.now();
          const plan = inner.plan(asked, now);
          taken.push((performance.now() - startedAt) * 1_000);
          return plan;
        },
      };
    },
  };
  runOf(worldOf(azureConversation(folder, 6_000), 1, 0.5, undefined), timed, 1);
  // The first decisions are made by code that is not compiled yet.
  const warm = taken.slice(2_000);
  return { p50: quantile(warm, 0.5), p99: quantile(warm, 0.99) };
}
