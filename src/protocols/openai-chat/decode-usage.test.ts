import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usageReader } from './decode-usage.ts';

test('without a preset every known name is understood', () => {
  const { read, find } = usageReader();
  const hits = { prompt_tokens: 100, completion_tokens: 7, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 };
  assert.deepEqual(read(hits), { freshInput: 36, cacheRead: 64, cacheWrite: 0, output: 7, reasoning: 0 });
  for (const value of [{ usage: hits }, { x_groq: { usage: hits } }, { choices: [{ usage: hits }] }]) {
    assert.equal(find(value), hits);
  }
  assert.equal(find({ choices: [] }), undefined);
  assert.equal(read({ prompt_tokens: 0, completion_tokens: 0 }), undefined);
});

test('the names of a preset come first, the known ones behind them', () => {
  const { read, find } = usageReader({ places: ['meta.count'], input: ['in.fresh'], cacheRead: ['in.old'] });
  const usage = { in: { fresh: 10, old: 4 }, prompt_tokens: 99, completion_tokens: 3, cached_tokens: 9 };
  assert.equal(find({ usage: {}, meta: { count: usage } }), usage);
  assert.deepEqual(read(usage), { freshInput: 6, cacheRead: 4, cacheWrite: 0, output: 3, reasoning: 0 });
  assert.equal(read({ prompt_tokens: 5, completion_tokens: 1, cached_tokens: 2 })?.cacheRead, 2);
});

test('cached tokens stand inside the input or beside it, thinking inside the output or beside it', () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 5,
    cached_tokens: 30,
    completion_tokens_details: { reasoning_tokens: 2 },
  };
  assert.equal(usageReader().read(usage)?.cacheRead, 10, 'clamped: it cannot be more than the input that holds it');
  assert.deepEqual(usageReader({ cachedTokens: 'beside', reasoningTokens: 'beside' }).read(usage), {
    freshInput: 10,
    cacheRead: 30,
    cacheWrite: 0,
    output: 7,
    reasoning: 2,
  });
  assert.equal(usageReader({ reasoningTokens: 'inside' }).read({ ...usage, total_tokens: 17 })?.output, 5);
  assert.equal(usageReader().read({ ...usage, total_tokens: 17 })?.output, 7, 'as its total shows');
});
