import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../ir/json.ts';
import type { ProviderState } from '../../ir/request.ts';
import { callIdSource } from '../call-ids.ts';
import type { EgressCodec } from '../protocol.ts';
import { NO_TOOL_NAMES, toolNames } from '../tool-names.ts';
import { decodeError } from './decode-error.ts';
import { decodeResponse, decodeStream } from './decode-stream.ts';
import { CACHED_MEMBERS, encodeRequest } from './encode-request.ts';
import type { ReplyOptions } from './read-message.ts';

/** The Messages API, spoken to a provider. */
export const egress: EgressCodec = {
  open: (request, target) => {
    const names = toolNames(request, target.dialect.tools.maxNameLength);
    const { value, losses } = encodeRequest(request, names, target);
    const state = (signed: JsonObject): ProviderState => ({
      protocol: 'anthropic-messages',
      provider: target.provider,
      model: target.model,
      ...(target.credentialId === undefined ? {} : { credentialId: target.credentialId }),
      value: signed,
    });
    const { errors } = target.dialect;
    const options = (): ReplyOptions => ({ names, callId: callIdSource(request.messages, newId), state, errors });
    return {
      body: value,
      losses,
      decodeStream: () => decodeStream(options()),
      decodeResponse: (body) => decodeResponse(body, options()),
    };
  },
  tap: {
    decodeStream: () => decodeStream(bare()),
    decodeResponse: (body) => decodeResponse(body, bare()),
  },
  path: () => '/messages',
  count: {
    path: () => '/messages/count_tokens',
    decode: ({ input_tokens: tokens }) => (typeof tokens === 'number' ? tokens : undefined),
  },
  headers: { 'anthropic-version': '2023-06-01' },
  cachedMembers: CACHED_MEMBERS,
  decodeError,
};

function bare(): ReplyOptions {
  return { names: NO_TOOL_NAMES, callId: callIdSource([], newId) };
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}
