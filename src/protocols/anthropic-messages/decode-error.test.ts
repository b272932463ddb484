import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureKind } from '../../ir/failure.ts';
import { decodeError } from './decode-error.ts';

const CASES: readonly (readonly [status: number, type: string, message: string, kind: FailureKind])[] = [
  [400, 'invalid_request_error', 'messages.1: text content blocks must be non-empty', 'invalid-request'],
  [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'context-overflow'],
  [
    400,
    'invalid_request_error',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length',
    'context-overflow',
  ],
  [
    400,
    'invalid_request_error',
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
    'quota',
  ],
  [401, 'authentication_error', 'invalid x-api-key', 'auth'],
  [402, 'billing_error', 'There is a problem with your billing information.', 'quota'],
  [403, 'permission_error', 'Your API key may not use this resource.', 'permission'],
  [404, 'not_found_error', 'model: claude-nothing', 'model-not-found'],
  [413, 'request_too_large', 'Request exceeds the maximum size', 'context-overflow'],
  [429, 'rate_limit_error', 'This request would exceed the rate limit of your organization.', 'rate-limited'],
  [500, 'api_error', 'Internal server error', 'server-error'],
  [504, 'timeout_error', 'The request timed out.', 'timeout'],
  [529, 'overloaded_error', 'Overloaded', 'overloaded'],
];

for (const [status, type, message, kind] of CASES) {
  test(`${status} ${type} is ${kind}`, () => {
    const body = JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });
    const failure = decodeError(status, { 'retry-after': '7' }, body, 0);
    assert.deepEqual(failure, { kind, message, status, code: type, retryAfterMs: 7_000 });
  });
}
