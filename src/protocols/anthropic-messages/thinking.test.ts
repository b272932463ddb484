import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EffortDialect } from '../../ir/dialect.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { ReasoningOptions } from '../../ir/request.ts';
import type { Turn } from './schema.ts';
import { planThinking } from './thinking.ts';

const BUDGET: EffortDialect = { kind: 'budget', budgets: { low: 2_000, high: 16_000 } };
const ADAPTIVE: EffortDialect = { kind: 'adaptive', levels: ['none', 'low', 'medium', 'high', 'max'] };
const ALWAYS: EffortDialect = { kind: 'adaptive', levels: ['low', 'medium', 'high', 'max'] };

const user: Turn = { role: 'user', content: [{ type: 'text', text: 'Go.' }] };
const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' } as const;
const use = { type: 'tool_use', id: 'a', name: 'ls', input: {} } as const;
const results: Turn = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [] }] };
const loop = (first: Turn['content']): readonly Turn[] => [
  user,
  { role: 'assistant', content: first },
  results,
  { role: 'assistant', content: [use] },
  results,
];

type Case = {
  readonly name: string;
  readonly effort: EffortDialect;
  readonly reasoning: ReasoningOptions;
  readonly maxTokens?: number;
  readonly forcedTool?: boolean;
  readonly messages?: readonly Turn[];
  readonly members: JsonObject;
  readonly active: boolean;
  readonly losses: number;
};

const enabled = (tokens: number): JsonObject => ({ thinking: { type: 'enabled', budget_tokens: tokens } });
const adaptive = (effort: string): JsonObject => ({
  thinking: { type: 'adaptive', display: 'summarized' },
  output_config: { effort },
});
const OFF: JsonObject = { thinking: { type: 'disabled' } };

const CASES: readonly Case[] = [
  { name: 'nothing asked, a budget', effort: BUDGET, reasoning: {}, members: {}, active: false, losses: 0 },
  {
    name: 'a budget',
    effort: BUDGET,
    reasoning: { effort: 'high' },
    members: enabled(16_000),
    active: true,
    losses: 0,
  },
  {
    name: 'a clamped level',
    effort: BUDGET,
    reasoning: { effort: 'ultra' },
    members: enabled(16_000),
    active: true,
    losses: 1,
  },
  {
    name: 'a budget stays below max_tokens',
    effort: BUDGET,
    reasoning: { effort: 'high' },
    maxTokens: 8_000,
    members: enabled(6_000),
    active: true,
    losses: 0,
  },
  {
    name: 'a budget of the client',
    effort: BUDGET,
    reasoning: { budgetTokens: 3_000 },
    members: enabled(3_000),
    active: true,
    losses: 0,
  },
  {
    name: 'a budget below the least',
    effort: BUDGET,
    reasoning: { budgetTokens: 10 },
    members: enabled(1_024),
    active: true,
    losses: 0,
  },
  {
    name: 'no room',
    effort: BUDGET,
    reasoning: { effort: 'low' },
    maxTokens: 1_500,
    members: {},
    active: false,
    losses: 1,
  },
  { name: 'a budget, off', effort: BUDGET, reasoning: { effort: 'none' }, members: OFF, active: false, losses: 0 },
  {
    name: 'a budget and a forced tool',
    effort: BUDGET,
    reasoning: { effort: 'low' },
    forcedTool: true,
    members: {},
    active: false,
    losses: 1,
  },
  {
    name: 'a loop that thinks',
    effort: BUDGET,
    reasoning: { effort: 'low' },
    messages: loop([thought, use]),
    members: enabled(2_000),
    active: true,
    losses: 0,
  },
  {
    name: 'a loop that does not',
    effort: BUDGET,
    reasoning: { effort: 'low' },
    messages: loop([use]),
    members: {},
    active: false,
    losses: 1,
  },
  {
    name: 'an adaptive loop that does not',
    effort: ADAPTIVE,
    reasoning: { effort: 'low' },
    messages: loop([use]),
    members: adaptive('low'),
    active: true,
    losses: 0,
  },
  { name: 'nothing asked, adaptive', effort: ADAPTIVE, reasoning: {}, members: {}, active: false, losses: 0 },
  {
    name: 'adaptive',
    effort: ADAPTIVE,
    reasoning: { effort: 'xhigh' },
    members: adaptive('max'),
    active: true,
    losses: 1,
  },
  { name: 'adaptive, off', effort: ADAPTIVE, reasoning: { effort: 'none' }, members: OFF, active: false, losses: 0 },
  {
    name: 'adaptive and a forced tool',
    effort: ADAPTIVE,
    reasoning: { effort: 'high' },
    forcedTool: true,
    members: OFF,
    active: false,
    losses: 1,
  },
  {
    name: 'nothing asked of a model that always thinks',
    effort: ALWAYS,
    reasoning: {},
    members: {},
    active: true,
    losses: 0,
  },
  {
    name: 'always, off',
    effort: ALWAYS,
    reasoning: { effort: 'none' },
    members: adaptive('low'),
    active: true,
    losses: 1,
  },
  {
    name: 'always and a forced tool',
    effort: ALWAYS,
    reasoning: { effort: 'high' },
    forcedTool: true,
    members: adaptive('high'),
    active: true,
    losses: 0,
  },
  {
    name: 'a provider without thinking',
    effort: { kind: 'none' },
    reasoning: { effort: 'high' },
    members: {},
    active: false,
    losses: 1,
  },
];

for (const { name, effort, reasoning, maxTokens, forcedTool, messages, members, active, losses } of CASES) {
  test(`thinking: ${name}`, () => {
    const found: Loss[] = [];
    const call = { maxTokens: maxTokens ?? 32_000, forcedTool: forcedTool ?? false, messages: messages ?? [user] };
    assert.deepEqual(planThinking(reasoning, { effort }, call, found), { members, active });
    assert.equal(found.length, losses, JSON.stringify(found));
  });
}
