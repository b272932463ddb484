import type { ProtocolId } from './protocol-id.ts';
import type { Work } from './work.ts';

/** What routing may know of a call: read from headers and the top level of the body, before the full decode.
 *  @property requestKind    Codex's `request_kind`: turn, compaction, prewarm.
 *  @property threadSource   Codex's `thread_source`: user, subagent, thread_title, ...
 *  @property subagent       Codex's `x-openai-subagent`.
 *  @property background     the client asked on its own (a memory or title call), so an unknown slug may fall to the default.
 *  @property bodyBytes      size of the request body, in bytes.
 *  @property inputTokens    estimate of what the body counts.
 *  @property outputTokens   what replies of this session usually count.
 *  @property work           what the conversation shows of its task; read only where the route that is asked for looks at it. */
export type RouteQuery = {
  readonly protocol: ProtocolId;
  readonly model: string;
  readonly stream: boolean;
  readonly sessionId?: string;
  readonly requestKind?: string;
  readonly threadSource?: string;
  readonly subagent?: string;
  readonly background: boolean;
  readonly bodyBytes: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly work?: Work;
};
