import type { Policy } from './simulate.ts';
import { BLOCK, type Requests } from './traces.ts';
import { runOf, worldOf } from './worlds.ts';

/** How many tokens of prefix a single cache without any bound would have found. */
export function hitsOfInfiniteCache({ blocks = [], input }: Requests): number {
  const seen = new Set<number>();
  let tokens = 0;
  for (const [index, prompt] of blocks.entries()) {
    let shared = 0;
    while (shared < prompt.length && seen.has(prompt[shared] ?? -1)) shared += 1;
    for (const block of prompt) seen.add(block);
    tokens += Math.min(shared * BLOCK, input[index] ?? 0);
  }
  return tokens;
}

/** The share of those hits that the eight deployments' own caches have under a policy. */
export function shareOfHits(trace: Requests, policy: Policy, seed: number, load: number): number {
  const { cached } = runOf(worldOf(trace, seed, load, undefined), policy, seed);
  return cached.reduce((sum, tokens) => sum + tokens, 0) / hitsOfInfiniteCache(trace);
}
