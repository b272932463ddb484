import type { JsonObject } from '../ir/json.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';

/** The protocol that a path belongs to. */
export function protocolOfPath(path: string): ProtocolId | undefined {
  if (path.startsWith('/v1/messages')) return 'anthropic-messages';
  if (path.startsWith('/v1/responses')) return 'openai-responses';
  return path.startsWith('/v1/chat/') ? 'openai-chat' : undefined;
}

const ANTHROPIC_TYPES: { readonly [status: number]: string } = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const OPENAI_TYPES: { readonly [status: number]: string } = { 401: 'authentication_error', 403: 'permission_error' };

/** An error that the server itself makes, before or beside the pipeline, in the form of the caller's protocol.
 *  @param protocol  undefined where the path belongs to none: OpenAI's form then. */
export function plainError(
  protocol: ProtocolId | undefined,
  error: { readonly status: number; readonly message: string; readonly code: string; readonly requestId: string },
): JsonObject {
  const { status, message, code } = error;
  if (protocol === 'anthropic-messages') {
    const type = ANTHROPIC_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
    return { type: 'error', error: { type, message }, request_id: error.requestId };
  }
  const type = OPENAI_TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return { error: { message, type, param: null, code } };
}
