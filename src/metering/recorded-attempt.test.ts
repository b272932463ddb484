import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../ir/attempt.ts';
import { recordedAttempt } from './recorded-attempt.ts';

const attempt: Attempt = { provider: 'work', model: 'm', slug: 's', startedAt: 1, totalMs: 2 };

test('what a provider said stays out; what it named stays', () => {
  const failure = {
    kind: 'invalid-request',
    message: "Invalid value 'my secret plan' (provider work, model m)",
    mend: 'Say less than my secret plan.',
    status: 400,
    code: 'invalid_value',
    parameter: 'input[0].content',
    retryAfterMs: 5,
    provider: 'work',
    model: 'm',
  } as const;
  const { message: _, mend: __, ...kept } = failure;
  assert.deepEqual(recordedAttempt({ ...attempt, failure }), {
    ...attempt,
    failure: { ...kept, message: 'The provider refused the request.' },
  });
});

test('a code or a parameter that is a sentence is none', () => {
  const failure = { kind: 'server-error', message: '', code: 'my secret plan', parameter: 'so secret!' } as const;
  assert.deepEqual(recordedAttempt({ ...attempt, failure }).failure, {
    kind: 'server-error',
    message: 'The provider failed inside.',
  });
});

test('an attempt that went well is kept as it is', () => {
  assert.equal(recordedAttempt(attempt), attempt);
});

test('what the provider told of its limits is not kept', () => {
  assert.deepEqual(recordedAttempt({ ...attempt, windows: [{ counts: 'tokens', remaining: 0 }] }), attempt);
});
