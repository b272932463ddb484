import type { JsonObject } from '../../ir/json.ts';
import type { InferenceResponse } from '../../ir/response.ts';
import type { ReplyContext } from '../protocol.ts';
import { encodeFinishReason, SILENT_REFUSAL } from './encode-finish.ts';
import { encodeUsage } from './encode-usage.ts';
import { encodeDetails } from './reasoning-details.ts';

/** A whole reply as a completion with one choice. */
export function encodeResponse(response: InferenceResponse, context: ReplyContext): JsonObject {
  const functions = context.echo.reply?.functions === true;
  const calls = response.parts.filter((part) => part.type === 'tool-call');
  return {
    id: `chatcmpl-${context.responseId}`,
    object: 'chat.completion',
    created: context.createdAt,
    model: context.echo.model,
    choices: [
      {
        index: 0,
        message: { ...encodeWords(response), ...(functions ? encodeOldCall(calls) : encodeCalls(calls)) },
        logprobs: null,
        finish_reason: encodeFinishReason(response.finish, calls.length > 0, functions),
      },
    ],
    usage: encodeUsage(response.usage),
  };
}

/** Blocks of a kind are parted by a blank line, as they are in a stream. */
function encodeWords({ parts, finish }: InferenceResponse): JsonObject {
  const text = joined(parts.map((part) => (part.type === 'text' ? part.text : '')));
  const declined = joined(parts.map((part) => (part.type === 'refusal' ? part.text : '')));
  const refusal = declined !== '' ? declined : finish === 'refusal' && text === '' ? SILENT_REFUSAL : null;
  const thoughts = parts.filter((part) => part.type === 'reasoning');
  const thought = joined(thoughts.map((part) => joined(part.texts)));
  const details = thoughts
    .flatMap(({ texts, state }) => (state === undefined ? [] : [{ text: joined(texts), state }]))
    .flatMap(({ text, state }, index) => encodeDetails(text, state, index));
  return {
    role: 'assistant',
    content: text === '' && (refusal !== null || parts.some((part) => part.type === 'tool-call')) ? null : text,
    refusal,
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    annotations: [],
  };
}

type Call = Extract<InferenceResponse['parts'][number], { readonly type: 'tool-call' }>;

function encodeCalls(calls: readonly Call[]): JsonObject {
  if (calls.length === 0) return {};
  return {
    tool_calls: calls.map((call) =>
      call.kind === 'custom'
        ? { id: call.callId, type: 'custom', custom: { name: call.name.name, input: call.input } }
        : { id: call.callId, type: 'function', function: functionOf(call) },
    ),
  };
}

function encodeOldCall([call]: readonly Call[]): JsonObject {
  return call === undefined ? {} : { function_call: functionOf(call) };
}

function functionOf({ name, input }: Call): JsonObject {
  return { name: name.name, arguments: input.trim() === '' ? '{}' : input };
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}
