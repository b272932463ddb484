import { createHash } from 'node:crypto';
import { GatewayError } from '../ir/failure.ts';
import { type JsonMember, JsonTextError, memberValue, topLevelMembers } from '../wire/json-edit.ts';
import { invalid } from './parse-request.ts';

/** Reads single members of a request body: what is not asked for is skipped, not parsed.
 *  @throws GatewayError invalid-request when the body is no JSON object; what it returns, when a member is no JSON. */
export function topLevel(body: Uint8Array): (key: string) => unknown {
  let members: readonly JsonMember[];
  try {
    members = topLevelMembers(body);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new GatewayError(
      {
        kind: 'invalid-request',
        message: `The request body is no JSON object: ${error.message}.`,
        code: 'invalid_json',
      },
      { cause: error },
    );
  }
  return (key) => {
    try {
      return memberValue(body, members, key);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw invalid(key, 'its value is no JSON');
    }
  };
}

/** The longest name of a model, in characters: it is compared, told and kept. */
const MAX_MODEL = 1_000;
/** The longest name of a session that is kept as it is. */
const MAX_SESSION = 500;

/** The model that the client names.
 *  @throws GatewayError invalid-request where there is none. */
export function modelOf(read: (key: string) => unknown): string {
  const model = read('model');
  if (typeof model !== 'string' || model === '') throw invalid('model', 'expected the name of a model');
  if (model.length > MAX_MODEL) throw invalid('model', `a name has at most ${MAX_MODEL} characters`);
  return model;
}

/** The session that the client names: the first of these that says something. One that is too long to be kept is known
 *  by its digest. */
export function sessionOf(named: readonly unknown[]): string | undefined {
  const session = named.filter((name) => typeof name === 'string').find((name) => name !== '');
  if (session === undefined || session.length <= MAX_SESSION) return session;
  return createHash('sha256').update(session).digest('hex');
}
