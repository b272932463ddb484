import { randomUUID } from 'node:crypto';
import type { ProviderState } from '../../ir/request.ts';
import { callIdSource } from '../call-ids.ts';
import type { EgressCodec, EgressTarget } from '../protocol.ts';
import { NO_TOOL_NAMES, toolNames } from '../tool-names.ts';
import { decodeError } from './decode-error.ts';
import { decodeResponse, decodeStream } from './decode-stream.ts';
import { CACHED_MEMBERS, encodeRequest } from './encode-request.ts';
import { functionNames } from './function-names.ts';
import type { ReplyOptions } from './read-reply.ts';
import type { Kept } from './signatures.ts';

/** @param newId  for calls that come without an id, or with one that the session already has. */
export function geminiEgress(newId: () => string): EgressCodec {
  const bare = (): ReplyOptions => ({ names: NO_TOOL_NAMES, callId: callIdSource([], newId) });
  return {
    open: (request, target) => {
      const names = functionNames(toolNames(request, target.dialect.tools.maxNameLength));
      const { value: body, losses } = encodeRequest(request, names, target);
      // The closures below live as long as the reply: they hold the names, not the request.
      const { lookup } = names;
      const callId = callIdSource(request.messages, newId);
      const options: ReplyOptions = { names: { lookup }, callId, state: stateOf(target) };
      return {
        body,
        losses,
        decodeStream: () => decodeStream(options),
        decodeResponse: (reply) => decodeResponse(reply, options),
      };
    },
    tap: {
      decodeStream: () => decodeStream(bare()),
      decodeResponse: (reply) => decodeResponse(reply, bare()),
    },
    path: (model, stream) => `/${modelPath(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    headers: {},
    cachedMembers: CACHED_MEMBERS,
    decodeError,
  };
}

/** A name, or the path of a model that does not stand among the others: `tunedModels/NAME`. Where a wildcard stands,
 *  clients choose it: nothing of it may lead to another place, where the key would go too. */
function modelPath(model: string): string {
  const steps = model.split('/');
  const isPath = steps.length > 1 && steps.every((step) => step !== '' && step !== '.' && step !== '..');
  return isPath ? steps.map(encodeURIComponent).join('/') : `models/${encodeURIComponent(model)}`;
}

function stateOf({ provider, model, credentialId }: EgressTarget): (value: Kept) => ProviderState {
  return (value) => ({
    protocol: 'gemini',
    provider,
    model,
    ...(credentialId === undefined ? {} : { credentialId }),
    value,
  });
}

/** The Gemini API, the provider's side. */
export const egress: EgressCodec = geminiEgress(() => randomUUID().replaceAll('-', ''));
