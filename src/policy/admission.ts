import type { Caller } from '../ir/caller.ts';
import type { Failure } from '../ir/failure.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model } from '../providers/provider.ts';
import type { CallCost, RoutePlan } from '../routing/plan.ts';
import { createBudget, type Hold, type Limit } from './budget.ts';
import { insideOf, runsHere } from './egress.ts';
import { type PolicySettings, placeOf } from './settings.ts';

/** May this caller make this call, and spend what it is expected to cost? */
export type AdmissionPolicy = (caller: Caller, query: RouteQuery, plan: RoutePlan) => Admission;
export type Admission =
  | { readonly admitted: true; readonly lease: Lease }
  | { readonly admitted: false; readonly failure: Failure };

/** In nano-USD. */
export type Charge = (query: RouteQuery, nanoUsd: number) => void;

/** What a call was promised. @property limited  there is a limit that it may run into.
 *  @property covers   may it come to that much? More is promised to it as long as the limits allow.
 *  @property expects  what it has cost by now, at this many tokens of output, where the provider has told nothing yet.
 *  @property settle, release  idempotent: the first of them counts. */
export type Lease = {
  readonly limited: boolean;
  readonly covers: (nanoUsd: number) => boolean;
  readonly overrun: () => Failure;
  readonly expects: (model: Model, outputTokens: number) => number;
  readonly settle: (nanoUsd: number) => void;
  readonly release: () => void;
};

/** What was spent before this gateway started. @property problem  why it is not known. */
export type SpentBefore =
  | { readonly state: 'known'; readonly month: number; readonly sessions: ReadonlyMap<string, number> }
  | { readonly state: 'unknown'; readonly problem: string };

/** @property policy    of the request at hand. @property now  ms since the epoch.
 *  @property expected  what a call is expected to cost at one model, its session's prompt cache counted. */
export type AdmissionParts = {
  readonly policy: () => PolicySettings;
  readonly expected: (query: RouteQuery, model: Model) => CallCost;
  readonly now: () => number;
};

/** @property afford  why one model would break a limit, as a sentence: routing leaves it out, so that a cheaper target may
 *                    still serve.
 *  @property admit   promises the money before the call goes out, so that calls side by side cannot overspend together.
 *  @property charge  what was spent on behalf of a request that came to no promise, as by a judge before its plan.
 *  @property learnLate  what was spent before and written only after the rest was learned.
 *  @property learn   what was spent before. Until then no limit of a session or a month can be kept, so none is served. */
export type Admissions = {
  readonly afford: (query: RouteQuery, model: Model, cost: CallCost) => string | undefined;
  readonly admit: AdmissionPolicy;
  readonly charge: Charge;
  readonly learn: (spent: SpentBefore) => void;
  readonly learnLate: (spent: SpentBefore) => void;
};

type CapKey = 'maxCostUsd' | 'maxCostUsdPerSession' | 'maxCostUsdPerMonth';
/** @property account  absent: the limit is of one request alone. @property place  where it was set. */
type Cap = { readonly nanoUsd: number; readonly account?: string; readonly words: string; readonly place: string };

const NANO = 1_000_000_000;
/** What is promised on top when a call outgrows its promise: many small steps would be asked for at every word. */
const GROWTH = 0.25;

export function createAdmissions({ policy, expected, now }: AdmissionParts): Admissions {
  const budget = createBudget();
  const startedIn = monthOf(now());
  /** What a request holds does not stand in its own way when its plan is made anew. */
  const holding = new WeakMap<RouteQuery, Hold>();
  let before: SpentBefore = { state: 'unknown', problem: 'the ledger is still being read' };

  function capsOf(query: RouteQuery): readonly Cap[] {
    const settings = policy();
    const cap = (key: CapKey, words: string, account?: string): readonly Cap[] =>
      settings[key].value > 0
        ? [
            {
              words,
              nanoUsd: settings[key].value * NANO,
              place: placeOf(settings, key),
              ...(account === undefined ? {} : { account }),
            },
          ]
        : [];
    return [
      ...cap('maxCostUsd', 'a request'),
      ...cap('maxCostUsdPerSession', 'this session', sessionAccount(query)),
      ...cap('maxCostUsdPerMonth', 'this month', monthAccount(now())),
    ];
  }

  const left = ({ account, nanoUsd }: Cap, query: RouteQuery): number =>
    account === undefined ? nanoUsd : budget.left({ account, nanoUsd }) + (holding.get(query)?.held() ?? 0);

  function nanoOf(model: Model, cost: CallCost): number | undefined {
    if (!cost.local) return cost.nanoUsd;
    return runsHere(model, insideOf(policy().privateNetworks.value)) ? 0 : undefined;
  }

  function refusal(model: Model, cost: CallCost, query: RouteQuery): string | undefined {
    const nano = nanoOf(model, cost);
    if (nano === 0 && cost.local) return undefined;
    for (const cap of capsOf(query)) {
      const { place } = cap;
      if (nano === undefined) {
        return `"${model.slug}" has no known price, so ${place} cannot be kept. Write \`price:\` at the model in config.yaml.`;
      }
      if (cap.account !== undefined && before.state === 'unknown') {
        return `${place} cannot be kept: what was spent is not known, since ${before.problem}.`;
      }
      const rest = left(cap, query);
      if (nano > rest) {
        const of = cap.account === undefined ? '' : `, of which ${usd(Math.max(0, rest))} is left`;
        return `"${model.slug}" would cost about ${usd(nano)}: ${place} allows ${usd(cap.nanoUsd)} for ${cap.words}${of}.`;
      }
    }
    return undefined;
  }

  return {
    afford: (query, model, cost) => refusal(model, cost, query),
    admit: (_caller, query, plan) => {
      const caps = capsOf(query);
      // Without a limit nobody needs to know what the call may cost.
      const costs =
        caps.length === 0 ? [0] : plan.targets.map(({ model }) => nanoOf(model, expected(query, model)) ?? 0);
      const most = Math.max(...costs);
      const limits: readonly Limit[] = caps.flatMap(({ account, nanoUsd }) =>
        account === undefined ? [] : [{ account, nanoUsd }],
      );
      const hold = budget.hold([sessionAccount(query), monthAccount(now())], limits, most);
      if (hold === undefined) return { admitted: false, failure: overrun(caps) };
      holding.set(query, hold);
      return { admitted: true, lease: leaseOf(hold, caps, query) };
    },
    charge: (query, nanoUsd) => {
      if (nanoUsd === 0) return;
      for (const account of [sessionAccount(query), monthAccount(now())]) budget.add(account, nanoUsd);
    },
    learn: (spent) => {
      if (before.state === 'known') return;
      before = spent;
      addBefore(spent);
    },
    learnLate: addBefore,
  };

  function addBefore(spent: SpentBefore): void {
    if (spent.state === 'unknown') return;
    for (const [session, nanoUsd] of spent.sessions) budget.add(`session ${session}`, nanoUsd);
    // Last, so that no number of sessions makes it forgotten.
    budget.add(`month ${startedIn}`, spent.month);
  }

  function leaseOf(hold: Hold, caps: readonly Cap[], query: RouteQuery): Lease {
    const perRequest = caps.find(({ account }) => account === undefined)?.nanoUsd ?? Number.POSITIVE_INFINITY;
    return {
      limited: caps.length > 0,
      covers: (nanoUsd) => {
        if (nanoUsd > perRequest) return false;
        const missing = nanoUsd - hold.held();
        return missing <= 0 || hold.grow(Math.max(missing, nanoUsd * GROWTH)) || hold.grow(missing);
      },
      overrun: () => overrun(caps),
      expects: (model, outputTokens) => nanoOf(model, expected({ ...query, outputTokens }, model)) ?? 0,
      settle: hold.settle,
      release: hold.release,
    };
  }

  function overrun(caps: readonly Cap[]): Failure {
    const told = caps.map(({ place, nanoUsd, words }) => `${place} allows ${usd(nanoUsd)} for ${words}`);
    return {
      kind: 'policy',
      message: `Plugboard stopped this call, since it would go over its limit of cost: ${told.join('; ')}.`,
      mend: 'Raise the limit where it is set, or choose a cheaper model (plugboard models).',
    };
  }
}

/** Must it be known what was spent before? */
export function needsSpending({ maxCostUsdPerSession, maxCostUsdPerMonth }: PolicySettings): boolean {
  return maxCostUsdPerSession.value > 0 || maxCostUsdPerMonth.value > 0;
}

export function limitsCost(policy: PolicySettings): boolean {
  return policy.maxCostUsd.value > 0 || needsSpending(policy);
}

/** Calls of no session share one account: a client that names none must not get round the limit of all. */
function sessionAccount({ sessionId }: RouteQuery): string {
  return `session ${sessionId ?? ''}`;
}

function monthAccount(at: number): string {
  return `month ${monthOf(at)}`;
}

/** The calendar month in UTC, as providers bill: `2026-11`. */
function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** @returns ms since the epoch. */
export function startOfMonth(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** `$0.50`; small sums with two digits that say something. */
function usd(nanoUsd: number): string {
  const value = nanoUsd / NANO;
  return value === 0 || value >= 0.1 ? `$${value.toFixed(2)}` : `$${Number(value.toPrecision(2))}`;
}
