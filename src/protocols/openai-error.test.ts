import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureKind } from '../ir/failure.ts';
import { decodeOpenAiError, decodeOpenAiErrorObject, errorAt } from './openai-error.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const error = (message: string, code: string | number | null = null, type: string | null = null): string =>
  JSON.stringify({ error: { message, type, param: null, code } });

/** Status, body, what it means. The bodies have the forms that providers send. */
const CASES: readonly (readonly [number, string, FailureKind])[] = [
  [401, error('Incorrect API key provided.', 'invalid_api_key', 'invalid_request_error'), 'auth'],
  [401, '{"detail":"Unauthorized"}', 'auth'],
  [403, error('Your key may not use this model.'), 'permission'],
  [402, error('Insufficient Balance', 'invalid_request_error', 'unknown_error'), 'quota'],
  [
    429,
    error('You exceeded your current quota, please check your plan.', 'insufficient_quota', 'insufficient_quota'),
    'quota',
  ],
  [429, error('Rate limit reached for requests', 'rate_limit_exceeded', 'requests'), 'rate-limited'],
  [429, '', 'rate-limited'],
  [503, error('The engine is overloaded', null, 'server_error'), 'overloaded'],
  [503, '<html><body><h1>503 Service Unavailable</h1></body></html>', 'overloaded'],
  [529, error('Overloaded', null, 'overloaded_error'), 'overloaded'],
  [500, error('The server had an error', null, 'server_error'), 'server-error'],
  [504, 'upstream request timeout', 'timeout'],
  [
    404,
    error('The model `x` does not exist or you do not have access to it.', 'model_not_found', 'invalid_request_error'),
    'model-not-found',
  ],
  [400, error('model "x" not found, try pulling it first', null, 'api_error'), 'model-not-found'],
  [404, '404 page not found', 'model-not-found'],
  [
    400,
    error("This model's maximum context length is 8192 tokens.", 'context_length_exceeded', 'invalid_request_error'),
    'context-overflow',
  ],
  [
    400,
    error('the request exceeds the available context size, try increasing it', 400, 'exceed_context_size_error'),
    'context-overflow',
  ],
  [
    400,
    error('Prompt is too long: reduce the length of the messages', null, 'invalid_request_error'),
    'context-overflow',
  ],
  [413, 'Request Entity Too Large', 'context-overflow'],
  [
    400,
    error("Unsupported parameter: 'temperature'", 'unsupported_parameter', 'invalid_request_error'),
    'invalid-request',
  ],
  [400, error('Blocked by our policy.', 'content_policy_violation', 'invalid_request_error'), 'content-policy'],
  [422, '{"detail":[{"loc":["body","tools"],"msg":"field required","type":"missing"}]}', 'invalid-request'],
  [400, '[{"error":{"code":400,"message":"Invalid argument","status":"INVALID_ARGUMENT"}}]', 'invalid-request'],
];

test('a status and a body become the kind of failure that they mean', () => {
  for (const [status, body, kind] of CASES) {
    const failure = decodeOpenAiError(status, {}, body, NOW);
    assert.equal(failure.kind, kind, `${status} ${body}`);
    assert.equal(failure.status, status);
    assert.ok(failure.message.length > 0);
    assert.ok(!failure.message.includes('<'));
  }
});

test('the words of the provider come through, with its code and the member that it refuses', () => {
  const body =
    '{"error":{"message":"Invalid value","type":"invalid_request_error","param":"tools[0]","code":"invalid_value"}}';
  assert.deepEqual(decodeOpenAiError(400, {}, body, NOW), {
    kind: 'invalid-request',
    message: 'Invalid value',
    status: 400,
    code: 'invalid_value',
    parameter: 'tools[0]',
  });
  const routed =
    '{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\\"error\\":{\\"message\\":\\"bad tool\\"}}"}}}';
  assert.equal(decodeOpenAiError(400, {}, routed, NOW).message, 'Provider returned error: bad tool');
  assert.match(decodeOpenAiError(500, {}, '', NOW).message, /status 500/);
});

test('Retry-After is read in all its forms', () => {
  const wait = (headers: Record<string, string>, body = ''): number | undefined =>
    decodeOpenAiError(429, headers, body, NOW).retryAfterMs;
  assert.equal(wait({ 'retry-after': '2' }), 2_000);
  assert.equal(wait({ 'retry-after': '0.5' }), 500);
  assert.equal(wait({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }), 30_000);
  assert.equal(wait({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }), 0);
  assert.equal(wait({ 'retry-after-ms': '1500', 'retry-after': '2' }), 1_500);
  assert.equal(wait({}, error('Please try again in 1.5s.')), 1_500);
  assert.equal(wait({}, error('Please try again in 28ms.')), 28);
  assert.equal(wait({}, error('Please retry after 2 minutes')), 120_000);
  assert.equal(wait({ 'retry-after': 'soon' }), undefined);
});

test('an error inside a stream needs no status', () => {
  assert.equal(decodeOpenAiErrorObject({ code: 'rate_limit_exceeded', message: 'Slow down.' }).kind, 'rate-limited');
  assert.equal(decodeOpenAiErrorObject({ error: { code: 502, message: 'Upstream died.' } }).kind, 'server-error');
  assert.equal(decodeOpenAiErrorObject({ error: 'model not found' }).kind, 'model-not-found');
  assert.equal(decodeOpenAiErrorObject('Broken.').kind, 'server-error');
  assert.match(decodeOpenAiErrorObject({}).message, /without a word/);
});

test('what a preset says of errors comes before what all providers have in common', () => {
  const rules = {
    code: ['base.code'],
    message: ['base.words'],
    codes: { '1261': 'context-overflow', '7': 'quota', grumpy: 'overloaded' },
    overflow: ['Too Much For Me'],
    emptyOverflow: [400],
  } as const;
  const kind = (status: number, body: string): string => decodeOpenAiError(status, {}, body, NOW, rules).kind;
  assert.equal(kind(400, error('Prompt', '1261')), 'context-overflow');
  assert.equal(kind(500, error('it is too much for me today')), 'context-overflow');
  assert.equal(kind(400, error('No.', null, 'grumpy')), 'overloaded');
  assert.equal(kind(400, ''), 'context-overflow');
  assert.equal(kind(401, ''), 'auth');
  assert.equal(kind(400, '{"base":{"code":7,"words":"Pay."}}'), 'quota');
  assert.deepEqual(errorAt({ base: { code: 7, words: 'Pay.' } }, rules), { kind: 'quota', message: 'Pay.', code: '7' });
  assert.equal(errorAt({ base: { code: 8 } }, rules)?.message, 'The provider reported its error 8.');
  assert.equal(errorAt({ base: { code: 0, words: 'success' } }, rules), undefined);
  assert.equal(errorAt({ base: { code: 7 } }), undefined);
});

/** What providers without a preset, or behind a router, say of a prompt that is too long. */
const OVERFLOWS: readonly string[] = [
  'Your input exceeds the context window of this model',
  "This model's maximum prompt length is 131072 but the request contains 537812 tokens",
  'Please reduce the length of the messages or completion',
  "The input (200000 tokens) is longer than the model's context length (131072 tokens).",
  'the request exceeds the available context size, try increasing it',
  'Your request exceeded model token limit: 262144 (requested: 300000)',
  'Prompt exceeds max length',
  'Range of input length should be [1, 98304]',
  'Prompt contains 300000 tokens, too large for model with 131072 maximum context length',
];

test('a prompt too long is known by the words of every provider', () => {
  for (const words of OVERFLOWS) {
    assert.equal(decodeOpenAiError(400, {}, error(words), NOW).kind, 'context-overflow', words);
  }
});
