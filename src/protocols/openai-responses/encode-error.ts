import { type Caller, isCodex } from '../../ir/caller.ts';
import { type Failure, type FailureKind, failureText } from '../../ir/failure.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Headers } from '../protocol.ts';
import { retryAfterWords } from '../retry-after.ts';

/** Without a Retry-After Codex gives up on a 429 at once, and on an overload after seven seconds; five of its retries at
 *  this distance outlast most limits that are counted per half minute. */
const DEFAULT_RETRY_MS = 5_000;

const MADE_TO_WAIT: readonly FailureKind[] = ['rate-limited', 'overloaded'];

type Words = { readonly status: number; readonly type: string; readonly code: string };

/** As OpenAI's API says it. */
const NATURAL: { readonly [K in FailureKind]: Words } = {
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
  unsupported: { status: 400, type: 'invalid_request_error', code: 'unsupported_parameter' },
  unauthenticated: { status: 401, type: 'authentication_error', code: 'invalid_api_key' },
  'too-large': { status: 413, type: 'invalid_request_error', code: 'request_too_large' },
  cancelled: { status: 499, type: 'server_error', code: 'client_closed_request' },
};

/** Codex shows the words of a 400 with this code once, and does not retry. Any other code either hides our words or is
 *  retried six times first. */
const SHOWN_ONCE = { status: 400, code: 'invalid_prompt' } as const;
/** Codex retries this status five times, obeys its Retry-After, and then shows our words. A 5xx it retries thirty times,
 *  and of some it hides the words. */
const RETRIED_THEN_SHOWN = { status: 408, code: 'server_error' } as const;

const FOR_CODEX: { readonly [K in FailureKind]?: { readonly status: number; readonly code: string } } = {
  auth: SHOWN_ONCE,
  permission: SHOWN_ONCE,
  quota: SHOWN_ONCE,
  'invalid-request': SHOWN_ONCE,
  'content-policy': SHOWN_ONCE,
  unsupported: SHOWN_ONCE,
  'too-large': SHOWN_ONCE,
  overloaded: RETRIED_THEN_SHOWN,
  'server-error': RETRIED_THEN_SHOWN,
  timeout: RETRIED_THEN_SHOWN,
  transport: RETRIED_THEN_SHOWN,
  cut: RETRIED_THEN_SHOWN,
  protocol: RETRIED_THEN_SHOWN,
};

/** A failure before the head: OpenAI's error body, with the status and code that make the caller show it, wait or retry. */
export function encodeError(
  failure: Failure,
  caller: Caller,
): { readonly status: number; readonly headers: Headers; readonly body: JsonObject } {
  const { status, type, code } = wordsFor(failure, caller);
  const wait = failure.retryAfterMs ?? (MADE_TO_WAIT.includes(failure.kind) ? DEFAULT_RETRY_MS : undefined);
  return {
    status,
    headers: wait === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(wait / 1_000))) },
    body: { error: { message: failureText(failure), type, param: failure.parameter ?? null, code } },
  };
}

function wordsFor(failure: Failure, caller: Caller): Words {
  const natural = NATURAL[failure.kind];
  if (!isCodex(caller)) return isOfRequest(failure.kind) ? { ...natural, code: failure.code ?? natural.code } : natural;
  return { ...natural, ...FOR_CODEX[failure.kind] };
}

/** Failures whose own code tells a program more than their kind does. */
function isOfRequest(kind: FailureKind): boolean {
  return kind === 'invalid-request' || kind === 'unsupported';
}

/** A failure in mid-stream, as the `error` of `response.failed`. Codes that Codex does not know are retried. */
export function streamError(failure: Failure, caller: Caller): { readonly code: string; readonly message: string } {
  const message = failureText(failure);
  if (failure.kind === 'rate-limited') {
    const seconds = Math.max(0.1, Math.round((failure.retryAfterMs ?? DEFAULT_RETRY_MS) / 100) / 10);
    const wait = retryAfterWords(message) === undefined ? ` Please try again in ${seconds}s.` : '';
    return { code: 'rate_limit_exceeded', message: `${message}${wait}` };
  }
  // In a stream Codex knows no code of its own for a missing model.
  const isShown = failure.kind === 'model-not-found' && isCodex(caller);
  return { code: isShown ? SHOWN_ONCE.code : wordsFor(failure, caller).code, message };
}
