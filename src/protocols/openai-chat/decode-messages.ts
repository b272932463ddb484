import type { JsonObject } from '../../ir/json.ts';
import type { Extensions, Message, Part, ToolCallKind, ToolResultPart } from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { decodeContent, decodeOutput } from './decode-content.ts';
import type { LossNotes } from './losses.ts';
import { decodeThinking } from './reasoning-details.ts';
import { callSchemas, messageSchemas } from './schema.ts';

/** The conversation. Consecutive outputs of tools become one tool message.
 *  @throws GatewayError invalid-request or unsupported, naming the message. */
export function decodeMessages(messages: readonly JsonObject[], losses: LossNotes): readonly Message[] {
  const history = new History(losses);
  for (const [index, message] of messages.entries()) decodeMessage(message, `messages[${index}]`, history);
  return history.messages;
}

class History {
  readonly messages: Message[] = [];
  readonly losses: LossNotes;
  /** What kind of tool each call called, for its output. */
  readonly kinds = new Map<string, ToolCallKind>();
  /** The calls of the old form, which have no id, by the function's name: the last of each. */
  readonly functions = new Map<string, string>();
  #results: ToolResultPart[] | undefined;

  constructor(losses: LossNotes) {
    this.losses = losses;
  }

  push(message: Message): void {
    this.#results = undefined;
    if (message.parts.length > 0) this.messages.push(message);
  }

  answer(callId: string, content: ToolResultPart['content']): void {
    if (this.#results === undefined) {
      this.#results = [];
      this.messages.push({ role: 'tool', parts: this.#results });
    }
    this.#results.push({ type: 'tool-result', callId, kind: this.kinds.get(callId) ?? 'function', content });
  }
}

function decodeMessage(message: JsonObject, at: string, history: History): void {
  const { role } = message;
  switch (role) {
    case 'system':
    case 'developer':
    case 'user': {
      const { content, name } = parseAt(messageSchemas.spoken, message, at);
      const parts = decodeContent(content, `${at}.content`, history.losses);
      history.push({ role, parts, ...named(name, history.losses) });
      break;
    }
    case 'assistant':
      decodeAssistant(message, at, history);
      break;
    case 'tool': {
      const { content, tool_call_id: callId } = parseAt(messageSchemas.tool, message, at);
      history.answer(callId, decodeOutput(content, `${at}.content`, history.losses));
      break;
    }
    case 'function': {
      const { content, name } = parseAt(messageSchemas.function, message, at);
      const callId = history.functions.get(name);
      if (callId === undefined) throw invalid(`${at}.name`, `no function ${JSON.stringify(name)} was called before`);
      history.answer(callId, decodeOutput(content, `${at}.content`, history.losses));
      break;
    }
    default:
      throw invalid(
        `${at}.role`,
        `${JSON.stringify(role)} is none of system, developer, user, assistant, tool, function`,
      );
  }
}

function decodeAssistant(message: JsonObject, at: string, history: History): void {
  const { content, name, refusal, tool_calls, function_call, audio, ...thinking } = parseAt(
    messageSchemas.assistant,
    message,
    at,
  );
  if (audio !== undefined && audio !== null) throw unsupported(`${at}.audio`, 'sounds are not carried.');
  const parts: Part[] = [
    ...decodeThinking(thinking),
    ...decodeContent(content, `${at}.content`, history.losses),
    ...(typeof refusal === 'string' && refusal !== '' ? [{ type: 'refusal', text: refusal } as const] : []),
    ...(tool_calls ?? []).map((call, index) => decodeCall(call, `${at}.tool_calls[${index}]`, history)),
  ];
  if (function_call !== undefined && function_call !== null) {
    const callId = `call_of_${history.messages.length}`;
    history.functions.set(function_call.name, callId);
    parts.push(functionCall(callId, function_call));
  }
  history.push({ role: 'assistant', parts, ...named(name, history.losses) });
}

function decodeCall(call: JsonObject, at: string, history: History): Part {
  if (call['type'] === 'custom') {
    const { id, custom } = parseAt(callSchemas.custom, call, at);
    history.kinds.set(id, 'custom');
    return { type: 'tool-call', callId: id, kind: 'custom', name: { name: custom.name }, input: custom.input };
  }
  const { id, function: called } = parseAt(callSchemas.function, call, at);
  return functionCall(id, called);
}

/** Arguments are a text, byte for byte as the model wrote it; some clients have them parsed. */
function functionCall(
  callId: string,
  called: { readonly name: string; readonly arguments?: string | JsonObject | null | undefined },
): Part {
  const { name, arguments: given } = called;
  const input = typeof given === 'string' ? given : JSON.stringify(given ?? {});
  return { type: 'tool-call', callId, kind: 'function', name: { name }, input };
}

/** The extension of a message that holds its speaker's name. */
export const SPEAKER = 'name';

function named(name: string | null | undefined, losses: LossNotes): { readonly extensions?: Extensions } {
  if (name === undefined || name === null || name === '') return {};
  losses.count('messages.name', "A speaker's name reaches providers of Chat Completions alone.");
  return { extensions: { 'openai-chat': { [SPEAKER]: name } } };
}
