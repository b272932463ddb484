import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureKind } from '../../ir/failure.ts';
import type { Json } from '../../ir/json.ts';
import { decodeError } from './decode-error.ts';

/** What the API says, and what is made of it. */
const ERRORS: readonly (readonly [
  kind: FailureKind,
  code: number,
  status: string,
  message: string,
  details?: Json[],
])[] = [
  ['auth', 400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'],
  ['auth', 400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', [{ reason: 'API_KEY_INVALID' }]],
  ['auth', 401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'],
  [
    'auth',
    403,
    'PERMISSION_DENIED',
    "Method doesn't allow unregistered callers (callers without established identity).",
  ],
  ['permission', 403, 'PERMISSION_DENIED', 'Your project has been denied access.'],
  ['permission', 400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'],
  ['model-not-found', 404, 'NOT_FOUND', 'models/gemini-0 is not found for API version v1beta.'],
  [
    'context-overflow',
    400,
    'INVALID_ARGUMENT',
    'The input token count (1196265) exceeds the maximum number of tokens allowed (1048576).',
  ],
  ['invalid-request', 400, 'INVALID_ARGUMENT', 'Corrupted thought signature.'],
  [
    'rate-limited',
    429,
    'RESOURCE_EXHAUSTED',
    'You exceeded your current quota, please check your plan and billing details.',
  ],
  [
    'quota',
    429,
    'RESOURCE_EXHAUSTED',
    'You exceeded your current quota.',
    [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] }],
  ],
  ['quota', 429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: free_tier_requests, limit: 0'],
  ['quota', 429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'],
  ['overloaded', 503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  ['timeout', 504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
  ['server-error', 500, 'INTERNAL', 'An internal error has occurred.'],
];

for (const [kind, code, status, message, details = []] of ERRORS) {
  test(`${status} (${code}), "${message.slice(0, 40)}": ${kind}`, () => {
    const error = { error: { code, message, status, details } };
    for (const body of [error, [error]]) {
      const failure = decodeError(code, {}, JSON.stringify(body), 0);
      assert.deepEqual([failure.kind, failure.message, failure.status], [kind, message, code]);
    }
  });
}

test('RetryInfo is the time to wait, a header more exact yet; a violated field is the parameter', () => {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.074824224s' },
    {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: 'tools[0]', description: 'x' }],
    },
  ];
  const body = JSON.stringify({ error: { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED', details } });
  const failure = decodeError(429, {}, body, 0);
  assert.deepEqual([failure.retryAfterMs, failure.parameter, failure.code], [34_075, 'tools[0]', 'RESOURCE_EXHAUSTED']);
  assert.equal(decodeError(429, { 'retry-after': '2' }, body, 0).retryAfterMs, 2_000);
});

test('a page instead of an error is told by its status', () => {
  assert.equal(decodeError(502, {}, '<html>Bad Gateway</html>', 0).kind, 'server-error');
  assert.equal(decodeError(413, {}, '', 0).kind, 'context-overflow');
});
