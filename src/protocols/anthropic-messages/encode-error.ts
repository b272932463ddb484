import type { Caller } from '../../ir/caller.ts';
import { type Failure, type FailureKind, failureText } from '../../ir/failure.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Headers } from '../protocol.ts';

/** @property retry  the same call may succeed in a moment. The clients of the maker obey it, whatever the status. */
type Words = { readonly status: number; readonly type: string; readonly retry: boolean };

/** As the API says it.
 *  @see https://platform.claude.com/docs/en/api/errors */
const WORDS: { readonly [K in FailureKind]: Words } = {
  auth: { status: 401, type: 'authentication_error', retry: false },
  permission: { status: 403, type: 'permission_error', retry: false },
  quota: { status: 402, type: 'billing_error', retry: false },
  'rate-limited': { status: 429, type: 'rate_limit_error', retry: true },
  overloaded: { status: 529, type: 'overloaded_error', retry: true },
  'server-error': { status: 500, type: 'api_error', retry: true },
  timeout: { status: 504, type: 'timeout_error', retry: true },
  transport: { status: 502, type: 'api_error', retry: true },
  cut: { status: 502, type: 'api_error', retry: true },
  protocol: { status: 502, type: 'api_error', retry: true },
  runaway: { status: 500, type: 'api_error', retry: false },
  'invalid-request': { status: 400, type: 'invalid_request_error', retry: false },
  'context-overflow': { status: 400, type: 'invalid_request_error', retry: false },
  'model-not-found': { status: 404, type: 'not_found_error', retry: false },
  'content-policy': { status: 400, type: 'invalid_request_error', retry: false },
  policy: { status: 400, type: 'invalid_request_error', retry: false },
  unsupported: { status: 400, type: 'invalid_request_error', retry: false },
  unauthenticated: { status: 401, type: 'authentication_error', retry: false },
  'too-large': { status: 413, type: 'request_too_large', retry: false },
  cancelled: { status: 499, type: 'api_error', retry: false },
};

/** Without a Retry-After clients begin with half a second, which outlasts no limit. */
const DEFAULT_RETRY_MS = 5_000;

/** A failure before the head, with the headers that tell the maker's clients whether and when to try again. */
export function encodeError(
  failure: Failure,
  _caller: Caller,
  requestId: string,
): { readonly status: number; readonly headers: Headers; readonly body: JsonObject } {
  const { status, retry } = WORDS[failure.kind];
  const isWait = failure.kind === 'rate-limited' || failure.kind === 'overloaded';
  const wait = failure.retryAfterMs ?? (isWait ? DEFAULT_RETRY_MS : undefined);
  return {
    status,
    headers: {
      'request-id': requestId,
      'x-should-retry': String(retry),
      ...(wait === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(wait / 1_000))) }),
    },
    body: { type: 'error', error: streamError(failure), request_id: requestId },
  };
}

/** The member `error`, in a body and in a stream. */
export function streamError(failure: Failure): JsonObject {
  const details = failure.code === NO_THREADS ? { details: { error_code: NO_THREADS, unsupported: ['thread'] } } : {};
  return { type: WORDS[failure.kind].type, message: words(failure), ...details };
}

/** The code of a request to keep the conversation, where nobody does. */
export const NO_THREADS = 'thread_unsupported_request';

/** Claude Code compacts the conversation where it reads these words, and gives up where it does not. */
const TOO_LONG = 'prompt is too long';

function words(failure: Failure): string {
  const text = failureText(failure);
  return failure.kind === 'context-overflow' && !text.toLowerCase().includes(TOO_LONG) ? `${TOO_LONG}: ${text}` : text;
}
