import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeOpenAiError } from './openai-error.ts';
import { rateWindows, usedUpForMs } from './rate-windows.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

test('the windows of both families of headers are read, with their resets in every form', () => {
  const told = rateWindows(
    {
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
      'anthropic-ratelimit-input-tokens-remaining': '1000',
      'anthropic-ratelimit-input-tokens-limit': '4000',
      'anthropic-ratelimit-input-tokens-reset': '2026-11-26T12:00:30Z',
    },
    NOW,
  );
  assert.deepEqual(told, [
    { counts: 'requests', remaining: 59, limit: 60, resetAt: NOW + 1_000 },
    { counts: 'tokens', remaining: 0, resetAt: NOW + 360_000 },
    { counts: 'input-tokens', remaining: 1_000, limit: 4_000, resetAt: NOW + 30_000 },
  ]);
  assert.equal(usedUpForMs(told, NOW), 360_000);
});

test('a reset is a duration, seconds from now, or a moment in seconds or milliseconds', () => {
  const resetOf = (reset: string) =>
    rateWindows({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, NOW)[0]?.resetAt;
  assert.equal(resetOf('20ms'), NOW + 20);
  assert.equal(resetOf('1m30.5s'), NOW + 90_500);
  assert.equal(resetOf('12'), NOW + 12_000);
  assert.equal(resetOf(String(NOW / 1_000 + 5)), NOW + 5_000);
  assert.equal(resetOf(String(NOW + 5_000)), NOW + 5_000);
  assert.equal(resetOf('Thu, 26 Nov 2026 12:01:00 GMT'), NOW + 60_000);
  assert.equal(resetOf('soon'), undefined);
  assert.equal(resetOf('2020-01-01T00:00:00Z'), NOW);
});

test('headers that tell nothing, or nonsense, are no windows', () => {
  assert.deepEqual(rateWindows({}, NOW), []);
  assert.deepEqual(rateWindows({ 'x-ratelimit-remaining-tokens': 'many' }, NOW), []);
  assert.equal(usedUpForMs([{ counts: 'tokens', remaining: 3, resetAt: NOW + 9 }], NOW), undefined);
  assert.equal(usedUpForMs([{ counts: 'tokens', remaining: 0 }], NOW), undefined);
});

test('a 429 that names no wait is as long as the window that is used up', () => {
  const headers = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '2.5s' };
  const limited = decodeOpenAiError(429, headers, '{"error":{"message":"Slow down."}}', NOW);
  assert.deepEqual([limited.kind, limited.retryAfterMs], ['rate-limited', 2_500]);
  const told = decodeOpenAiError(429, { ...headers, 'retry-after': '1' }, '{"error":{"message":"Slow down."}}', NOW);
  assert.equal(told.retryAfterMs, 1_000);
  // Other failures have nothing to do with it.
  assert.equal(decodeOpenAiError(500, headers, 'broken', NOW).retryAfterMs, undefined);
});
