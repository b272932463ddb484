import type { Failure, FailureKind } from '../../ir/failure.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { decodeOpenAiErrorObject } from '../openai-error.ts';

/** Codes of a `base_resp`, a form of error that comes with status 200.
 *  Source: https://platform.minimax.io/docs/api-reference/errorcode */
const BASE_CODES: { readonly [code: number]: FailureKind } = {
  1001: 'timeout',
  1002: 'rate-limited',
  1004: 'auth',
  1008: 'quota',
  1026: 'content-policy',
  1027: 'content-policy',
  1039: 'rate-limited',
  2013: 'invalid-request',
  2049: 'auth',
  2056: 'quota',
};

/** The error that a chunk, or a reply with status 200, holds instead of or beside an answer. */
export function errorInside(value: JsonObject): Failure | undefined {
  const { error, base_resp: base } = value;
  if (isJsonObject(error) || (typeof error === 'string' && error !== '')) return decodeOpenAiErrorObject(value);
  if (isJsonObject(base)) {
    const code = base['status_code'];
    if (typeof code === 'number' && code !== 0) {
      const said = base['status_msg'];
      const message = typeof said === 'string' && said !== '' ? said : `The provider reported its error ${code}.`;
      return { kind: BASE_CODES[code] ?? 'server-error', message, code: String(code) };
    }
  }
  if (value['choices'] !== undefined) return undefined;
  const bare = value['object'] === 'error' || 'message' in value || 'detail' in value || 'msg' in value;
  return bare ? decodeOpenAiErrorObject(value) : undefined;
}
