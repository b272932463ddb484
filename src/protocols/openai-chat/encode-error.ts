import type { Failure } from '../../ir/failure.ts';
import type { JsonObject } from '../../ir/json.ts';
import { errorBody, errorWords, retryHeaders } from '../openai-error-words.ts';
import type { Headers } from '../protocol.ts';

/** A failure before the head. OpenAI's own clients try every 429 again, unless they are told that it is of no use.
 *  Source: https://github.com/openai/openai-node/blob/master/src/client.ts (`shouldRetry`) */
export function encodeError(failure: Failure): {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
} {
  const words = errorWords(failure);
  const headers = failure.kind === 'quota' ? { 'x-should-retry': 'false' } : retryHeaders(failure);
  return { status: words.status, headers, body: errorBody(failure, words) };
}

/** A failure in mid-stream: a chunk that is nothing but the error, for which OpenAI's clients throw. */
export function streamError(failure: Failure): JsonObject {
  return errorBody(failure, errorWords(failure));
}
