import { type Failure, type FailureKind, failureText } from '../ir/failure.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Headers } from './protocol.ts';

/** Without a Retry-After Codex gives up on a 429 at once, and on an overload after seven seconds; five of its retries at
 *  this distance outlast most limits that are counted per half minute. Other clients wait for half a second. */
export const DEFAULT_RETRY_MS = 5_000;

const MADE_TO_WAIT: readonly FailureKind[] = ['rate-limited', 'overloaded'];

export type ErrorWords = { readonly status: number; readonly type: string; readonly code: string };

/** As OpenAI's API says it. */
const NATURAL: { readonly [K in FailureKind]: ErrorWords } = {
  auth: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  permission: { status: 403, type: 'permission_error', code: 'permission_denied' },
  quota: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  'rate-limited': { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  overloaded: { status: 503, type: 'server_error', code: 'server_is_overloaded' },
  'server-error': { status: 502, type: 'server_error', code: 'server_error' },
  timeout: { status: 504, type: 'server_error', code: 'timeout' },
  transport: { status: 502, type: 'server_error', code: 'upstream_unreachable' },
  cut: { status: 502, type: 'server_error', code: 'server_error' },
  protocol: { status: 502, type: 'server_error', code: 'server_error' },
  'invalid-request': { status: 400, type: 'invalid_request_error', code: 'invalid_value' },
  'context-overflow': { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded' },
  'model-not-found': { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
  'content-policy': { status: 400, type: 'invalid_request_error', code: 'content_policy_violation' },
  policy: { status: 400, type: 'invalid_request_error', code: 'policy_refused' },
  runaway: { status: 502, type: 'server_error', code: 'runaway_reply' },
  unsupported: { status: 400, type: 'invalid_request_error', code: 'unsupported_parameter' },
  unauthenticated: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  'too-large': { status: 413, type: 'invalid_request_error', code: 'request_too_large' },
  cancelled: { status: 499, type: 'server_error', code: 'client_closed_request' },
};

/** Failures whose own code tells a program more than their kind does. */
const WITH_OWN_CODE: readonly FailureKind[] = ['invalid-request', 'unsupported'];

export function naturalWords({ kind }: Failure): ErrorWords {
  return NATURAL[kind];
}

/** What a program of OpenAI's is told. */
export function errorWords(failure: Failure): ErrorWords {
  const natural = NATURAL[failure.kind];
  return WITH_OWN_CODE.includes(failure.kind) ? { ...natural, code: failure.code ?? natural.code } : natural;
}

/** OpenAI's error body. */
export function errorBody(failure: Failure, { type, code }: Omit<ErrorWords, 'status'>): JsonObject {
  return { error: { message: failureText(failure), type, param: failure.parameter ?? null, code } };
}

/** How long the client is to wait, in whole seconds. */
export function retryHeaders(failure: Failure): Headers {
  const wait = failure.retryAfterMs ?? (MADE_TO_WAIT.includes(failure.kind) ? DEFAULT_RETRY_MS : undefined);
  return wait === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(wait / 1_000))) };
}
