import type { Generated, Insertable, Selectable } from 'kysely';

/** The tables as `migrations.ts` makes them. JSON stands in text columns. */
export type Tables = { readonly requests: RequestsTable };

type RequestsTable = {
  id: Generated<number>;
  request_id: string;
  session_id: string | null;
  thread_id: string | null;
  caller: string;
  originator: string | null;
  request_kind: string | null;
  tags: string;
  protocol: string;
  route: string;
  slug: string | null;
  provider: string | null;
  model: string | null;
  path: string;
  started_at: number;
  first_token_ms: number | null;
  total_ms: number;
  attempts: string;
  why: string;
  fresh_input: number | null;
  cache_read: number | null;
  cache_write: number | null;
  output: number | null;
  reasoning: number | null;
  cost_nano_usd: number | null;
  price_source: string | null;
  cache_break: string | null;
  adaptive: string | null;
  losses: string;
  tool_calls_made: number | null;
  tool_calls_malformed: number | null;
  failed_patches: number | null;
  outcome: string;
  failure_kind: string | null;
  status: number;
};

export type NewRequestRow = Insertable<RequestsTable>;
export type RequestRow = Selectable<RequestsTable>;
