import type { IngressCodec } from '../protocol.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';
import { outline } from './outline.ts';

/** What clients of Chat Completions speak: the most widely spoken of all. */
export const ingress: IngressCodec = {
  outline,
  decodeRequest,
  encodeStream,
  encodeResponse,
  encodeError,
  // They know no event that means nothing; a comment every parser skips.
  keepAlive: ': keep-alive\n\n',
  nativeHeaders: ['openai-beta'],
  rewritesHistory: true,
  memberPaths: {
    input: 'messages',
    'reasoning.effort': 'reasoning_effort',
    'text.format': 'response_format',
    'text.format.schema': 'response_format.json_schema.schema',
    'text.verbosity': 'verbosity',
  },
  privateMembers: [],
};
