/** The ids of tool calls as clients of the Messages API see them. The API refuses an id of other characters when it is
 *  sent back, so what another provider made is wrapped, and unwrapped before that provider sees it again: byte for byte
 *  what it made itself. */

const OWN = /^toolu_(?!pbx?_)[a-zA-Z0-9_-]+$/;
const PLAIN = /^[a-zA-Z0-9_-]+$/;
const WRAPPED = 'toolu_pb_';
/** The id in base64url. */
const ENCODED = 'toolu_pbx_';

export function clientCallId(id: string): string {
  if (OWN.test(id)) return id;
  return PLAIN.test(id) ? WRAPPED + id : ENCODED + Buffer.from(id, 'utf8').toString('base64url');
}

export function providerCallId(id: string): string {
  if (id.startsWith(WRAPPED)) return id.slice(WRAPPED.length);
  return id.startsWith(ENCODED) ? Buffer.from(id.slice(ENCODED.length), 'base64url').toString('utf8') : id;
}
