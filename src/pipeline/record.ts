import type { Attempt } from '../ir/attempt.ts';
import type { FinishReason, InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { Loss } from '../ir/loss.ts';
import type { NonEmpty } from '../ir/non-empty.ts';
import type { RouteQuery } from '../ir/query.ts';
import { addUsage, type Usage } from '../ir/usage.ts';
import type { CacheBreak } from '../metering/cache-break.ts';
import type { Ledger, LedgerEntry, Outcome } from '../metering/ledger.ts';
import type { Cost } from '../metering/pricing.ts';
import { recordedAttempt } from '../metering/recorded-attempt.ts';
import { toolCallCounter } from '../metering/tool-calls.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { RoutePlan } from '../routing/plan.ts';
import type { Reason } from '../routing/reason.ts';
import { type CacheThreads, type CacheWatch, watchCache } from './cache-watch.ts';
import type { ClientRequest } from './client.ts';
import type { Prompt } from './prompt.ts';

/** @property price         cost of one call, or undefined where the model is unpriced; `at` is in ms since the epoch.
 *  @property cacheThreads  what the last request of each thread left in a prompt cache. */
export type RecordParts = {
  readonly ledger: Ledger;
  readonly cacheThreads: CacheThreads;
  readonly price: (model: Model, usage: Usage, at: number) => Cost | undefined;
  readonly now: () => number;
};

/** Hears what a further model used. @param how  what nobody told counts against limits alone, never in the ledger. */
export type Spent = (model: Model, usage: Usage, how: 'told' | 'guessed') => void;

/** Gathers what one request was and became.
 *  @property refused  an error went to the client, with this status and no head before it.
 *  @property close    writes the ledger entry. */
export type Recorder = {
  readonly asked: (query: RouteQuery) => void;
  /** @param failedPatches  that the history reports since the model last spoke. */
  readonly planned: (plan: RoutePlan, failedPatches: number) => void;
  /** Hears of what a provider may cache of each request that goes out. */
  readonly sent: (prompt: () => Prompt) => void;
  readonly attempted: (attempt: Attempt) => void;
  /** The call waited for a place, so many ms. */
  readonly waited: (ms: number) => void;
  readonly committed: (target: Target, bytes: boolean, losses: readonly Loss[]) => void;
  readonly events: (events: readonly InferenceEvent[]) => void;
  readonly refused: (failure: Failure, status: number) => void;
  readonly failed: (failure: Failure) => void;
  /** The usage of each call that the reply is made of, where it is made of several: the ledger has them all together. */
  readonly rounds: (usages: NonEmpty<Usage>) => void;
  /** A further model was asked for this request: its cost counts, its tokens are not those of the reply. */
  readonly spent: Spent;
  /** What is known to have been spent by what is over, in nano-USD: attempts whose providers counted, and further models. */
  readonly spentNanoUsd: () => number;
  /** Of further models, what their providers did not tell: by estimate, a part of the sum above, and none of the next. */
  readonly guessedNanoUsd: () => number;
  /** What is known of the whole, once it is over: the entry has the same sum, or none where a part of it has no price. */
  readonly knownNanoUsd: () => number;
  /** The provider that was tried last has told what it counted. */
  readonly wasCounted: () => boolean;
  readonly close: () => void;
};

/** Losses of one request that are kept: beyond them a row would be longer than what it tells. */
const MAX_LOSSES = 200;
const AND_MORE: Loss = { path: '', why: `More than ${MAX_LOSSES} different losses; the rest is not kept.` };

export function openRecord(request: ClientRequest, parts: RecordParts): Recorder {
  const attempts: Attempt[] = [];
  let query: RouteQuery | undefined;
  let plan: RoutePlan | undefined;
  let watch: CacheWatch | undefined;
  let target: Target | undefined;
  /** Where the attempt that was committed stands among all. */
  let committedAt: number | undefined;
  let bytes = false;
  let losses: readonly Loss[] = [];
  /** Of each call that the reply is made of: nearly always one. */
  let usages: readonly Usage[] = [];
  let finish: FinishReason | undefined;
  let failure: Failure | undefined;
  let status = 200;
  let failedPatches = 0;
  let waitedMs = 0;
  /** Of the further models, each call: undefined where it is unpriced. */
  const further: (Cost | undefined)[] = [];
  let guessed = 0;
  const calls = toolCallCounter();

  function cacheBreak(): CacheBreak | undefined {
    const usage = usages.at(-1);
    if (target === undefined || plan === undefined || usage === undefined) return undefined;
    const { model } = target;
    const now = parts.now();
    const price = (counts: Usage): number | undefined => parts.price(model, counts, now)?.costNanoUsd;
    return watch?.ended({ target, usage, plan, attempts, startedAt: request.receivedAt, now, price });
  }

  function entry(): LedgerEntry {
    const last = attempts.at(-1);
    const broken = cacheBreak();
    const usage = usages.length === 0 ? undefined : usages.reduce(addUsage);
    const price = together(costs());
    const firstTokenMs =
      last?.firstTokenMs === undefined ? undefined : last.startedAt - request.receivedAt + last.firstTokenMs;
    return {
      requestId: request.id,
      ...(query?.sessionId === undefined ? {} : { sessionId: query.sessionId }),
      ...(request.headers['thread-id'] === undefined ? {} : { threadId: request.headers['thread-id'] }),
      caller: request.caller.id,
      ...(request.caller.originator === undefined ? {} : { originator: request.caller.originator }),
      ...(query?.requestKind === undefined ? {} : { requestKind: query.requestKind }),
      tags: request.tags,
      protocol: request.protocol,
      route: plan?.route ?? query?.model ?? '',
      ...(last === undefined ? {} : { slug: last.slug, provider: last.provider, model: last.model }),
      path: bytes ? 'bytes' : 'translated',
      startedAt: request.receivedAt,
      ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
      totalMs: parts.now() - request.receivedAt,
      attempts,
      why: why(),
      ...(usage === undefined ? {} : { usage }),
      ...(price === undefined ? {} : { costNanoUsd: price.costNanoUsd, priceSource: price.source }),
      ...(broken === undefined ? {} : { cacheBreak: broken }),
      ...(plan?.adaptive === undefined ? {} : { adaptive: plan.adaptive }),
      losses,
      toolCalls: { ...calls.count(), failedPatches },
      outcome: outcome(),
      ...(failure === undefined ? {} : { failureKind: failure.kind }),
      status,
    };
  }

  function why(): readonly Reason[] {
    const planned = plan?.why ?? [];
    if (waitedMs === 0) return planned;
    const text = `No target was free, so the call waited ${(waitedMs / 1_000).toFixed(1)} s for a place.`;
    return [...planned, { text }];
  }

  /** Once, however often a long reply says it. */
  function lose({ path, why }: Loss): void {
    if (losses.length > MAX_LOSSES || losses.some((loss) => loss.path === path && loss.why === why)) return;
    losses = [...losses, losses.length === MAX_LOSSES ? AND_MORE : { path, why }];
  }

  const costs = (): readonly (Cost | undefined)[] => [...ownCosts(), ...further, ...lostCosts()];

  /** One call at a time: what a token costs may depend on the length of its prompt. */
  function ownCosts(): readonly (Cost | undefined)[] {
    const model = target?.model;
    return model === undefined ? [] : usages.map((usage) => parts.price(model, usage, parts.now()));
  }

  /** Of attempts that failed before any content, whose providers counted all the same. */
  function lostCosts(): readonly (Cost | undefined)[] {
    return attempts
      .filter(
        ({ usage, failure, firstTokenMs }, at) =>
          usage !== undefined && failure !== undefined && firstTokenMs === undefined && at !== committedAt,
      )
      .map(({ costNanoUsd }) => (costNanoUsd === undefined ? undefined : { costNanoUsd, source: 'attempt' }));
  }

  function outcome(): Outcome {
    if (request.signal.aborted && finish === undefined) return 'cancelled';
    if (failure !== undefined) return attempts.length === 0 ? 'refused' : 'failed';
    if (finish === undefined) return 'failed';
    return finish === 'length' || finish === 'content-filter' ? 'incomplete' : 'completed';
  }

  return {
    asked: (asked) => {
      query = asked;
      const { model, requestKind, sessionId } = asked;
      const named = request.headers['thread-id'];
      const thread = { thread: named ?? sessionId, oneAtATime: named !== undefined };
      watch = watchCache(parts.cacheThreads, thread, {
        asked: model,
        ...(requestKind === undefined ? {} : { requestKind }),
      });
    },
    planned: (made, failed) => {
      plan = made;
      failedPatches = failed;
    },
    sent: (prompt) => watch?.sent(prompt),
    attempted: (attempt) => {
      attempts.push(recordedAttempt(attempt));
    },
    waited: (ms) => {
      waitedMs += ms;
    },
    committed: (chosen, asBytes, lost) => {
      target = chosen;
      committedAt = attempts.length;
      bytes = asBytes;
      losses = lost;
    },
    events: (events) => {
      calls.push(events);
      for (const event of events) {
        if (event.type === 'usage') usages = [event.usage];
        else if (event.type === 'loss') lose(event.loss);
        else if (event.type === 'finish') finish = event.reason;
        else if (event.type === 'error') failure = event.failure;
      }
    },
    refused: (why, sent) => {
      failure = why;
      status = sent;
    },
    failed: (why) => {
      failure = why;
    },
    rounds: (each) => {
      usages = each;
    },
    spent: (model, used, how) => {
      const cost = parts.price(model, used, parts.now());
      if (how === 'told') further.push(cost);
      else guessed += cost?.costNanoUsd ?? 0;
    },
    guessedNanoUsd: () => guessed,
    spentNanoUsd: () =>
      guessed +
      attempts.reduce((sum, { costNanoUsd = 0 }) => sum + costNanoUsd, 0) +
      further.reduce((sum, cost) => sum + (cost?.costNanoUsd ?? 0), 0),
    knownNanoUsd: () => costs().reduce((sum, cost) => sum + (cost?.costNanoUsd ?? 0), 0),
    wasCounted: () => attempts.at(-1)?.usage !== undefined,
    close: () => parts.ledger.record(entry()),
  };
}

/** Undefined where a part of it is unknown: half of what was spent must not look like the whole. */
function together(costs: readonly (Cost | undefined)[]): Cost | undefined {
  let whole: Cost | undefined;
  for (const cost of costs) {
    if (cost === undefined) return undefined;
    whole = whole === undefined ? cost : { ...whole, costNanoUsd: whole.costNanoUsd + cost.costNanoUsd };
  }
  return whole;
}
