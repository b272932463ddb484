import { hash, timingSafeEqual } from 'node:crypto';
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
  const login = own !== undefined && authorization !== undefined && !carriesToken(authorization, tokens);
  return { ok: true, caller: callerOf(headers), headers: login ? { ...rest, authorization } : rest };
}

const MAX_NAME_LENGTH = 100;

/** Codex names itself in `originator`; other clients are known by the product that their `user-agent` begins with,
 *  without its version: `OpenAI/JS 7.55.0` is `OpenAI/JS`, `claude-cli/2.1.0 (external, cli)` is `claude-cli`. */
export function callerOf(headers: Headers): Caller {
  const [product = ''] = (headers['user-agent'] ?? '').trim().split(/\s/, 1);
  const originator = (headers['originator'] || product.replace(/\/v?\d[^/]*$/, '')).slice(0, MAX_NAME_LENGTH);
  return { id: 'local', ...(originator === '' ? {} : { originator }) };
}

function carriesToken(authorization: string, tokens: readonly string[]): boolean {
  return tokens.some((token) => authorization.includes(token));
}

/** Compares in a time that depends on neither text. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(one), digest(other));
}
