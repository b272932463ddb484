import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../ir/failure.ts';
import { encodeError, NO_THREADS } from './encode-error.ts';

const encoded = (failure: Failure) => encodeError(failure, { id: 'local' }, 'req-1');

for (const [kind, status, type, retry] of [
  ['auth', 401, 'authentication_error', 'false'],
  ['quota', 402, 'billing_error', 'false'],
  ['rate-limited', 429, 'rate_limit_error', 'true'],
  ['overloaded', 529, 'overloaded_error', 'true'],
  ['timeout', 504, 'timeout_error', 'true'],
  ['invalid-request', 400, 'invalid_request_error', 'false'],
  ['model-not-found', 404, 'not_found_error', 'false'],
  ['too-large', 413, 'request_too_large', 'false'],
] as const) {
  test(`${kind} is ${status} ${type}`, () => {
    const { status: sent, headers, body } = encoded({ kind, message: 'No.', mend: 'Do this.' });
    assert.equal(sent, status);
    assert.deepEqual(body, { type: 'error', error: { type, message: 'No. Do this.' }, request_id: 'req-1' });
    assert.equal(headers['x-should-retry'], retry);
    assert.equal(headers['request-id'], 'req-1');
  });
}

test('a limit says how long to wait, and makes a time up where its provider gave none', () => {
  assert.equal(encoded({ kind: 'rate-limited', message: 'x', retryAfterMs: 1_200 }).headers['retry-after'], '2');
  assert.equal(encoded({ kind: 'overloaded', message: 'x' }).headers['retry-after'], '5');
  assert.equal(encoded({ kind: 'server-error', message: 'x' }).headers['retry-after'], undefined);
});

test('an overflow says so in the words by which Claude Code compacts', () => {
  const message = (text: string): unknown => encoded({ kind: 'context-overflow', message: text }).body['error'];
  const error = (text: string) => ({ type: 'invalid_request_error', message: text });
  assert.deepEqual(message('Too many tokens.'), error('prompt is too long: Too many tokens.'));
  assert.deepEqual(message('Prompt is too long: 9 > 8'), error('Prompt is too long: 9 > 8'));
});

test('a conversation that nobody keeps is refused in the code by which the SDK sends the whole one', () => {
  const { body } = encoded({ kind: 'unsupported', message: 'No.', code: NO_THREADS });
  assert.deepEqual(body['error'], {
    type: 'invalid_request_error',
    message: 'No.',
    details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
  });
});
