import type { RouteQuery } from '../../ir/query.ts';
import type { Headers } from '../protocol.ts';
import { modelOf, sessionOf, topLevel } from '../top-level.ts';

/** Headers in which clients name their session. */
const SESSION_HEADERS = ['session-id', 'session_id', 'x-session-id', 'x-session-affinity', 'x-opencode-session'];

/** What routing needs, from the headers and the body's top level. `user` names a person, who has many sessions.
 *  @throws GatewayError invalid-request when the body is no JSON object or names no model. */
export function outline(body: Uint8Array, headers: Headers): RouteQuery {
  const read = topLevel(body);
  const sessionId = sessionOf([...SESSION_HEADERS.map((name) => headers[name]), read('prompt_cache_key')]);
  return {
    protocol: 'openai-chat',
    model: modelOf(read),
    stream: read('stream') === true,
    background: false,
    bodyBytes: body.byteLength,
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}
