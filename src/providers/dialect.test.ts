import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOL_IDS } from '../ir/protocol-id.ts';
import { compileDialect, dialectFor } from './dialect.ts';
import { modelFacts } from './known-model.ts';
import type { KnownModel, Model, ModelFacts, Provider } from './provider.ts';
import type { Quirk } from './quirks.ts';
import { testModel, testProvider } from './testing/provider.ts';

const source = 'https://example.com/docs';

const knownModels: readonly KnownModel[] = [
  {
    match: 'thinker-*',
    source,
    contextWindow: 100_000,
    quirks: [{ kind: 'token-limit', source, field: 'max_completion_tokens' }],
  },
  { match: 'thinker-2*', source, contextWindow: 200_000, inputModalities: ['text'] },
];

function model(upstreamId: string, facts: ModelFacts, change: Partial<Provider> = {}): Model {
  return testModel(upstreamId, testProvider({ knownModels, ...change }), { facts });
}

test('without quirks every protocol has its defaults', () => {
  for (const protocol of PROTOCOL_IDS) assert.ok(compileDialect(protocol, []).tools.maxNameLength > 0);
  assert.equal(compileDialect('openai-responses', []).tools.native, false);
  assert.equal(compileDialect('openai-responses', [], true).tools.native, true);
  assert.equal(compileDialect('anthropic-messages', []).defaultMaxTokens, 32_000);
});

test('each kind of quirk changes what it names and nothing else', () => {
  const before = compileDialect('openai-chat', []);
  const cases: readonly { readonly quirk: Quirk; readonly changes: object }[] = [
    {
      quirk: { kind: 'role-map', source, instructions: 'developer', placement: 'anywhere', userAfterTool: false },
      changes: { roles: { instructions: 'developer', placement: 'anywhere', laterAs: 'user', userAfterTool: false } },
    },
    {
      quirk: { kind: 'effort-dialect', source, effort: { kind: 'adaptive', levels: ['low'] } },
      changes: { effort: { kind: 'adaptive', levels: ['low'] } },
    },
    {
      quirk: { kind: 'reasoning-source', source, fields: ['reasoning'] },
      changes: { reasoning: { ...before.reasoning, from: ['reasoning'] } },
    },
    {
      quirk: { kind: 'reasoning-echo', source, echo: { field: 'reasoning', when: 'always' } },
      changes: { reasoning: { ...before.reasoning, echo: { field: 'reasoning', when: 'always' } } },
    },
    {
      quirk: { kind: 'token-limit', source, field: 'max_completion_tokens', default: 9 },
      changes: { tokenLimitField: 'max_completion_tokens', defaultMaxTokens: 9 },
    },
    {
      quirk: { kind: 'tool-names', source, maxLength: 40 },
      changes: { tools: { ...before.tools, maxNameLength: 40 } },
    },
    {
      quirk: { kind: 'schema-keywords', source, drop: ['format', 'format'] },
      changes: { tools: { ...before.tools, dropKeywords: ['format'] } },
    },
    { quirk: { kind: 'strict-tools', source, accepted: true }, changes: { tools: { ...before.tools, strict: true } } },
    {
      quirk: { kind: 'parallel-field', source, accepted: true },
      changes: { tools: { ...before.tools, parallelField: true } },
    },
    {
      quirk: { kind: 'hosted-tools', source, types: ['web_search'] },
      changes: { tools: { ...before.tools, hosted: ['web_search'] } },
    },
    {
      quirk: { kind: 'tool-call-id', source, pattern: '^[a-z]{9}$', length: 9 },
      changes: { tools: { ...before.tools, callId: { pattern: '^[a-z]{9}$', length: 9 } } },
    },
    {
      quirk: { kind: 'pseudo-calls', source, forms: ['json'] },
      changes: { tools: { ...before.tools, pseudoCalls: ['json'] } },
    },
    {
      quirk: { kind: 'tool-choices', source, accepted: ['auto'] },
      changes: { tools: { ...before.tools, choices: ['auto'] } },
    },
    {
      quirk: { kind: 'tool-call-members', source, members: { a: 1 } },
      changes: { tools: { ...before.tools, callMembers: { a: 1 } } },
    },
    { quirk: { kind: 'output-format', source, accepts: 'json-object' }, changes: { outputFormat: 'json-object' } },
    {
      quirk: { kind: 'images', source, input: false },
      changes: { images: { input: false, inToolResults: false } },
    },
    { quirk: { kind: 'stream-usage', source, accepted: false }, changes: { streamUsage: false } },
    {
      quirk: { kind: 'tool-limits', source, maxTools: 128, maxDescription: 1024 },
      changes: { tools: { ...before.tools, maxTools: 128, maxDescription: 1024 } },
    },
    {
      quirk: { kind: 'usage-names', source, places: ['x.usage'], cacheRead: ['hits'], cachedTokens: 'beside' },
      changes: { usage: { places: ['x.usage'], cacheRead: ['hits'], cachedTokens: 'beside' } },
    },
    {
      quirk: { kind: 'error-shape', source, code: ['base.code'], codes: { '7': 'quota' } },
      changes: { errors: { code: ['base.code'], codes: { '7': 'quota' } } },
    },
    {
      quirk: { kind: 'overflow-signs', source, words: ['too much'], emptyStatuses: [400] },
      changes: { errors: { overflow: ['too much'], emptyOverflow: [400] } },
    },
    {
      quirk: { kind: 'cache-rules', source, prefix: 'automatic', minTokens: 1024 },
      changes: { cache: { prefix: 'automatic', minTokens: 1024 } },
    },
    { quirk: { kind: 'cache-key', source, field: 'user' }, changes: { cacheKeyField: 'user' } },
    { quirk: { kind: 'cache-key', source, field: null, header: 'x-id' }, changes: { cacheKeyHeader: 'x-id' } },
    { quirk: { kind: 'cache-breakpoints', source, accepted: true }, changes: { cacheBreakpoints: true } },
    { quirk: { kind: 'verbosity', source, accepted: true }, changes: { verbosity: true } },
    { quirk: { kind: 'service-tier', source, accepted: true }, changes: { serviceTier: true } },
    { quirk: { kind: 'set-default', source, field: 'a', value: [1] }, changes: { defaults: { a: [1] } } },
    { quirk: { kind: 'drop-field', source, field: 'user' }, changes: { drop: ['user'] } },
    { quirk: { kind: 'rename-field', source, from: 'a', to: 'b' }, changes: { rename: { a: 'b' } } },
  ];
  for (const { quirk, changes } of cases) {
    assert.deepEqual(compileDialect('openai-chat', [quirk]), { ...before, ...changes }, quirk.kind);
  }
  const off: Quirk = { kind: 'cache-key', source, field: null };
  assert.deepEqual(compileDialect('openai-chat', [{ kind: 'cache-key', source, field: 'user' }, off]), before);
});

test('a family comes first and its member after it', () => {
  assert.deepEqual(modelFacts(knownModels, 'Thinker-2-mini'), { contextWindow: 200_000, inputModalities: ['text'] });
  assert.deepEqual(modelFacts(knownModels, 'thinker-1'), { contextWindow: 100_000 });
  assert.deepEqual(modelFacts(knownModels, 'talker'), {});
});

test('a model has the quirks of every entry that matches', () => {
  assert.equal(dialectFor(model('thinker-2', {})).tokenLimitField, 'max_completion_tokens');
  assert.equal(dialectFor(model('talker', {})).tokenLimitField, 'max_tokens');
  const once = model('thinker-2', {});
  assert.equal(dialectFor(once), dialectFor(once), 'compiled once');
});

test('facts settle images, the token limit and unknown efforts', () => {
  assert.deepEqual(dialectFor(model('a', { inputModalities: ['text'] })).images, {
    input: false,
    inToolResults: false,
  });
  assert.equal(dialectFor(model('a', { maxOutputTokens: 9 })).defaultMaxTokens, undefined);
  const messages = { protocol: 'anthropic-messages', dialect: compileDialect('anthropic-messages', []) } as const;
  assert.equal(dialectFor(model('a', { maxOutputTokens: 9 }, messages)).defaultMaxTokens, 9);
  const levels = ['low', 'high'];
  assert.deepEqual(dialectFor(model('a', { reasoningLevels: levels })).effort, {
    kind: 'field',
    path: ['reasoning_effort'],
    levels,
  });
  assert.equal(dialectFor(model('a', { reasoningLevels: levels }, { preset: 'known' })).effort.kind, 'none');
});
