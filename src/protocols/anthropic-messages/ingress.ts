import { encodeSse } from '../../wire/sse.ts';
import type { IngressCodec } from '../protocol.ts';
import { decodeCountRequest, decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';
import { outline } from './outline.ts';
import { showSearch } from './show-search.ts';

/** What clients of the Anthropic Messages API speak; Claude Code above all. */
export const ingress: IngressCodec = {
  outline,
  decodeRequest,
  encodeStream,
  encodeResponse,
  encodeError,
  showSearch,
  keepAlive: encodeSse({ event: 'ping', data: '{"type":"ping"}' }),
  nativeHeaders: ['anthropic-version', 'anthropic-beta'],
  rewritesHistory: true,
  memberPaths: {
    input: 'messages',
    'reasoning.effort': 'output_config.effort',
    'text.format': 'output_config.format',
    'text.format.schema': 'output_config.format.schema',
    parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
    stop: 'stop_sequences',
  },
  count: { decodeRequest: decodeCountRequest, encode: (tokens) => ({ input_tokens: tokens }) },
  privateMembers: ['metadata', 'user_profile_id', 'workspace_id'],
};
