import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { Loss } from './loss.ts';
import type { ProtocolId } from './protocol-id.ts';
import type { ProviderState, ToolCallKind, ToolName } from './request.ts';
import type { Usage } from './usage.ts';

/** One step of a reply. The order is a law that every decoder keeps:
 *  - blocks (text, refusal, reasoning, tool call) never overlap: `*-start`, its deltas, `*-end`;
 *  - `*-end` comes only for a block that is whole. A block that a length limit or a failure cut stays open, so that
 *    each ingress decides how its clients see a cut block;
 *  - the last event is exactly one `finish` or `error`; `usage` comes before it, at most once. */
export type InferenceEvent =
  | { readonly type: 'response-start'; readonly id?: string; readonly model?: string }
  | { readonly type: 'text-start'; readonly phase?: string }
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'text-end' }
  | { readonly type: 'refusal-start' }
  | { readonly type: 'refusal-delta'; readonly text: string }
  | { readonly type: 'refusal-end' }
  | { readonly type: 'reasoning-start' }
  /** A further summary part begins inside the open reasoning block. The first part needs no announcement. */
  | { readonly type: 'reasoning-part' }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  | { readonly type: 'reasoning-end'; readonly state?: ProviderState }
  | { readonly type: 'tool-call-start'; readonly callId: string; readonly kind: ToolCallKind; readonly name: ToolName }
  /** @property input  a further piece of the arguments' JSON text, or of a custom tool's raw text. */
  | { readonly type: 'tool-call-delta'; readonly input: string }
  | { readonly type: 'tool-call-end' }
  | { readonly type: 'opaque'; readonly protocol: ProtocolId; readonly value: JsonObject }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** What was repaired or could not be carried in the reply. For the ledger alone; no client sees it. May come anywhere
   *  before the last event, inside an open block too. */
  | { readonly type: 'loss'; readonly loss: Loss }
  /** @property stopSequence  the text of the client's list at which the reply ended, where that is known. */
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly stopSequence?: string }
  | { readonly type: 'error'; readonly failure: Failure };

/** `length` and `content-filter` are incomplete replies; `refusal` is a whole reply in which the model declined. */
export type FinishReason = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'refusal';

/** Events that make a reply worth committing to: the first of them goes to the client, and failover ends. */
export function isContent(event: InferenceEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
    case 'tool-call-start':
    case 'opaque':
    case 'finish':
      return true;
    default:
      return false;
  }
}
