import { randomUUID } from 'node:crypto';
import type { Dialect } from '../../ir/dialect.ts';
import { callIdSource } from '../call-ids.ts';
import { decodeOpenAiError } from '../openai-error.ts';
import type { EgressCall, EgressCodec } from '../protocol.ts';
import { NO_TOOL_NAMES, toolNames } from '../tool-names.ts';
import type { ReplyReading } from './decode-chunk.ts';
import { decodeResponse } from './decode-response.ts';
import { decodeStream } from './decode-stream.ts';
import { CACHED_MEMBERS, encodeRequest } from './encode-request.ts';

/** @param newId  for calls that come without an id, or with one that the session already has. */
export function chatEgress(newId: () => string): EgressCodec {
  return {
    open: (request, target) => {
      const names = toolNames(request, target.dialect.tools.maxNameLength);
      const { value: body, losses } = encodeRequest(request, target, names);
      // The closures below live as long as the reply: they hold the names, not the request.
      const { lookup } = names;
      const reading: ReplyReading = { target, names: { lookup }, callId: callIdSource(request.messages, newId) };
      return {
        body,
        ...sessionHeader(request.cacheKey, target.dialect),
        losses,
        decodeStream: () => decodeStream(reading),
        decodeResponse: (reply) => decodeResponse(reply, reading),
      };
    },
    tap: {
      decodeStream: () => decodeStream(bare(newId)),
      decodeResponse: (reply) => decodeResponse(reply, bare(newId)),
    },
    path: () => '/chat/completions',
    headers: {},
    cachedMembers: CACHED_MEMBERS,
    decodeError: decodeOpenAiError,
  };
}

/** Only what a header may hold: the key is the client's. */
function sessionHeader(cacheKey: string | undefined, { cacheKeyHeader }: Dialect): Pick<EgressCall, 'headers'> {
  if (cacheKey === undefined || cacheKeyHeader === undefined || !/^[\x21-\x7e]{1,256}$/.test(cacheKey)) return {};
  return { headers: { [cacheKeyHeader]: cacheKey } };
}

/** What a reply is read with whose request is not known. */
function bare(newId: () => string): ReplyReading {
  return { names: NO_TOOL_NAMES, callId: callIdSource([], newId) };
}

/** Chat Completions, the provider's side. */
export const egress: EgressCodec = chatEgress(() => randomUUID().replaceAll('-', ''));
