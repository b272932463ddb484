import { GatewayError } from '../../../ir/failure.ts';

/** As the API says it; Codex then sends the whole conversation. */
export function replyNotFound(id: string): GatewayError {
  return new GatewayError({
    kind: 'unsupported',
    message: `Previous response with id '${id.slice(0, 100)}' not found.`,
    code: REPLY_NOT_FOUND,
    parameter: 'previous_response_id',
  });
}

export const REPLY_NOT_FOUND = 'previous_response_not_found';
