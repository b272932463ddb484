import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';
import { unreachable } from '../../ir/non-empty.ts';
import type { InferenceResponse, ReplyPart } from '../../ir/response.ts';
import { NO_USAGE } from '../../ir/usage.ts';
import { EMPTY_ENVELOPE, makeEnvelope } from '../envelope.ts';
import type { ReplyContext } from '../protocol.ts';
import { clientCallId } from './call-id-form.ts';
import { messageObject } from './message-object.ts';
import { MESSAGE_USAGE, stopMembers, usageMembers } from './stop-reason.ts';

/** A whole reply as a message. A state that nothing follows is let go, as in a stream. */
export function encodeResponse(response: InferenceResponse, context: ReplyContext): JsonObject {
  const { parts, finish, usage, stopSequence } = response;
  const last = parts.at(-1);
  const said = parts.length > 1 && last?.type === 'reasoning' && last.texts.length === 0 ? parts.slice(0, -1) : parts;
  const refusals = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : []));
  return {
    ...messageObject(context),
    content: said.flatMap(blocksOf),
    ...stopMembers({
      finish,
      stopSequence,
      calls: parts.some((part) => part.type === 'tool-call'),
      isPaused: last?.type === 'opaque' && last.value['type'] === 'server_tool_use',
      ...(refusals.length === 0 ? {} : { refusal: refusals.join('') }),
    }),
    usage: { ...usageMembers(usage ?? NO_USAGE), ...MESSAGE_USAGE },
  };
}

function blocksOf(part: ReplyPart): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text.toWellFormed() }];
    case 'reasoning': {
      const sealed = part.state === undefined ? undefined : makeEnvelope(part.state);
      const thinking = part.texts.join('\n\n').toWellFormed();
      if (thinking !== '') return [{ type: 'thinking', thinking, signature: sealed ?? EMPTY_ENVELOPE }];
      return sealed === undefined ? [] : [{ type: 'redacted_thinking', data: sealed }];
    }
    case 'tool-call':
      return [{ type: 'tool_use', id: clientCallId(part.callId), name: part.name.name, input: inputOf(part.input) }];
    case 'opaque':
      return part.protocol === 'anthropic-messages' ? [part.value] : [];
    default:
      return unreachable(part);
  }
}

/** Here arguments are an object and no text: what is none goes to the client under a name of its own, so that its tool
 *  can say what is wrong. */
function inputOf(input: string): JsonObject {
  if (input.trim() === '') return {};
  const value = parseJson(input);
  return isJsonObject(value) ? value : { arguments: input };
}
