import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure, FailureKind } from '../../ir/failure.ts';
import { encodeError, streamError } from './encode-error.ts';

const codex = { id: 'local', originator: 'codex_exec' };
const other = { id: 'local' };
const failure = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({ kind, message: 'Words.', ...more });

test('what cannot be mended by waiting goes to Codex so that it shows our words once', () => {
  for (const kind of [
    'auth',
    'permission',
    'quota',
    'invalid-request',
    'content-policy',
    'unsupported',
    'too-large',
  ] as const) {
    const { status, body } = encodeError(failure(kind, { mend: 'Mend it.' }), codex);
    assert.equal(status, 400, kind);
    assert.partialDeepStrictEqual(body, { error: { code: 'invalid_prompt', message: 'Words. Mend it.' } });
    assert.equal(streamError(failure(kind), codex).code, 'invalid_prompt');
  }
});

test('what may pass is retried by Codex, and our words survive', () => {
  for (const kind of ['overloaded', 'server-error', 'timeout', 'transport', 'cut', 'protocol'] as const) {
    assert.equal(encodeError(failure(kind), codex).status, 408, kind);
    assert.equal(streamError(failure(kind), codex).code, 'server_error');
  }
  const asked = encodeError(failure('overloaded', { retryAfterMs: 1_200 }), codex);
  assert.equal(asked.status, 408);
  assert.equal(asked.headers['retry-after'], '2');
  assert.equal(encodeError(failure('overloaded'), codex).headers['retry-after'], '5');
  assert.equal(encodeError(failure('transport'), codex).headers['retry-after'], undefined);
});

test('codes that Codex treats on its own are kept', () => {
  assert.partialDeepStrictEqual(encodeError(failure('context-overflow'), codex), {
    status: 400,
    body: { error: { code: 'context_length_exceeded' } },
  });
  assert.partialDeepStrictEqual(encodeError(failure('model-not-found'), codex), {
    status: 404,
    body: { error: { code: 'model_not_found' } },
  });
  assert.equal(encodeError(failure('unauthenticated'), codex).status, 401);
  assert.equal(streamError(failure('context-overflow'), codex).code, 'context_length_exceeded');
  assert.equal(streamError(failure('model-not-found'), codex).code, 'invalid_prompt');
});

test('a rate limit always says how long to wait', () => {
  assert.equal(encodeError(failure('rate-limited'), codex).headers['retry-after'], '5');
  assert.equal(encodeError(failure('rate-limited', { retryAfterMs: 3_600_000 }), codex).headers['retry-after'], '3600');
  assert.equal(encodeError(failure('rate-limited', { retryAfterMs: 0 }), codex).headers['retry-after'], '1');
  assert.deepEqual(streamError(failure('rate-limited', { retryAfterMs: 1_500 }), codex), {
    code: 'rate_limit_exceeded',
    message: 'Words. Please try again in 1.5s.',
  });
  const said = failure('rate-limited', { message: 'Please try again in 28ms.' });
  assert.equal(streamError(said, codex).message, 'Please try again in 28ms.');
});

test('other clients get the status that the API itself would give', () => {
  const statuses: readonly (readonly [FailureKind, number])[] = [
    ['auth', 401],
    ['permission', 403],
    ['quota', 429],
    ['rate-limited', 429],
    ['overloaded', 503],
    ['server-error', 502],
    ['timeout', 504],
    ['invalid-request', 400],
    ['model-not-found', 404],
    ['unauthenticated', 401],
    ['too-large', 413],
  ];
  for (const [kind, status] of statuses) assert.equal(encodeError(failure(kind), other).status, status, kind);
  const named = failure('unsupported', { code: 'previous_response_not_found', parameter: 'previous_response_id' });
  assert.deepEqual(encodeError(named, other).body, {
    error: {
      message: 'Words.',
      type: 'invalid_request_error',
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    },
  });
  assert.equal(streamError(failure('quota'), other).code, 'insufficient_quota');
});
