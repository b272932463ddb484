import type { ErrorRules } from '../ir/dialect.ts';
import type { Failure, FailureKind } from '../ir/failure.ts';
import { isJsonObject, type Json, type JsonObject, memberAt, parseJson } from '../ir/json.ts';
import type { Headers } from './protocol.ts';
import { rateWindows, usedUpForMs } from './rate-windows.ts';
import { retryAfterMs, retryAfterWords } from './retry-after.ts';

/** The error body that OpenAI defined and nearly every other provider sends in some form, as a `Failure`.
 *  @param body   the reply's text; HTML and plain text are taken too.
 *  @param now    milliseconds since the epoch, for a Retry-After date.
 *  @param rules  what the provider's preset says of its errors, ahead of what all of them have in common. */
export function decodeOpenAiError(
  status: number,
  headers: Headers,
  body: string,
  now: number,
  rules: ErrorRules = {},
): Failure {
  const value = parseJson(body);
  const said = ruledFacts(value, rules) ?? errorFacts(value) ?? plainFacts(body);
  const told = failure(said, status, retryAfterMs(headers, now), rules);
  const isEmpty = body.trim() === '' && rules.emptyOverflow?.includes(status) === true;
  if (isEmpty) return { ...told, kind: 'context-overflow' };
  if (told.kind !== 'rate-limited' || told.retryAfterMs !== undefined) return told;
  const resetMs = usedUpForMs(rateWindows(headers, now), now);
  return resetMs === undefined ? told : { ...told, retryAfterMs: Math.ceil(resetMs) };
}

/** An error that stands inside a stream, or inside a reply with status 200.
 *  @param error  the object with `message`, or the whole body that holds it under `error`; a bare string is taken too. */
export function decodeOpenAiErrorObject(error: Json, rules: ErrorRules = {}): Failure {
  return failure(ruledFacts(error, rules) ?? errorFacts(error) ?? {}, undefined, undefined, rules);
}

/** The error in a reply with status 200 that only its provider's rules can find. */
export function errorAt(value: JsonObject, rules: ErrorRules = {}): Failure | undefined {
  const said = ruledFacts(value, rules);
  return said === undefined ? undefined : failure(said, undefined, undefined, rules);
}

/** The longest message that is passed on, in characters: some providers repeat the request in it. */
const MAX_WORDS = 4_000;

/** What an error body says. Codes are lower-cased words; numbers among them are HTTP statuses.
 *  @property raw  the code as it came, numbers included: what a provider's own table of codes is asked for. */
type ErrorFacts = {
  readonly message?: string;
  readonly code?: string;
  readonly type?: string;
  readonly raw?: string;
  readonly parameter?: string;
  readonly status?: number;
};

function failure(
  said: ErrorFacts,
  httpStatus: number | undefined,
  headerMs: number | undefined,
  rules: ErrorRules,
): Failure {
  const status = httpStatus !== undefined && httpStatus >= 400 ? httpStatus : said.status;
  const words = said.message?.slice(0, MAX_WORDS);
  const message = words ?? (status === undefined ? silence(said) : '');
  const kind = ruledKind(said, rules) ?? kindOf({ ...said, message }, status);
  const afterMs = headerMs ?? (kind === 'rate-limited' || kind === 'overloaded' ? retryAfterWords(message) : undefined);
  const code = said.code ?? said.type ?? said.raw;
  return {
    kind,
    message: message === '' ? `The provider answered with status ${status} and no words.` : message,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(said.parameter === undefined ? {} : { parameter: said.parameter }),
    ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
  };
}

function silence({ raw }: ErrorFacts): string {
  return raw === undefined
    ? 'The provider reported an error without a word.'
    : `The provider reported its error ${raw}.`;
}

/** What the provider's own table says of the code, or of the words. */
function ruledKind(said: ErrorFacts, { codes = {}, overflow = [] }: ErrorRules): FailureKind | undefined {
  const words = said.message?.toLowerCase() ?? '';
  if (overflow.some((sign) => words.includes(sign.toLowerCase()))) return 'context-overflow';
  for (const code of [said.raw, said.code, said.type]) {
    const kind = code === undefined || !Object.hasOwn(codes, code) ? undefined : codes[code];
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** An error where the provider's rules say that its words and its code stand. */
function ruledFacts(value: Json | undefined, { message = [], code = [] }: ErrorRules): ErrorFacts | undefined {
  if (value === undefined || (message.length === 0 && code.length === 0)) return undefined;
  const raw = code.map((path) => rawCode(memberAt(value, path))).find((found) => found !== undefined && found !== '0');
  const words = message.map((path) => wordsOf(memberAt(value, path))).find((found) => found !== undefined);
  if (raw === undefined && (code.length > 0 || words === undefined)) return undefined;
  return { ...(raw === undefined ? {} : { raw }), ...(words === undefined ? {} : { message: words }) };
}

function rawCode(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function errorFacts(body: Json | undefined): ErrorFacts | undefined {
  if (typeof body === 'string' && body.trim() !== '') return { message: body.trim() };
  if (Array.isArray(body)) return errorFacts(body[0]);
  if (!isJsonObject(body)) return undefined;
  const inner = body['error'] ?? body['errors'];
  if (isJsonObject(inner) || Array.isArray(inner)) return errorFacts(inner) ?? {};
  const words = [inner, body['message'], body['msg'], body['detail'], body['error_description']].map(wordsOf);
  const message = words.find((text) => text !== undefined);
  const nested = innerWords(body['metadata']);
  const code = wordOf(body['code']) ?? wordOf(body['error_code']);
  const status = statusOf(body['code']) ?? statusOf(body['status']) ?? statusOf(body['http_status']);
  const type = wordOf(body['type']) ?? wordOf(body['status']);
  const parameter = wordsOf(body['param']);
  const raw = rawCode(body['code']);
  if (message === undefined && raw === undefined && code === undefined && status === undefined) return undefined;
  return {
    ...(message === undefined ? {} : { message: nested === undefined ? message : `${message}: ${nested}` }),
    ...(code === undefined ? {} : { code }),
    ...(type === undefined ? {} : { type }),
    ...(raw === undefined || status !== undefined ? {} : { raw }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(status === undefined ? {} : { status }),
  };
}

/** Routers put the words of the provider behind them into `metadata.raw`. */
function innerWords(metadata: Json | undefined): string | undefined {
  if (!isJsonObject(metadata) || typeof metadata['raw'] !== 'string') return undefined;
  return errorFacts(parseJson(metadata['raw']))?.message ?? wordsOf(metadata['raw']);
}

/** How much of an error page is looked at, in characters. */
const MAX_PAGE = 64 * 1024;

function plainFacts(body: string): ErrorFacts {
  const text = body
    .slice(0, MAX_PAGE)
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? {} : { message: text.slice(0, 500) };
}

function wordsOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  // Validation errors come as a list of objects: say what they say, in their own words.
  return Array.isArray(value) && value.length > 0 ? JSON.stringify(value).slice(0, 500) : undefined;
}

function wordOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && !/^\d+$/.test(value) ? value : undefined;
}

function statusOf(value: Json | undefined): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined;
}

/** Codes and types that say more than the status does, first match wins. */
const CODES: readonly (readonly [RegExp, FailureKind])[] = [
  [/context_length|context_window|string_above_max_length|max_tokens_exceeded/, 'context-overflow'],
  [/insufficient_quota|billing|insufficient_balance|payment|credit|quota_exceeded|usage_limit/, 'quota'],
  [/rate_limit|too_many_requests|throttl|resource_exhausted|slow_down/, 'rate-limited'],
  [/overloaded|at_capacity|unavailable|engine_overloaded/, 'overloaded'],
  [/content_policy|content_filter|cyber_policy|bio_policy|policy_violation|safety|moderation/, 'content-policy'],
  [/model_not_found|model_not_exist|unknown_model|invalid_model|deployment_?not_?found/, 'model-not-found'],
  [/invalid_api_key|authentication|unauthorized|unauthenticated|invalid_authentication/, 'auth'],
  [/permission|forbidden|access_denied|not_allowed/, 'permission'],
  [/invalid_request|bad_request|invalid_prompt|invalid_argument|unprocessable|unsupported/, 'invalid-request'],
  [/timeout|timed_out|deadline_exceeded/, 'timeout'],
  [/server_error|internal|api_error/, 'server-error'],
];

/** Words that tell a case apart where status and code leave it open. */
const OVERFLOW =
  /context (length|window|size)|maximum context|maximum prompt length|too many (input )?tokens|(prompt|input) (is )?too long|prompt exceeds max length|model token limit|range of input length|exceeds? the (available |model'?s? )?(context|maximum (input|prompt|number of))|reduce the length/i;
const NO_CREDIT =
  /insufficient (balance|credit|funds|quota)|exceeded your current quota|out of credits|billing|payment required|arrears|more credits/i;
const NO_MODEL =
  /model\b.{0,120}\b(not found|does not exist|not exist|is not available|unknown)|no such model|unknown model/i;

function kindOf(said: ErrorFacts, status: number | undefined): FailureKind {
  const message = said.message ?? '';
  const byCode = kindOfCode(said.code) ?? kindOfCode(said.type);
  // These two name the family of an error only; words and status name the case.
  const isFamily = byCode === undefined || byCode === 'invalid-request' || byCode === 'server-error';
  if (isFamily && isClientError(status)) {
    if (OVERFLOW.test(message)) return 'context-overflow';
    if (NO_MODEL.test(message)) return 'model-not-found';
  }
  if (status !== 401 && NO_CREDIT.test(message) && (status === undefined || status < 500)) return 'quota';
  if (isFamily && status !== undefined) return kindOfStatus(status);
  return byCode ?? 'server-error';
}

function isClientError(status: number | undefined): boolean {
  return status === undefined || (status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429);
}

function kindOfCode(code: string | undefined): FailureKind | undefined {
  if (code === undefined) return undefined;
  const word = code.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return CODES.find(([pattern]) => pattern.test(word))?.[1];
}

function kindOfStatus(status: number): FailureKind {
  switch (status) {
    case 401:
      return 'auth';
    case 402:
      return 'quota';
    case 403:
      return 'permission';
    case 404:
    case 405:
      return 'model-not-found';
    case 408:
    case 504:
      return 'timeout';
    case 413:
      return 'context-overflow';
    case 429:
      return 'rate-limited';
    case 503:
    case 529:
      return 'overloaded';
    default:
      return status >= 500 ? 'server-error' : 'invalid-request';
  }
}
