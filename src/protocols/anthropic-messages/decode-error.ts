import type { ErrorRules } from '../../ir/dialect.ts';
import type { Failure } from '../../ir/failure.ts';
import type { Json } from '../../ir/json.ts';
import { decodeOpenAiError, decodeOpenAiErrorObject } from '../openai-error.ts';
import type { Headers } from '../protocol.ts';

/** `{type: "error", error: {type, message}, request_id}`: the member `error` is read as every provider's is.
 *  @param now  milliseconds since the epoch.
 *  @see https://platform.claude.com/docs/en/api/errors */
export function decodeError(status: number, headers: Headers, body: string, now: number, rules?: ErrorRules): Failure {
  return refine(decodeOpenAiError(status, headers, body, now, rules));
}

/** The same where it stands in a stream, or in a reply with status 200. */
export function decodeErrorEvent(event: Json, rules?: ErrorRules): Failure {
  return refine(decodeOpenAiErrorObject(event, rules));
}

/** `input length and max_tokens exceed context limit: 190000 + 20000 > 200000` comes as `invalid_request_error`. */
function refine(failure: Failure): Failure {
  return failure.kind === 'invalid-request' && /exceeds? (the )?context limit/i.test(failure.message)
    ? { ...failure, kind: 'context-overflow' }
    : failure;
}
