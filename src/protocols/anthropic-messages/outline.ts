import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Headers } from '../protocol.ts';
import { modelOf, sessionOf, topLevel } from '../top-level.ts';

/** What routing needs, from the headers and the body's top level: the rest of the body is skipped, not parsed.
 *  @throws GatewayError invalid-request when the body is no JSON object or names no model. */
export function outline(body: Uint8Array, headers: Headers): RouteQuery {
  const read = topLevel(body);
  const model = modelOf(read);
  const sessionId = sessionOf([headers['x-claude-code-session-id'], sessionIn(read('metadata'))]);
  return {
    protocol: 'anthropic-messages',
    model,
    stream: read('stream') === true,
    background: false,
    bodyBytes: body.byteLength,
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

/** Claude Code puts its session into `metadata.user_id`: as JSON, or in earlier versions behind `_session_`. Of other
 *  clients the member names a person, who may have several sessions. */
function sessionIn(metadata: unknown): unknown {
  const userId = isJsonObject(metadata) ? metadata['user_id'] : undefined;
  if (typeof userId !== 'string') return undefined;
  const parsed = parseJson(userId);
  return isJsonObject(parsed) ? parsed['session_id'] : /_session_([\w-]{8,})$/.exec(userId)?.[1];
}
