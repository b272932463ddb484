import { randomUUID } from 'node:crypto';
import { callIdSource } from '../call-ids.ts';
import { decodeOpenAiError } from '../openai-error.ts';
import type { EgressCodec } from '../protocol.ts';
import { NO_TOOL_NAMES, toolNames } from '../tool-names.ts';
import { decodeResponse, decodeStream } from './decode-stream.ts';
import { CACHED_MEMBERS, encodeRequest } from './encode-request.ts';
import type { ReplyReading } from './read-reply.ts';

/** @param newId  for calls that come without an id, or with one that the session already has. */
export function responsesEgress(newId: () => string): EgressCodec {
  return {
    open: (request, target) => {
      const names = toolNames(request, target.dialect.tools.maxNameLength);
      const { value: body, losses } = encodeRequest(request, target, names);
      // The closures below live as long as the reply: they hold the names, not the request.
      const lookup = target.dialect.tools.native ? NO_TOOL_NAMES.lookup : names.lookup;
      const reading: ReplyReading = { target, names: { lookup }, callId: callIdSource(request.messages, newId) };
      return {
        body,
        losses,
        decodeStream: () => decodeStream(reading),
        decodeResponse: (reply) => decodeResponse(reply, reading),
      };
    },
    tap: {
      decodeStream: () => decodeStream(bare(newId)),
      decodeResponse: (reply) => decodeResponse(reply, bare(newId)),
    },
    path: () => '/responses',
    count: {
      path: () => '/responses/input_tokens',
      decode: ({ input_tokens: tokens }) => (typeof tokens === 'number' ? tokens : undefined),
    },
    headers: {},
    cachedMembers: CACHED_MEMBERS,
    decodeError: decodeOpenAiError,
  };
}

/** What a reply is read with whose request is not known. */
function bare(newId: () => string): ReplyReading {
  return { names: NO_TOOL_NAMES, callId: callIdSource([], newId) };
}

/** The Responses API, the provider's side. */
export const egress: EgressCodec = responsesEgress(() => randomUUID().replaceAll('-', ''));
