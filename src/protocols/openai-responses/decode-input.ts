import { append } from '../../ir/append.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { Message, Part, ToolCallKind, ToolDefinition } from '../../ir/request.ts';
import { isEnvelope, readEnvelope, readSummary } from '../envelope.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { ITEM, summaryMessage, triggerMessage } from './compaction.ts';
import { decodeContent, decodeOutput } from './decode-content.ts';
import { decodeTools, others, TOOL_SEARCH } from './decode-tools.ts';
import { itemSchemas } from './schema.ts';

/** @property tools     what `additional_tools` items declare, and after it what tool searches found.
 *  @property compacts  the last item asks for the conversation to be condensed. */
export type DecodedInput = {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly compacts: boolean;
};

/** The conversation. Consecutive assistant items become one assistant message, consecutive outputs one tool message.
 *  @throws GatewayError invalid-request or unsupported, naming the item. */
export function decodeInput(input: string | readonly Json[], losses: Loss[]): DecodedInput {
  if (typeof input === 'string') {
    return { messages: [{ role: 'user', parts: [{ type: 'text', text: input }] }], tools: [], compacts: false };
  }
  const history = new History(losses);
  for (const [index, item] of input.entries()) {
    if (history.compacts) throw invalid(`input[${index - 1}]`, 'a compaction_trigger must be the last item');
    decodeItem(item, `input[${index}]`, history);
  }
  return { messages: history.messages, tools: [...history.added, ...history.found], compacts: history.compacts };
}

class History {
  readonly messages: Message[] = [];
  readonly added: ToolDefinition[] = [];
  readonly found: ToolDefinition[] = [];
  readonly losses: Loss[];
  compacts = false;
  #role: 'assistant' | 'tool' | undefined;
  #parts: Part[] = [];

  constructor(losses: Loss[]) {
    this.losses = losses;
  }

  /** A message of its own. */
  push(message: Message): void {
    this.#role = undefined;
    if (message.parts.length > 0) this.messages.push(message);
  }

  /** Parts of the open assistant or tool message. */
  extend(role: 'assistant' | 'tool', parts: readonly Part[]): void {
    if (parts.length === 0) return;
    if (this.#role !== role) {
      this.#role = role;
      this.#parts = [];
      this.messages.push({ role, parts: this.#parts });
    }
    append(this.#parts, parts);
  }
}

function decodeItem(item: Json, at: string, history: History): void {
  if (!isJsonObject(item)) throw invalid(at, 'expected an object');
  const type = item['type'] ?? ('role' in item ? 'message' : undefined);
  if (typeof type !== 'string') throw invalid(`${at}.type`, 'expected the type of an item');
  const decode = DECODERS.get(type) ?? pushOpaque;
  decode(item, at, history);
}

type ItemDecoder = (item: JsonObject, at: string, history: History) => void;

/** Items of other types are understood by their own protocol alone. */
const DECODERS: ReadonlyMap<string, ItemDecoder> = new Map([
  ['message', decodeMessage],
  ['reasoning', decodeReasoning],
  ['function_call', decodeFunctionCall],
  ['function_call_output', decodeOutputOf('function')],
  ['custom_tool_call', decodeCustomCall],
  ['custom_tool_call_output', decodeOutputOf('custom')],
  ['tool_search_call', decodeSearchCall],
  ['tool_search_output', decodeSearchOutput],
  ['additional_tools', decodeAdditionalTools],
  ['agent_message', decodeAgentMessage],
  ['compaction', decodeCompaction],
  ['compaction_trigger', decodeTrigger],
  ['item_reference', refuseReference],
]);

const MESSAGE_MEMBERS: ReadonlySet<string> = new Set(['type', 'id', 'role', 'content', 'phase', 'status']);

function decodeMessage(item: JsonObject, at: string, history: History): void {
  const { role, content, phase } = parseAt(itemSchemas.message, item, at);
  const parts = decodeContent(content, `${at}.content`, phase ?? undefined);
  if (role === 'assistant') history.extend('assistant', parts);
  else history.push({ role, parts, ...others(item, MESSAGE_MEMBERS) });
}

function decodeReasoning(item: JsonObject, at: string, history: History): void {
  const { summary, content, encrypted_content: encrypted } = parseAt(itemSchemas.reasoning, item, at);
  const summaries = thoughts(summary, `${at}.summary`);
  const texts = summaries.length > 0 ? summaries : thoughts(content, `${at}.content`);
  if (typeof encrypted === 'string' && !isEnvelope(encrypted)) {
    const own: JsonObject = { encrypted_content: encrypted, ...(content?.length ? { content } : {}) };
    history.extend('assistant', [{ type: 'reasoning', texts, extensions: { 'openai-responses': own } }]);
    return;
  }
  const state = typeof encrypted === 'string' ? readEnvelope(encrypted) : undefined;
  if (state !== undefined) history.extend('assistant', [{ type: 'reasoning', texts, state }]);
  else if (texts.length > 0) history.extend('assistant', [{ type: 'reasoning', texts }]);
}

function thoughts(parts: readonly JsonObject[] | null | undefined, at: string): string[] {
  const texts = decodeContent(parts ?? [], at).flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.filter((text) => text !== '');
}

function decodeFunctionCall(item: JsonObject, at: string, history: History): void {
  const call = parseAt(itemSchemas.functionCall, item, at);
  pushCall('function', call, asJsonText(call.arguments), history);
}

function decodeCustomCall(item: JsonObject, at: string, history: History): void {
  const call = parseAt(itemSchemas.customCall, item, at);
  pushCall('custom', call, call.input, history);
}

/** The client's own tool search; one that the provider ran is its own affair. */
function decodeSearchCall(item: JsonObject, at: string, history: History): void {
  if (item['execution'] === 'server') pushOpaque(item, at, history);
  else {
    const call = parseAt(itemSchemas.searchCall, item, at);
    pushCall('search', { call_id: call.call_id, name: TOOL_SEARCH }, asJsonText(call.arguments), history);
  }
}

/** What was found is offered from now on, behind all other tools, so that the cached prefix holds as far as it can. */
function decodeSearchOutput(item: JsonObject, at: string, history: History): void {
  if (item['execution'] === 'server') pushOpaque(item, at, history);
  else {
    const { call_id: callId, tools } = parseAt(itemSchemas.searchOutput, item, at);
    const found = decodeTools(tools, `${at}.tools`, history.losses);
    append(
      history.found,
      found.map((tool) => (isCallable(tool) ? { ...tool, found: true } : tool)),
    );
    const content = [{ type: 'text', text: JSON.stringify(tools) } as const];
    history.extend('tool', [{ type: 'tool-result', callId, kind: 'search', content }]);
  }
}

function isCallable(tool: ToolDefinition): boolean {
  return tool.kind === 'function' || tool.kind === 'custom';
}

/** How Codex's lite mode declares its tools. */
function decodeAdditionalTools(item: JsonObject, at: string, history: History): void {
  const { tools } = parseAt(itemSchemas.additionalTools, item, at);
  append(history.added, decodeTools(tools, `${at}.tools`, history.losses));
}

/** Ours in words; another's is understood by its maker alone. */
function decodeCompaction(item: JsonObject, at: string, history: History): void {
  const encrypted = item['encrypted_content'];
  const summary = typeof encrypted === 'string' ? readSummary(encrypted) : undefined;
  if (summary === undefined) pushOpaque(item, at, history);
  else history.push(summaryMessage(summary));
}

function decodeTrigger(item: JsonObject, _at: string, history: History): void {
  history.compacts = true;
  history.push(triggerMessage(item));
}

function refuseReference(_item: JsonObject, at: string): void {
  throw unsupported(at, 'an item cannot be named by its id; send the item itself.');
}

/** Arguments are a text, byte for byte as the model wrote it; tool searches, and some clients, have them parsed. */
function asJsonText(value: string | JsonObject): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function pushCall(
  kind: ToolCallKind,
  call: { readonly call_id: string; readonly name: string; readonly namespace?: string | null | undefined },
  input: string,
  history: History,
): void {
  const { name, namespace } = call;
  const tool = typeof namespace === 'string' ? { name, namespace } : { name };
  history.extend('assistant', [{ type: 'tool-call', callId: call.call_id, kind, name: tool, input }]);
}

function decodeOutputOf(kind: ToolCallKind): ItemDecoder {
  return (item, at, history) => {
    const { call_id: callId, output } = parseAt(itemSchemas.callOutput, item, at);
    history.extend('tool', [{ type: 'tool-result', callId, kind, content: decodeOutput(output, `${at}.output`) }]);
  };
}

/** A message between Codex's agents. Its parts may be called encrypted; all but OpenAI's own models must read them.
 *  The whole item stays beside them for a provider that knows this type. */
function decodeAgentMessage(item: JsonObject, at: string, history: History): void {
  const { author, recipient, content } = parseAt(itemSchemas.agentMessage, item, at);
  const from = typeof author === 'string' ? ` from ${author}` : '';
  const to = typeof recipient === 'string' ? ` to ${recipient}` : '';
  const parts = decodeContent(content, `${at}.content`);
  history.push({
    role: 'user',
    parts: [{ type: 'text', text: `Message${from}${to}:` }, ...parts],
    extensions: { 'openai-responses': { [ITEM]: item } },
  });
}

function pushOpaque(item: JsonObject, _at: string, history: History): void {
  history.extend('assistant', [{ type: 'opaque', protocol: 'openai-responses', value: item }]);
}
