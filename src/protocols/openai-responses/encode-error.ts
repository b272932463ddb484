import { type Caller, isCodex } from '../../ir/caller.ts';
import { type Failure, type FailureKind, failureText } from '../../ir/failure.ts';
import type { JsonObject } from '../../ir/json.ts';
import {
  DEFAULT_RETRY_MS,
  type ErrorWords,
  errorBody,
  errorWords,
  naturalWords,
  retryHeaders,
} from '../openai-error-words.ts';
import type { Headers } from '../protocol.ts';
import { retryAfterWords } from '../retry-after.ts';
import { REPLY_NOT_FOUND } from './kept/reply-not-found.ts';

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
  policy: SHOWN_ONCE,
  runaway: SHOWN_ONCE,
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
  const words = wordsFor(failure, caller);
  return { status: words.status, headers: retryHeaders(failure), body: errorBody(failure, words) };
}

function wordsFor(failure: Failure, caller: Caller): ErrorWords {
  // Told by this code, Codex sends the whole conversation.
  if (!isCodex(caller) || failure.code === REPLY_NOT_FOUND) return errorWords(failure);
  return { ...naturalWords(failure), ...FOR_CODEX[failure.kind] };
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
