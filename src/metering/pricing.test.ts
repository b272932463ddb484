import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import type { Usage } from '../ir/usage.ts';
import { PRESET_IDS } from '../providers/presets/preset-files.ts';
import { findPreset } from '../providers/presets/presets.ts';
import type { Model, Price } from '../providers/provider.ts';
import { testModel, testProvider } from '../providers/testing/provider.ts';
import { costOf, priceOf } from './pricing.ts';

function model(upstreamId: string, priceId: string | undefined, price?: Price): Model {
  const provider = testProvider(priceId === undefined ? {} : { priceId });
  return testModel('m', provider, { upstreamId, ...(price === undefined ? {} : { price }) });
}

const usage: Usage = { freshInput: 1_000, cacheRead: 2_000, cacheWrite: 0, output: 100, reasoning: 50 };
const AT = Date.UTC(2026, 0, 1, 12);

test("a known model is priced by its own provider's table, in disjoint classes", () => {
  // 1.25, 0.125 and 10 dollars per million tokens.
  assert.deepEqual(costOf(model('gpt-5', 'openai'), usage, AT), {
    costNanoUsd: 1_000 * 1_250 + 2_000 * 125 + 100 * 10_000,
    source: 'genai-prices:openai/gpt-5',
  });
  assert.deepEqual(priceOf(model('gpt-5', 'openai'), AT), { input: 1_250, cacheRead: 125, output: 10_000 });
});

test('a long prompt costs what its tier says, a list shows the base', () => {
  const sonnet = model('claude-sonnet-4-5', 'anthropic');
  assert.equal(costOf(sonnet, { ...usage, cacheRead: 0 }, AT)?.costNanoUsd, 1_000 * 3_000 + 100 * 15_000);
  const long = costOf(sonnet, { ...usage, freshInput: 300_000, cacheRead: 0 }, AT)?.costNanoUsd ?? 0;
  assert.equal(long, 300_000 * 6_000 + 100 * 22_500);
  assert.equal(priceOf(sonnet, AT)?.input, 3_000);
});

test('what is not known is unpriced, not free', () => {
  assert.equal(costOf(model('gpt-5', undefined), usage, AT), undefined);
  assert.equal(costOf(model('gpt-5', 'nobody'), usage, AT), undefined);
  assert.equal(costOf(model('no-such-model-at-all', 'openai'), usage, AT), undefined);
  assert.equal(costOf(model('claude-sonnet-4-5', 'openai'), usage, AT), undefined, 'not by another provider');
  assert.equal(priceOf(model('gpt-5', undefined), AT), undefined);
});

test('a provider that is merely alike gives no price', () => {
  assert.equal(costOf(model('kimi-k2-0905-preview', 'moonshot'), usage, AT), undefined);
  assert.ok(costOf(model('kimi-k2-0905-preview', 'moonshotai'), usage, AT) !== undefined);
});

test("the user's price wins; a class without its own price costs as input", () => {
  const own = model('gpt-5', 'openai', { input: 140, cacheRead: 14, output: 280 });
  assert.deepEqual(costOf(own, { ...usage, cacheWrite: 10 }, AT), {
    costNanoUsd: 1_000 * 140 + 2_000 * 14 + 10 * 140 + 100 * 280,
    source: 'config',
  });
  assert.deepEqual(costOf(model('x', undefined, { input: 0, output: 0 }), usage, AT)?.costNanoUsd, 0);
});

test('law: a cost is a non-negative integer, and no usage costs nothing', () => {
  const tokens = fc.nat({ max: 2_000_000 });
  const any = fc.record({
    freshInput: tokens,
    cacheRead: tokens,
    cacheWrite: tokens,
    output: tokens,
    reasoning: tokens,
  });
  const models = [
    model('gpt-5', 'openai'),
    model('claude-sonnet-4-5', 'anthropic'),
    model('deepseek-chat', 'deepseek'),
    model('x', undefined, { input: 0.3, output: 1.7 }),
  ];
  fc.assert(
    fc.property(any, fc.constantFrom(...models), (counts, one) => {
      const cost = costOf(one, counts, AT)?.costNanoUsd ?? -1;
      return Number.isSafeInteger(cost) && cost >= 0;
    }),
  );
  const none = { freshInput: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  for (const one of models) assert.equal(costOf(one, none, AT)?.costNanoUsd, 0);
});

test("every preset's price id is one of the table's own", () => {
  for (const id of PRESET_IDS) {
    const priceId = findPreset(id)?.priceId;
    if (priceId !== undefined) assert.equal(findProvider({ providerId: priceId })?.id, priceId);
  }
});

test('a price is looked up once a minute for each model', () => {
  const one = model('gpt-5', 'openai');
  const start = Math.ceil(AT / 60_000) * 60_000;
  assert.equal(priceOf(one, start), priceOf(one, start + 59_999), 'the same value');
  assert.notEqual(priceOf(one, start + 60_000), priceOf(one, start));
  assert.deepEqual(priceOf(one, start + 60_000), priceOf(one, start));
});
