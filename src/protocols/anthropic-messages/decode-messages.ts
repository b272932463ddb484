import { append } from '../../ir/append.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart } from '../../ir/request.ts';
import { isEnvelope, readEnvelope } from '../envelope.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { providerCallId } from './call-id-form.ts';
import { decodeBlock, decodeContent, decodeText, type Reading } from './decode-blocks.ts';
import { IN_PLACE, ownMembers } from './own-members.ts';
import { blockSchemas, messageSchema } from './request-schema.ts';

/** @property found    tools that the conversation has brought up, in order: deferred ones that a search found.
 *  @property changes  what system messages say of the offer, in order. */
export type DecodedMessages = {
  readonly messages: readonly Message[];
  readonly found: ReadonlySet<string>;
  readonly changes: readonly ToolChange[];
};

/** @property tool  a reference by name, or a declaration. */
export type ToolChange = { readonly type: 'addition' | 'removal'; readonly tool: JsonObject; readonly at: string };

/** @throws GatewayError invalid-request or unsupported, naming the block. */
export function decodeMessages(turns: readonly JsonObject[], losses: Loss[]): DecodedMessages {
  const found = new Set<string>();
  const changes: ToolChange[] = [];
  const reading: Reading = { losses, found: (tool) => void found.add(tool) };
  const messages = turns.flatMap((turn, index) => {
    const at = `messages[${index}]`;
    const { role, content } = parseAt(messageSchema, turn, at);
    const given = content ?? '';
    if (role === 'system') return decodeSystemTurn(turn, given, at, changes, losses);
    if (role === 'assistant') return decodeAssistantTurn(given, `${at}.content`, reading);
    return decodeUserTurn(given, `${at}.content`, reading);
  });
  return { messages, found, changes };
}

/** The body's `system`, as one message. */
export function decodeSystem(system: string | readonly JsonObject[], losses: Loss[]): readonly Message[] {
  const parts = instructions(system, 'system', losses);
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function instructions(content: string | readonly JsonObject[], at: string, losses: Loss[]): readonly TextPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return content.flatMap((block, index) => {
    if (block['type'] !== 'text') throw invalid(`${at}[${index}].type`, 'expected "text"');
    const part = decodeText(block, `${at}[${index}]`);
    if (!part.text.startsWith(BILLING_NOTE)) return [part];
    losses.push({
      path: `${at}[${index}]`,
      why: "It is the client's note to Anthropic's billing, not an instruction.",
    });
    return [];
  });
}

/** Claude Code's first block. It says nothing to a model, and may change with every request, so that no cache would hold. */
const BILLING_NOTE = 'x-anthropic-billing-header:';

/** A system message within the conversation stays where it is; what it changes of the tools is done to their list. */
function decodeSystemTurn(
  turn: JsonObject,
  content: string | readonly JsonObject[],
  at: string,
  changes: ToolChange[],
  losses: Loss[],
): readonly Message[] {
  const texts: JsonObject[] = [];
  for (const [index, block] of (typeof content === 'string' ? [] : content).entries()) {
    if (block['type'] !== 'tool_addition' && block['type'] !== 'tool_removal') texts.push(block);
    else {
      const place = `${at}.content[${index}]`;
      const { tool } = parseAt(blockSchemas.toolChange, block, place);
      changes.push({ type: block['type'] === 'tool_addition' ? 'addition' : 'removal', tool, at: place });
    }
  }
  if (isJsonObject(turn['output_config']))
    losses.push({ path: `${at}.output_config`, why: 'The effort of the whole request counts.' });
  if (turn['clear_at'] === 'next_user_message')
    losses.push({ path: `${at}.clear_at`, why: 'The message stays for as long as the client sends it.' });
  const parts = instructions(typeof content === 'string' ? content : texts, `${at}.content`, losses);
  const extensions = { 'anthropic-messages': { [IN_PLACE]: true } };
  return parts.length === 0 ? [] : [{ role: 'system', parts, extensions }];
}

/** Results of tools first, as the API demands, then what the user says. */
function decodeUserTurn(content: string | readonly JsonObject[], at: string, reading: Reading): readonly Message[] {
  if (typeof content === 'string') return said('user', decodeContent(content, at, reading));
  const results: ToolResultPart[] = [];
  const parts: Part[] = [];
  for (const [index, block] of content.entries()) {
    const place = `${at}[${index}]`;
    if (block['type'] === 'tool_result') results.push(decodeToolResult(block, place, reading));
    else if (block['type'] === 'container_upload')
      throw unsupported(place, 'a container belongs to one provider; send the file itself.');
    else append(parts, decodeBlock(block, place, reading));
  }
  return [...said('tool', results), ...said('user', parts)];
}

function said(role: Message['role'], parts: readonly Part[]): readonly Message[] {
  return parts.length === 0 ? [] : [{ role, parts }];
}

const RESULT_MEMBERS: ReadonlySet<string> = new Set(['type', 'tool_use_id', 'content', 'is_error']);

function decodeToolResult(block: JsonObject, at: string, reading: Reading): ToolResultPart {
  const { tool_use_id: id, content, is_error: isError } = parseAt(blockSchemas.toolResult, block, at);
  const parts = decodeContent(content ?? '', `${at}.content`, reading);
  return {
    type: 'tool-result',
    callId: providerCallId(id),
    kind: 'function',
    content: parts.length === 0 ? [{ type: 'text', text: '' }] : parts,
    ...(isError === true ? { isError } : {}),
    ...ownMembers(block, RESULT_MEMBERS),
  };
}

function decodeAssistantTurn(
  content: string | readonly JsonObject[],
  at: string,
  reading: Reading,
): readonly Message[] {
  if (typeof content === 'string') return said('assistant', decodeContent(content, at, reading));
  return said(
    'assistant',
    content.flatMap((block, index) => decodeReplyBlock(block, `${at}[${index}]`, reading)),
  );
}

/** Blocks that the provider's own tools made are understood by their own protocol alone. */
function decodeReplyBlock(block: JsonObject, at: string, reading: Reading): readonly Part[] {
  switch (block['type']) {
    case 'text':
    case 'image':
    case 'document':
      return decodeBlock(block, at, reading).filter((part) => part.type !== 'text' || part.text !== '');
    case 'thinking': {
      const { thinking, signature } = parseAt(blockSchemas.thinking, block, at);
      return reasoning(thinking === '' ? [] : [thinking], signature ?? '', 'signature');
    }
    case 'redacted_thinking':
      return reasoning([], parseAt(blockSchemas.redacted, block, at).data, 'data');
    case 'tool_use':
      return [decodeToolUse(block, at)];
    default:
      if (typeof block['type'] !== 'string') throw invalid(`${at}.type`, 'expected the type of a block');
      return [{ type: 'opaque', protocol: 'anthropic-messages', value: block }];
  }
}

/** @param sealed  our envelope, or what the maker gave where its reply went through as bytes. */
function reasoning(texts: readonly string[], sealed: string, member: 'signature' | 'data'): readonly ReasoningPart[] {
  if (isEnvelope(sealed)) {
    const state = readEnvelope(sealed);
    if (state !== undefined) return [{ type: 'reasoning', texts, state }];
    return texts.length === 0 ? [] : [{ type: 'reasoning', texts }];
  }
  if (sealed !== '') return [{ type: 'reasoning', texts, extensions: { 'anthropic-messages': { [member]: sealed } } }];
  return texts.length === 0 ? [] : [{ type: 'reasoning', texts }];
}

const USE_MEMBERS: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input', 'caller']);

function decodeToolUse(block: JsonObject, at: string): ToolCallPart {
  const { id, name, input } = parseAt(blockSchemas.toolUse, block, at);
  return {
    type: 'tool-call',
    callId: providerCallId(id),
    kind: 'function',
    name: { name },
    input: JSON.stringify(input),
    ...ownMembers(block, USE_MEMBERS),
  };
}
