import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EffortDialect } from '../ir/dialect.ts';
import type { JsonObject } from '../ir/json.ts';
import type { ReasoningOptions } from '../ir/request.ts';
import { applyFields } from './apply-fields.ts';
import { applyEffort } from './effort.ts';

const FIELD: EffortDialect = { kind: 'field', path: ['reasoning', 'effort'], levels: ['low', 'medium', 'high'] };
const SWITCH: EffortDialect = { kind: 'switch', path: ['enable_thinking'], on: true, off: false };
const LEVELLED: EffortDialect = {
  kind: 'switch',
  path: ['thinking', 'type'],
  on: 'enabled',
  off: 'disabled',
  level: { path: ['reasoning_effort'], levels: ['high', 'max'] },
};
const BUDGET: EffortDialect = { kind: 'budget', budgets: { low: 1024, medium: 4096, high: 16000 } };
const ADAPTIVE: EffortDialect = { kind: 'adaptive', levels: ['low', 'medium', 'high', 'max'] };

const CASES: readonly (readonly [string, EffortDialect, ReasoningOptions, JsonObject, number])[] = [
  ['nothing asked', FIELD, {}, {}, 0],
  ['a known level', FIELD, { effort: 'low' }, { reasoning: { effort: 'low' } }, 0],
  ['a stronger level', FIELD, { effort: 'ultra' }, { reasoning: { effort: 'high' } }, 1],
  ['a budget as a word', FIELD, { budgetTokens: 4_000 }, { reasoning: { effort: 'medium' } }, 0],
  ['a provider without effort', { kind: 'none' }, { effort: 'low' }, {}, 1],
  ['a switch', SWITCH, { effort: 'low' }, { enable_thinking: true }, 0],
  ['a switch off', SWITCH, { effort: 'none' }, { enable_thinking: false }, 0],
  [
    'a switch with a level',
    LEVELLED,
    { effort: 'xhigh' },
    { thinking: { type: 'enabled' }, reasoning_effort: 'max' },
    1,
  ],
  ['a switch with a level, off', LEVELLED, { effort: 'none' }, { thinking: { type: 'disabled' } }, 0],
  ['a budget', BUDGET, { effort: 'max' }, { thinking: { type: 'enabled', budget_tokens: 16000 } }, 1],
  ['a budget of its own', BUDGET, { budgetTokens: 5 }, { thinking: { type: 'enabled', budget_tokens: 5 } }, 0],
  ['adaptive', ADAPTIVE, { effort: 'max' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 0],
  ['adaptive, off', ADAPTIVE, { effort: 'none' }, { thinking: { type: 'disabled' } }, 0],
];

for (const [name, dialect, reasoning, expected, losses] of CASES) {
  test(`effort: ${name}`, () => {
    const applied = applyEffort({ model: 'm' }, dialect, reasoning);
    assert.deepEqual(applied.value, { model: 'm', ...expected });
    assert.equal(applied.losses.length, losses);
  });
}

test('objects on the way to a member are kept', () => {
  const body = { reasoning: { summary: 'auto' } };
  assert.deepEqual(applyEffort(body, FIELD, { effort: 'low' }).value, {
    reasoning: { summary: 'auto', effort: 'low' },
  });
  assert.deepEqual(body, { reasoning: { summary: 'auto' } });
});

test('top-level members: defaults where none is, drops with a Loss, renames, then what is cached', () => {
  const applied = applyFields(
    { messages: [], model: 'm', user: 'u', top_p: undefined, tools: [], max_tokens: 5 },
    {
      defaults: { model: 'x', top_p: 0.9, reasoning_split: true },
      drop: ['user', 'absent'],
      rename: { max_tokens: 'limit' },
    },
    ['tools', 'system', 'messages'],
  );
  const members = { model: 'm', top_p: 0.9, reasoning_split: true, limit: 5, tools: [], messages: [] };
  assert.equal(JSON.stringify(applied.value), JSON.stringify(members), 'what is cached stands last');
  assert.deepEqual(
    applied.losses.map((loss) => loss.path),
    ['user'],
  );
});
