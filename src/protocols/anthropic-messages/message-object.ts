import type { JsonObject } from '../../ir/json.ts';
import type { ReplyContext } from '../protocol.ts';

/** The message as its start shows it: no content yet. The client's own name of the model comes back. */
export function messageObject(context: ReplyContext): JsonObject {
  return {
    id: `msg_${context.responseId}`,
    type: 'message',
    role: 'assistant',
    model: context.echo.model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
  };
}
