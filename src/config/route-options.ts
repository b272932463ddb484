import { STRATEGY_IDS, type StrategyId } from '../routing/route.ts';
import type { BadReference } from './issues.ts';

/** Keys of a route that only some strategies take. */
const KEYS: { readonly [key: string]: readonly StrategyId[] } = {
  weights: ['weighted'],
  patience: ['auto'],
  judge: ['auto'],
  plan_steps: ['split'],
};

/** Options that do not belong to the strategy of their route, or do not fit its targets.
 *  @param route  as it was written, with strategy and targets read leniently. */
export function badOptions(
  slug: string,
  route: { readonly strategy: unknown; readonly targets: readonly unknown[]; readonly [key: string]: unknown },
): readonly BadReference[] {
  const strategy = String(route.strategy ?? 'fallback');
  // A strategy that is none is told as that; what goes with the one that was meant is not wrong.
  if (!STRATEGY_IDS.some((id) => id === strategy)) return unusedPurposes(slug, route['rules']);
  const bad = Object.entries(KEYS).flatMap(([key, owners]): readonly BadReference[] => {
    if (route[key] === undefined || owners.some((owner) => owner === strategy)) return [];
    return [
      {
        path: ['routes', slug, key],
        part: 'key',
        message: `has a meaning only with the strategy ${owners.join(' or ')}; this route's is ${strategy}.`,
        mend: `Take it out, or write "strategy: ${owners[0]}".`,
      },
    ];
  });
  return [
    ...bad,
    ...badWeights(slug, strategy, route),
    ...badLadder(slug, strategy, route.targets),
    ...unusedPurposes(slug, route['rules']),
  ];
}

function badWeights(
  slug: string,
  strategy: string,
  { weights, targets }: { readonly [key: string]: unknown; readonly targets: readonly unknown[] },
): readonly BadReference[] {
  if (strategy !== 'weighted') return [];
  const one = (message: string): readonly BadReference[] => [
    {
      path: ['routes', slug, 'weights'],
      part: 'value',
      message,
      mend: `Write one number for each of the ${targets.length} targets, in their order: weights: [3, 1].`,
    },
  ];
  if (weights === undefined) return one('is missing: a weighted route says what share each target gets.');
  if (!Array.isArray(weights)) return [];
  if (weights.length !== targets.length) return one(`${weights.length} weights for ${targets.length} targets.`);
  return weights.every((weight) => weight === 0) ? one('all are 0, so no target has a share.') : [];
}

/** How many targets a strategy makes sense of, and what they are. */
const LADDERS: {
  readonly [strategy: string]: { readonly least: number; readonly most: number; readonly mend: string };
} = {
  auto: { least: 2, most: 16, mend: 'Name its targets from cheap to strong: targets: [small, large].' },
  split: { least: 2, most: 2, mend: 'Name the planner, then the executor: targets: [large, small].' },
};

function badLadder(slug: string, strategy: string, targets: readonly unknown[]): readonly BadReference[] {
  const ladder = LADDERS[strategy];
  if (ladder === undefined || (targets.length >= ladder.least && targets.length <= ladder.most)) return [];
  const wanted = ladder.least === ladder.most ? `${ladder.least}` : `${ladder.least} to ${ladder.most}`;
  const message = `the strategy ${strategy} takes ${wanted} targets, not ${targets.length}.`;
  return [{ path: ['routes', slug, 'targets'], part: 'value', message, mend: ladder.mend }];
}

/** The first rule that names a purpose holds, so a second one would never be used. */
function unusedPurposes(slug: string, rules: unknown): readonly BadReference[] {
  if (!Array.isArray(rules)) return [];
  const seen = new Set<string>();
  return rules.flatMap((rule: unknown, index): readonly BadReference[] => {
    const when = typeof rule === 'object' && rule !== null ? Reflect.get(rule, 'when') : undefined;
    if (!Array.isArray(when)) return [];
    return when.flatMap((purpose: unknown, place): readonly BadReference[] => {
      const name = String(purpose);
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      const path = ['routes', slug, 'rules', index, 'when', place];
      const message = `"${name}" stands in an earlier place, so this one would never be used.`;
      return [{ path, part: 'value', message, mend: 'Take it out.' }];
    });
  });
}
