import type { ErrorRules } from '../../ir/dialect.ts';
import type { Failure } from '../../ir/failure.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { decodeOpenAiErrorObject, errorAt } from '../openai-error.ts';

/** The error that a chunk, or a reply with status 200, holds instead of or beside an answer. */
export function errorInside(value: JsonObject, rules?: ErrorRules): Failure | undefined {
  const { error, base_resp: base } = value;
  if (isJsonObject(error) || (typeof error === 'string' && error !== '')) return decodeOpenAiErrorObject(value, rules);
  const told = errorAt(value, rules);
  if (told !== undefined) return told;
  if (isJsonObject(base) && base['status_code'] !== undefined && base['status_code'] !== 0) {
    return decodeOpenAiErrorObject({ code: base['status_code'], message: base['status_msg'] ?? null }, rules);
  }
  if (value['choices'] !== undefined) return undefined;
  const bare = value['object'] === 'error' || 'message' in value || 'detail' in value || 'msg' in value;
  return bare ? decodeOpenAiErrorObject(value, rules) : undefined;
}
