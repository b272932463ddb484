import type { NonEmpty } from '../../../ir/non-empty.ts';
import type { RouteQuery } from '../../../ir/query.ts';
import type { Work } from '../../../ir/work.ts';
import type { Router, RouteView } from '../../plan.ts';
import { purposeOf } from '../../purpose.ts';
import type { Reason } from '../../reason.ts';
import type { RouteOf } from '../../route.ts';
import { NO_WORK } from '../../work/no-work.ts';
import { type Evidence, weighEvents } from './evidence.ts';
import { firstGrade } from './first-grade.ts';
import { ladderOf, type Rung, rungAt, rungOf, triedFrom } from './ladder.ts';
import {
  EXPECTED_STEPS,
  evidenceFactor,
  type Held,
  heldCache,
  type SwitchCost,
  stayOrMove,
  switchCost,
} from './switch-cost.ts';

/** Targets from cheap to strong. The first grade says where a task begins, and what happens then moves it up. Each request
 *  is decided anew from its own history, so that a restart changes little; what a history shows no longer, because it was
 *  condensed, is remembered of the session (`work.given`).
 *  - A task goes up only, until the user begins another one or wishes otherwise.
 *  - It moves between two replies: never while a call waits for its result, and not for the request that condenses.
 *  - A cache that a change throws away asks for more evidence, and may keep a new task where the session is. */
export const auto: Router<'auto'> = (route, branches, query, view) => {
  const scene = sceneOf(route, ladderOf(route.targets, branches), query, view);
  const choice = staying(scene) ?? climbing(scene);
  const chosen = rungAt(scene.ladder, choice.place);
  const rung = `rung ${chosen.place + 1} of ${route.targets.length}`;
  const told: Reason = { slug: chosen.branch.slug, text: `It is ${rung}, from cheap to strong, and is tried first.` };
  const { given } = choice;
  return {
    branches: triedFrom(scene.ladder, chosen),
    why: [...choice.why, told],
    ...(given === undefined ? {} : { given }),
  };
};

/** @property holder  the rung that holds the session's cache. @property kept  the place where the session has the task. */
type Scene = {
  readonly route: RouteOf<'auto'>;
  readonly ladder: NonEmpty<Rung>;
  readonly query: RouteQuery;
  readonly view: RouteView;
  readonly work: Work;
  readonly held: Held | undefined;
  readonly holder: Rung | undefined;
  readonly kept: number;
};

/** @property place  in the route's targets. @property given  the target that stands there; absent where nothing is decided. */
type Choice = { readonly place: number; readonly given?: string | undefined; readonly why: readonly Reason[] };

function sceneOf(route: RouteOf<'auto'>, ladder: NonEmpty<Rung>, query: RouteQuery, view: RouteView): Scene {
  const work = query.work ?? NO_WORK;
  const models = ladder.flatMap(({ branch }) => branch.models);
  const held = heldCache(models, query, view);
  const holder = rungOf(ladder, held?.model.slug);
  return {
    route,
    ladder,
    query,
    view,
    work,
    held,
    holder,
    kept: route.targets.indexOf(work.given?.get(route.slug) ?? ''),
  };
}

/** Requests at which nothing changes hands. */
function staying({ holder, work, query }: Scene): Choice | undefined {
  if (holder === undefined) return undefined;
  const { slug } = holder.branch;
  if (work.openCalls > 0) {
    const text = 'A call still waits for its result, and the one that made it goes on.';
    return { place: holder.place, why: [{ slug, text }] };
  }
  if (purposeOf(query) !== 'compaction') return undefined;
  const text = 'The history is to be condensed, and this one holds it in its cache.';
  return { place: holder.place, why: [{ slug, text }] };
}

function climbing(scene: Scene): Choice {
  const { route, ladder, query, view, work, held, kept } = scene;
  const first = beginning(scene);
  const next = rungAt(ladder, Math.max(first.place, kept) + 1);
  const cost = switchCost(held, next.branch.models[0], query, view);
  const needed = route.patience * evidenceFactor(cost);
  const evidence = weighEvents(work.events, needed);
  const climbed = Math.min(first.place + evidence.steps, route.targets.length - 1);
  const why: Reason[] = [
    ...first.why,
    ...evidenceReasons(route.slug, evidence, needed, route.targets.length - 1 - first.place),
  ];
  if (evidence.words.length > 0 && cost !== undefined) why.push(costReason(next, cost, needed / route.patience));
  const place = Math.max(climbed, kept);
  const given = route.targets[place];
  if (kept > climbed) {
    why.push({ slug: given ?? route.slug, text: 'The session gave the task to it before, and keeps it there.' });
  }
  return { place, given, why };
}

/** Where the task begins, or goes on once it was planned. Down from where the session is, only if that saves something. */
function beginning(scene: Scene): Choice {
  const { route, ladder, query, view, work, held, holder, kept } = scene;
  const { place: graded, text, chance } = firstGrade(route, work, query);
  const place = graded === 'strong' ? route.targets.length - 1 : 0;
  const why: Reason[] = [{ slug: route.slug, text, ...(chance === undefined ? {} : { chance }) }];
  const comesDown = holder !== undefined && holder.place > place && kept === -1;
  if (!comesDown || held === undefined || work.wish !== undefined) return { place, why };
  const below = rungAt(ladder, place);
  const costs = stayOrMove(held, below.branch.models[0], query, view);
  if (costs === undefined) return { place, why };
  const { stay, move } = costs;
  const sums = `${EXPECTED_STEPS} calls with ${held.tokens} tokens in its cache cost about ${usd(stay)}, with "${below.branch.slug}", which has to read them anew, ${usd(move)}`;
  if (move < stay) return { place, why: [...why, { slug: holder.branch.slug, text: `It is left: ${sums}.` }] };
  const goesOn = `It goes on with the ${work.steps === 0 ? 'new task' : 'task'}: ${sums}.`;
  return { place: holder.place, why: [...why, { slug: holder.branch.slug, text: goesOn }] };
}

/** @param room  rungs above the one where the task began. */
function evidenceReasons(
  slug: string,
  { words, score, steps }: Evidence,
  needed: number,
  room: number,
): readonly Reason[] {
  if (words.length === 0) return [];
  const climbed = Math.min(steps, room);
  const enough =
    climbed === 0
      ? 'enough, and there is no stronger one'
      : `enough for ${climbed === 1 ? 'a step' : `${climbed} steps`} up`;
  const verdict = steps === 0 ? 'not enough for a step up' : enough;
  const text = `Since the task began: ${words.join(', ')}. That weighs ${short(score)} where a step takes ${short(needed)}: ${verdict}.`;
  return [{ slug, text, score }];
}

function costReason({ branch }: Rung, { tokens, nanoUsd, share }: SwitchCost, factor: number): Reason {
  const more =
    factor > 1 ? `, so that a step takes ${short(factor)} times the evidence` : ', which asks for no more evidence';
  const text = `A change to it throws a cache of ${tokens} tokens away: ${usd(nanoUsd)} once, ${short(share)} of what ${EXPECTED_STEPS} calls cost there${more}.`;
  return { slug: branch.slug, text };
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

function usd(nanoUsd: number): string {
  return `$${(nanoUsd / 1e9).toPrecision(3)}`;
}
