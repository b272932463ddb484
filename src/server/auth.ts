import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../ir/caller.ts';
import type { Headers } from '../protocols/protocol.ts';

/** @property headers  the client's, without the gateway's own token. */
export type Authentication =
  | { readonly ok: true; readonly caller: Caller; readonly headers: Headers }
  | { readonly ok: false; readonly message: string };

/** Checks the gateway's token. `x-api-key` wins over `x-goog-api-key` and both over `Authorization`: a client that sends
 *  our token there keeps its own login in `Authorization`.
 *  @param tokens  those that are valid now. */
export function authenticate(headers: Headers, tokens: readonly string[]): Authentication {
  const { 'x-api-key': apiKey, 'x-goog-api-key': googleKey, authorization, ...rest } = headers;
  const own = apiKey ?? googleKey;
  const given = own ?? /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1]?.trim();
  if (given === undefined) {
    return { ok: false, message: 'The request carries no gateway token. Send it as "Authorization: Bearer TOKEN".' };
  }
  if (!tokens.some((token) => sameText(token, given))) {
    return { ok: false, message: 'The gateway token is wrong. The command `plugboard token` prints the right one.' };
  }
  const caller: Caller = {
    id: 'local',
    ...(headers['originator'] === undefined ? {} : { originator: headers['originator'] }),
  };
  const login = own !== undefined && authorization !== undefined && !carriesToken(authorization, tokens);
  return { ok: true, caller, headers: login ? { ...rest, authorization } : rest };
}

function carriesToken(authorization: string, tokens: readonly string[]): boolean {
  return tokens.some((token) => authorization.includes(token));
}

/** Compares in a time that depends on neither text. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
