import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Headers } from '../protocol.ts';
import { modelOf, sessionOf, topLevel } from '../top-level.ts';

/** Threads that Codex opens on its own, with a slug that it chose itself. */
const BACKGROUND_THREADS: readonly (string | undefined)[] = ['thread_title', 'memory_consolidation', 'guardian_review'];
const BACKGROUND_AGENTS: readonly (string | undefined)[] = ['memory_consolidation', 'guardian'];

/** What routing needs, from the headers and the body's top level: the rest of the body is skipped, not parsed.
 *  @throws GatewayError invalid-request when the body is no JSON object or names no model. */
export function outline(body: Uint8Array, headers: Headers): RouteQuery {
  const read = topLevel(body);
  const sessionId = sessionOf([headers['session-id'], headers['thread-id'], read('prompt_cache_key')]);
  const turn = turnMetadata(headers);
  const remembers = headers['x-openai-memgen-request'] === 'true';
  const subagent = headers['x-openai-subagent'] ?? (remembers ? 'memory_consolidation' : undefined);
  return {
    protocol: 'openai-responses',
    model: modelOf(read),
    stream: read('stream') === true,
    background: BACKGROUND_THREADS.includes(turn.threadSource) || BACKGROUND_AGENTS.includes(subagent),
    bodyBytes: body.byteLength,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(turn.requestKind === undefined ? {} : { requestKind: turn.requestKind }),
    ...(turn.threadSource === undefined ? {} : { threadSource: turn.threadSource }),
    ...(subagent === undefined ? {} : { subagent }),
  };
}

/** Codex's header `x-codex-turn-metadata`, a JSON text. */
function turnMetadata(headers: Headers): { readonly requestKind?: string; readonly threadSource?: string } {
  const metadata = parseJson(headers['x-codex-turn-metadata'] ?? '');
  if (!isJsonObject(metadata)) return {};
  const { request_kind: requestKind, thread_source: threadSource } = metadata;
  return {
    ...(typeof requestKind === 'string' ? { requestKind } : {}),
    ...(typeof threadSource === 'string' ? { threadSource } : {}),
  };
}
