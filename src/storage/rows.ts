import { z } from 'zod';
import type { Attempt } from '../ir/attempt.ts';
import { parseJson } from '../ir/json.ts';
import { PROTOCOL_IDS } from '../ir/protocol-id.ts';
import type { CacheBreak } from '../metering/cache-break.ts';
import type { LedgerEntry } from '../metering/ledger.ts';
import { type AdaptiveDecision, ARMS } from '../routing/adaptive/decision.ts';
import { STATES } from '../routing/adaptive/state.ts';
import type { Reason } from '../routing/reason.ts';
import type { NewRequestRow, RequestRow } from './tables.ts';

export function toRow(entry: LedgerEntry): NewRequestRow {
  const { requestId, sessionId, threadId, caller, originator, requestKind, tags, protocol, route, slug, ...more } =
    entry;
  const { provider, model, path, startedAt, firstTokenMs, totalMs, attempts, why, usage, costNanoUsd, ...last } = more;
  const { priceSource, cacheBreak, adaptive, losses, toolCalls, outcome, failureKind, status, ...rest } = last;
  // A member that the entry gains and this table does not hold is a compile error here.
  rest satisfies { readonly [name: string]: never };
  return {
    request_id: requestId,
    session_id: sessionId ?? null,
    thread_id: threadId ?? null,
    caller,
    originator: originator ?? null,
    request_kind: requestKind ?? null,
    tags: JSON.stringify(tags),
    protocol,
    route,
    slug: slug ?? null,
    provider: provider ?? null,
    model: model ?? null,
    path,
    started_at: startedAt,
    first_token_ms: firstTokenMs ?? null,
    total_ms: totalMs,
    attempts: JSON.stringify(attempts),
    why: JSON.stringify(why),
    fresh_input: usage?.freshInput ?? null,
    cache_read: usage?.cacheRead ?? null,
    cache_write: usage?.cacheWrite ?? null,
    output: usage?.output ?? null,
    reasoning: usage?.reasoning ?? null,
    cost_nano_usd: costNanoUsd ?? null,
    price_source: priceSource ?? null,
    cache_break: cacheBreak === undefined ? null : JSON.stringify(cacheBreak),
    adaptive: adaptive === undefined ? null : JSON.stringify(adaptive),
    losses: JSON.stringify(losses),
    tool_calls_made: toolCalls?.made ?? null,
    tool_calls_malformed: toolCalls?.malformed ?? null,
    failed_patches: toolCalls?.failedPatches ?? null,
    outcome,
    failure_kind: failureKind ?? null,
    status,
  };
}

/** @throws ZodError when the row is none of ours. */
export function toEntry(row: RequestRow): LedgerEntry {
  return entrySchema.parse(
    withoutNulls({
      requestId: row.request_id,
      sessionId: row.session_id,
      threadId: row.thread_id,
      caller: row.caller,
      originator: row.originator,
      requestKind: row.request_kind,
      tags: parseJson(row.tags),
      protocol: row.protocol,
      route: row.route,
      slug: row.slug,
      provider: row.provider,
      model: row.model,
      path: row.path,
      startedAt: row.started_at,
      firstTokenMs: row.first_token_ms,
      totalMs: row.total_ms,
      attempts: parseJson(row.attempts),
      why: parseJson(row.why),
      usage: together({
        freshInput: row.fresh_input,
        cacheRead: row.cache_read,
        cacheWrite: row.cache_write,
        output: row.output,
        reasoning: row.reasoning,
      }),
      costNanoUsd: row.cost_nano_usd,
      priceSource: row.price_source,
      cacheBreak: row.cache_break === null ? null : parseJson(row.cache_break),
      adaptive: row.adaptive === null ? null : parseJson(row.adaptive),
      losses: parseJson(row.losses),
      toolCalls: together({
        made: row.tool_calls_made,
        malformed: row.tool_calls_malformed,
        failedPatches: row.failed_patches,
      }),
      outcome: row.outcome,
      failureKind: row.failure_kind,
      status: row.status,
    }),
  );
}

/** Attempts keep members that a later version adds: only what this one reads is checked. */
const attempt = z.custom<Attempt>((value) => attemptShape.safeParse(value).success);
const attemptShape = z.looseObject({
  provider: z.string(),
  model: z.string(),
  slug: z.string(),
  startedAt: z.number(),
  failure: z.looseObject({ kind: z.string(), message: z.string() }).exactOptional(),
});

/** Reasons too. */
const reason = z.custom<Reason>((value) => reasonShape.safeParse(value).success);
const reasonShape = z.looseObject({ slug: z.string().exactOptional(), text: z.string() });

const count = z.int().nonnegative();

const lost = { lostTokens: count, lostNanoUsd: count.exactOptional() };
const cacheBreak: z.ZodType<CacheBreak> = z.discriminatedUnion('cause', [
  z.object({ cause: z.literal('moved'), from: z.string(), why: z.enum(['failed', 'gone', 'cold']), ...lost }),
  z.object({ cause: z.literal('cold'), idleMs: z.number(), ...lost }),
  z.object({
    cause: z.literal('changed'),
    kept: count,
    of: count,
    member: z.string().exactOptional(),
    ...lost,
  }),
  z.object({ cause: z.literal('evicted'), of: count, ...lost }),
  z.object({ cause: z.literal('unknown'), ...lost }),
]);

const choice = z.object({
  provider: z.string(),
  slug: z.string(),
  ttftMs: z.number(),
  errors: z.number(),
  costNanoUsd: z.number().exactOptional(),
});
const adaptive: z.ZodType<AdaptiveDecision> = z.object({
  baseline: choice,
  suggested: choice,
  wouldSwitch: z.boolean(),
  applied: z.boolean(),
  costGuardBlocked: z.boolean(),
  arm: z.enum(ARMS),
  health: z.record(z.string(), z.enum(STATES)),
  chance: z.number(),
  following: z.number(),
});

const entrySchema: z.ZodType<LedgerEntry> = z.object({
  requestId: z.string(),
  sessionId: z.string().exactOptional(),
  threadId: z.string().exactOptional(),
  caller: z.string(),
  originator: z.string().exactOptional(),
  requestKind: z.string().exactOptional(),
  tags: z.array(z.string()),
  protocol: z.enum(PROTOCOL_IDS),
  route: z.string(),
  slug: z.string().exactOptional(),
  provider: z.string().exactOptional(),
  model: z.string().exactOptional(),
  path: z.enum(['bytes', 'translated']),
  startedAt: z.number(),
  firstTokenMs: z.number().exactOptional(),
  totalMs: z.number(),
  attempts: z.array(attempt),
  why: z.array(reason),
  usage: z
    .object({ freshInput: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count })
    .exactOptional(),
  costNanoUsd: z.int().exactOptional(),
  priceSource: z.string().exactOptional(),
  cacheBreak: cacheBreak.exactOptional(),
  adaptive: adaptive.exactOptional(),
  losses: z.array(z.object({ path: z.string(), why: z.string() })),
  toolCalls: z.object({ made: count, malformed: count, failedPatches: count }).exactOptional(),
  outcome: z.enum(['completed', 'incomplete', 'failed', 'cancelled', 'refused']),
  failureKind: z.string().exactOptional(),
  status: z.int(),
});

/** Columns that are written together or not at all. */
function together(columns: { readonly [name: string]: number | null }): object | null {
  return Object.values(columns).includes(null) ? null : columns;
}

function withoutNulls(members: { readonly [name: string]: unknown }): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
