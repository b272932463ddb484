import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import type { Message, ReasoningPart, TextPart, ToolCallPart } from '../../ir/request.ts';
import { fitCallId } from '../call-ids.ts';
import { wrapFreeform } from '../freeform.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { textsAndImages } from './encode-content.ts';
import type { LossNotes } from './losses.ts';

/** A past turn of the model: its text, its thinking where the provider wants it back, its calls.
 *  @param inToolTurn  a tool was called between the user's last message and the next one.
 *  @returns undefined where nothing is left that may be sent. */
export function encodeAssistant(
  message: Message,
  inToolTurn: boolean,
  target: EgressTarget,
  names: ToolNames,
  losses: LossNotes,
): JsonObject | undefined {
  const texts = textsAndImages(message.parts, losses).filter((part) => part.type === 'text');
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const thoughts = message.parts.filter((part) => part.type === 'reasoning');
  if (texts.length === 0 && calls.length === 0) {
    // Thinking that came to nothing: several providers refuse an assistant message without content for ever.
    if (thoughts.length > 0) losses.count('messages', 'A turn that holds nothing but thinking is left out.');
    return undefined;
  }
  const text = joinTexts(texts);
  const content = text === '' && calls.length > 0 ? null : text;
  const toolCalls = encodeCalls(message, target, names, losses);
  return {
    role: 'assistant',
    content,
    ...(toolCalls.length === 0 ? {} : emptyThinking(target)),
    ...echo(thoughts, content, inToolTurn, target, losses),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
}

function joinTexts(parts: readonly TextPart[]): string {
  return parts.map((part) => part.text).join('\n\n');
}

/** Calls, each with the `extra_content` that its own provider put beside it: a signature without which it refuses the
 *  call. Source: https://ai.google.dev/gemini-api/docs/thought-signatures */
function encodeCalls(
  message: Message,
  target: EgressTarget,
  names: ToolNames,
  losses: LossNotes,
): readonly JsonObject[] {
  const calls: JsonObject[] = [];
  let extra: Json | undefined;
  for (const part of message.parts) {
    if (part.type === 'reasoning' && isOwn(part, target)) extra = signed(part, 'extra_content', target, losses);
    if (part.type !== 'tool-call') continue;
    const call = { ...encodeCall(part, target, names, losses), ...target.dialect.tools.callMembers };
    calls.push(extra === undefined ? call : { ...call, extra_content: extra });
    extra = undefined;
  }
  return calls;
}

/** A client of this protocol that gives thinking back without our envelope may not know ours: what it was given as plain
 *  members goes back as such. */
function isOwn({ state, extensions }: ReasoningPart, target: EgressTarget): boolean {
  if (state === undefined) return extensions?.['openai-chat'] !== undefined;
  return state.protocol === 'openai-chat' && state.provider === target.provider;
}

/** What a model signed, or encrypted, goes back to that model alone: any other refuses it. Plain thinking any model of
 *  the provider may read. */
function signed(part: ReasoningPart, member: string, target: EgressTarget, losses: LossNotes): Json | undefined {
  const { state, extensions } = part;
  if (state === undefined) return extensions?.['openai-chat']?.[member];
  const value = state.value[member];
  if (value === undefined || state.model === target.model) return value;
  losses.count('messages', 'What another model signed or encrypted is left out.');
  return undefined;
}

function encodeCall(call: ToolCallPart, target: EgressTarget, names: ToolNames, losses: LossNotes): JsonObject {
  const id = fitCallId(call.callId, target.dialect.tools.callId);
  const input = call.kind === 'custom' ? wrapFreeform(call.input) : jsonArguments(call.input, losses);
  return { id, type: 'function', function: { name: names.wireName(call.name), arguments: input } };
}

/** The arguments byte for byte, so that the provider's prompt cache holds. What the model wrote wrongly would be
 *  refused with every later request; it goes back inside of an object, so that the model sees its slip. */
function jsonArguments(input: string, losses: LossNotes): string {
  if (input.trim() === '') return '{}';
  if (isJsonObject(parseJson(input))) return input;
  losses.count('messages', 'A tool call whose arguments are no JSON object goes back as `malformed_arguments`.');
  return JSON.stringify({ malformed_arguments: input });
}

/** Calls of another model, or of one that did not think, would be refused with every later request.
 *  Source: https://github.com/continuedev/continue/issues/11711 */
function emptyThinking({ dialect }: EgressTarget): JsonObject {
  const { echo: rule } = dialect.reasoning;
  return rule.field !== 'none' && rule.required === true ? { [rule.field]: '' } : {};
}

/** The model's thinking in the form in which its provider wants it back. */
function echo(
  thoughts: readonly ReasoningPart[],
  content: string | null,
  inToolTurn: boolean,
  target: EgressTarget,
  losses: LossNotes,
): JsonObject {
  const rule = target.dialect.reasoning.echo;
  const own = thoughts.filter((thought) => isOwn(thought, target) && isThinking(thought));
  for (const thought of thoughts) {
    if (!isOwn(thought, target)) {
      losses.count('messages', 'A piece of thinking is left out: another model thought it.');
    }
  }
  if (own.length === 0) return {};
  if (rule.field === 'none' || (rule.when === 'tool-turns' && !inToolTurn)) {
    for (const _ of own) {
      losses.count('messages', 'A piece of thinking is left out: the provider does not want it back.');
    }
    return {};
  }
  const text = own.map((thought) => thought.texts.join('\n\n')).join('\n\n');
  switch (rule.field) {
    case 'reasoning_details': {
      const details = own.flatMap((thought): readonly Json[] => {
        const kept = signed(thought, 'reasoning_details', target, losses);
        return Array.isArray(kept) ? kept : [];
      });
      if (details.length > 0) return { reasoning_details: details };
      return text === '' ? {} : { reasoning: text };
    }
    case 'thinking-parts': {
      if (text === '') return {};
      const thinking = { type: 'thinking', thinking: [{ type: 'text', text }] };
      return { content: content === null || content === '' ? [thinking] : [thinking, { type: 'text', text: content }] };
    }
    case 'reasoning_content':
    case 'reasoning':
      return { [rule.field]: text };
    case 'thinking-blocks':
    case 'items':
      for (const _ of own) losses.count('messages', 'A piece of thinking has no form in Chat Completions.');
      return {};
  }
}

/** A block may hold nothing but what goes back with a call. */
function isThinking(thought: ReasoningPart): boolean {
  const { texts, state, extensions } = thought;
  const kept = state?.value ?? extensions?.['openai-chat'];
  return texts.length > 0 || kept?.['reasoning_details'] !== undefined;
}
