import { isJsonObject } from '../../ir/json.ts';
import type { IngressCodec } from '../protocol.ts';
import { compactReply } from './compaction.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';
import { outline } from './outline.ts';
import { showSearch } from './show-search.ts';

/** What clients of the OpenAI Responses API speak; Codex above all. */
export const ingress: IngressCodec = {
  outline,
  decodeRequest,
  reshape: (request) => (request.compacts === true ? compactReply : undefined),
  count: {
    decodeRequest: (body) => decodeRequest(isJsonObject(body) ? { input: [], ...body } : body),
    encode: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  },
  encodeStream,
  encodeResponse,
  encodeError,
  showSearch,
  showsPhases: true,
  // Codex's idle timer runs on through comments, and is set back by any event, known or not.
  keepAlive: 'data: {"type":"keepalive"}\n\n',
  nativeHeaders: ['openai-beta'],
  privateMembers: ['client_metadata'],
};
