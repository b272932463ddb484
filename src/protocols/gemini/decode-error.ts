import type { ErrorRules } from '../../ir/dialect.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import { decodeOpenAiError, decodeOpenAiErrorObject } from '../openai-error.ts';
import type { Headers } from '../protocol.ts';

/** `{error: {code, message, status, details}}`, alone or in a list, as google.rpc has it: its members are read as every
 *  provider's are, and its details say more than they do.
 *  @param now  milliseconds since the epoch.
 *  @see https://ai.google.dev/gemini-api/docs/troubleshooting
 *  @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto */
export function decodeError(status: number, headers: Headers, body: string, now: number, rules?: ErrorRules): Failure {
  return refine(decodeOpenAiError(status, headers, body, now, rules), errorIn(parseJson(body)));
}

/** The same where it stands in a stream, or in a reply with status 200. */
export function decodeErrorObject(value: Json): Failure {
  return refine(decodeOpenAiErrorObject(value), errorIn(value));
}

function errorIn(value: Json | undefined): JsonObject {
  if (Array.isArray(value)) return errorIn(value[0]);
  const error = isJsonObject(value) ? value['error'] : undefined;
  return isJsonObject(error) ? error : {};
}

function refine(failure: Failure, error: JsonObject): Failure {
  const details = Array.isArray(error['details']) ? error['details'].filter(isJsonObject) : [];
  const status = typeof error['status'] === 'string' ? error['status'] : undefined;
  const kind = kindOf(failure, status, details);
  const retryAfterMs = failure.retryAfterMs ?? retryDelayMs(details);
  const parameter = failure.parameter ?? fieldOf(details);
  const { retryAfterMs: _, parameter: __, ...rest } = failure;
  return {
    ...rest,
    kind,
    ...(status === undefined ? {} : { code: reasonOf(details) ?? status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(parameter === undefined ? {} : { parameter }),
  };
}

function kindOf(failure: Failure, status: string | undefined, details: readonly JsonObject[]): Failure['kind'] {
  // A wrong key is an invalid argument to this API (400), a missing one a caller without identity (403).
  if (/^API_KEY_|^ACCESS_TOKEN_|^CREDENTIALS_MISSING$/.test(reasonOf(details) ?? '')) return 'auth';
  if (/API key not valid|API key expired|unregistered callers/i.test(failure.message)) return 'auth';
  switch (status) {
    case 'RESOURCE_EXHAUSTED':
      return isSpent(failure.message, details) ? 'quota' : 'rate-limited';
    case 'FAILED_PRECONDITION':
      return /location is not supported|not available in your country/i.test(failure.message)
        ? 'permission'
        : failure.kind;
    case 'UNAVAILABLE':
      return 'overloaded';
    default:
      return failure.kind;
  }
}

/** Every limit is called a quota here, and its words speak of the plan and of billing. Waiting does not help where the
 *  limit is none at all, or is counted by the day, or the credit is gone. */
function isSpent(message: string, details: readonly JsonObject[]): boolean {
  const violations = details.flatMap((detail) => (Array.isArray(detail['violations']) ? detail['violations'] : []));
  const byDay = violations.some(
    (violation) => isJsonObject(violation) && /PerDay/i.test(String(violation['quotaId'] ?? '')),
  );
  return byDay || /limit: 0\b|credits? (?:are|is) depleted|prepayment/i.test(message);
}

function reasonOf(details: readonly JsonObject[]): string | undefined {
  const reason = details.find((detail) => typeof detail['reason'] === 'string')?.['reason'];
  return typeof reason === 'string' ? reason : undefined;
}

/** RetryInfo: a duration as protobuf writes it, `34.074824224s`. */
function retryDelayMs(details: readonly JsonObject[]): number | undefined {
  for (const { retryDelay } of details) {
    const seconds = typeof retryDelay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(retryDelay)?.[1] : undefined;
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1_000);
  }
  return undefined;
}

/** BadRequest: the member that is refused. */
function fieldOf(details: readonly JsonObject[]): string | undefined {
  const violations = details.flatMap((detail) =>
    Array.isArray(detail['fieldViolations']) ? detail['fieldViolations'] : [],
  );
  const field = violations.find(isJsonObject)?.['field'];
  return typeof field === 'string' && field !== '' ? field : undefined;
}
