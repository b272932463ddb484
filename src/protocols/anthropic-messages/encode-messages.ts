import { append } from '../../ir/append.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import { unreachable } from '../../ir/non-empty.ts';
import type {
  ImagePart,
  InferenceRequest,
  Message,
  Part,
  ProviderState,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../ir/request.ts';
import { fitCallId } from '../call-ids.ts';
import { CONTINUE, pairToolResults } from '../conversation.ts';
import { FREEFORM_ARGUMENT } from '../grammar-words.ts';
import type { EgressTarget } from '../protocol.ts';
import { searchedToolWords } from '../search-result.ts';
import type { ToolNames } from '../tool-names.ts';
import { encodeImage } from './images.ts';
import { blockFor, IN_PLACE, membersFor } from './own-members.ts';
import type { ContentBlock, ImageBlock, MessagesRequest, ServerBlock, TextBlock, Turn } from './schema.ts';

/** Stands where the API wants a user turn and the conversation has none. */
const USER_TURN: Turn = { role: 'user', content: [{ type: 'text', text: CONTINUE }] };

/** Where what is being encoded stands, and what comes of it. */
type Encoding = {
  readonly names: ToolNames;
  readonly target: EgressTarget;
  readonly losses: Loss[];
};

/** The conversation as alternating turns. Instructions before the first turn become `system`, in their order; later
 *  ones stay in their place, so that the cached prefix stays: as marked user text, or as they came where a client of this
 *  protocol put them there and the provider knows them. */
export function encodeMessages(
  request: Pick<InferenceRequest, 'messages'>,
  names: ToolNames,
  target: EgressTarget,
  losses: Loss[],
): MessagesRequest {
  const encoding: Encoding = { names, target, losses };
  const paired = pairToolResults(request.messages);
  append(losses, paired.losses);
  const system: TextBlock[] = [];
  const turns = turnBuilder();
  for (const [at, message] of paired.value.entries()) {
    if (!isInstruction(message))
      turns.add(message.role === 'assistant' ? 'assistant' : 'user', blocksOf(message, at, encoding));
    else if (turns.isEmpty()) append(system, instructionBlocks(message, at, encoding));
    else if (target.dialect.tools.native && message.extensions?.['anthropic-messages']?.[IN_PLACE] === true)
      turns.add('system', instructionBlocks(message, at, encoding));
    else turns.add('user', instructionBlocks(message, at, encoding).map(marked));
  }
  return { system, messages: turns.finish(losses) };
}

function isInstruction(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer';
}

function instructionBlocks(message: Message, at: number, encoding: Encoding): readonly TextBlock[] {
  const blocks: TextBlock[] = [];
  for (const part of message.parts) {
    if (part.type === 'text') append(blocks, textBlock(part, encoding));
    else
      encoding.losses.push({
        path: `messages[${at}]`,
        why: `Instructions hold text only; a part of type ${part.type} was left out.`,
      });
  }
  return blocks;
}

function marked(block: TextBlock): TextBlock {
  return { type: 'text', text: `<developer_message>\n${block.text}\n</developer_message>` };
}

/** The API refuses text without a visible character. */
function textBlock({ text, extensions }: TextPart, { target }: Encoding): readonly TextBlock[] {
  return /\S/.test(text) ? [{ ...membersFor(extensions, target.dialect), type: 'text', text }] : [];
}

function blocksOf(message: Message, at: number, encoding: Encoding): readonly ContentBlock[] {
  const blocks: ContentBlock[] = [];
  const lifted: ImageBlock[] = [];
  for (const part of message.parts) append(blocks, blocksOfPart(part, at, encoding, lifted));
  return [...blocks, ...lifted];
}

function blocksOfPart(part: Part, at: number, encoding: Encoding, lifted: ImageBlock[]): readonly ContentBlock[] {
  switch (part.type) {
    case 'text':
      return wordsOrWhole(part, encoding);
    case 'refusal':
      return textBlock({ type: 'text', text: part.text }, encoding);
    case 'image':
      return [imageBlock(part, at, encoding)];
    case 'reasoning':
      return thinkingBlock(part, at, encoding);
    case 'tool-call':
      return [toolUse(part, at, encoding)];
    case 'tool-result':
      return [toolResult(part, at, encoding, lifted)];
    case 'opaque':
      if (part.protocol === 'anthropic-messages') return [{ type: 'server', value: part.value }];
      encoding.losses.push({ path: `messages[${at}]`, why: `An item that only ${part.protocol} knows was left out.` });
      return [];
    default:
      return unreachable(part);
  }
}

function wordsOrWhole(part: TextPart, encoding: Encoding): readonly (TextBlock | ServerBlock)[] {
  const value = blockFor(part.extensions, encoding.target.dialect);
  return value === undefined ? textBlock(part, encoding) : [{ type: 'server', value }];
}

function imageBlock(image: ImagePart, at: number, { target, losses }: Encoding): ImageBlock | TextBlock {
  const encoded = target.dialect.images.input ? encodeImage(image) : 'The model takes no images.';
  if (typeof encoded !== 'string') return { ...membersFor(image.extensions, target.dialect), ...encoded };
  losses.push({ path: `messages[${at}]`, why: `${encoded} A text stands in the image's place.` });
  return { type: 'text', text: `[An image was left out here. ${encoded}]` };
}

/** What a model thought goes back to that model alone, whole and signed, or not at all. */
function thinkingBlock(part: ReasoningPart, at: number, { target, losses }: Encoding): readonly ContentBlock[] {
  const lose = (why: string): readonly ContentBlock[] => {
    losses.push({ path: `messages[${at}]`, why });
    return [];
  };
  if (target.dialect.reasoning.echo.field === 'none') return lose('The provider takes no thinking back.');
  const { signature: ownSignature, data } = part.extensions?.['anthropic-messages'] ?? {};
  if (target.dialect.tools.native) {
    // Signed without our envelope: a provider whose replies go through as bytes made it.
    if (typeof data === 'string') return [{ type: 'redacted_thinking', data }];
    if (typeof ownSignature === 'string')
      return [{ type: 'thinking', thinking: part.texts.join(''), signature: ownSignature }];
  }
  if (part.state === undefined) return lose('Thinking without a signature cannot be given back.');
  if (!isOwn(part.state, target)) return lose('Thinking of another model cannot be given back.');
  const { signature, redacted } = part.state.value;
  if (typeof redacted === 'string') return [{ type: 'redacted_thinking', data: redacted }];
  if (typeof signature === 'string' && signature !== '')
    return [{ type: 'thinking', thinking: part.texts.join(''), signature }];
  return lose('Thinking without a signature cannot be given back.');
}

function isOwn(state: ProviderState, target: EgressTarget): boolean {
  return state.protocol === 'anthropic-messages' && state.provider === target.provider && state.model === target.model;
}

function toolUse(part: ToolCallPart, at: number, { names, target, losses }: Encoding): ContentBlock {
  return {
    ...membersFor(part.extensions, target.dialect),
    type: 'tool_use',
    id: fitCallId(part.callId, target.dialect.tools.callId),
    name: names.wireName(part.name),
    input: part.kind === 'custom' ? { [FREEFORM_ARGUMENT]: part.input } : argumentsOf(part, at, losses),
  };
}

function argumentsOf(part: ToolCallPart, at: number, losses: Loss[]): JsonObject {
  if (part.input.trim() === '') return {};
  const value = parseJson(part.input);
  if (isJsonObject(value)) return value;
  losses.push({
    path: `messages[${at}]`,
    why: `The arguments of ${part.callId} are no JSON object; they are sent as text.`,
  });
  return { arguments: part.input };
}

function toolResult(part: ToolResultPart, at: number, encoding: Encoding, lifted: ImageBlock[]): ContentBlock {
  const content: (TextBlock | ImageBlock | ServerBlock)[] = [];
  if (part.kind === 'search') content.push({ type: 'text', text: searchedToolWords(part, encoding.names) });
  else for (const piece of part.content) append(content, resultBlocks(piece, at, encoding, lifted));
  return {
    ...membersFor(part.extensions, encoding.target.dialect),
    type: 'tool_result',
    tool_use_id: fitCallId(part.callId, encoding.target.dialect.tools.callId),
    content,
    ...(part.isError === true ? { is_error: true } : {}),
  };
}

function resultBlocks(
  piece: TextPart | ImagePart,
  at: number,
  encoding: Encoding,
  lifted: ImageBlock[],
): readonly (TextBlock | ImageBlock | ServerBlock)[] {
  if (piece.type === 'text') return wordsOrWhole(piece, encoding);
  const block = imageBlock(piece, at, encoding);
  if (block.type === 'text' || encoding.target.dialect.images.inToolResults) return [block];
  lifted.push(block);
  return [{ type: 'text', text: '[The image follows the tool results.]' }];
}

type TurnBuilder = {
  readonly add: (role: Turn['role'], blocks: readonly ContentBlock[]) => void;
  readonly isEmpty: () => boolean;
  readonly finish: (losses: Loss[]) => readonly Turn[];
};

/** Adjacent turns of one role are one; the first and the last are the user's. A reply that was cut after a finished
 *  message leaves it as the last turn, which newer models refuse: https://github.com/anthropics/claude-code/issues/52433 */
function turnBuilder(): TurnBuilder {
  const turns: { role: Turn['role']; content: ContentBlock[] }[] = [];
  return {
    add: (role, blocks) => {
      if (blocks.length === 0) return;
      const last = turns.at(-1);
      if (last?.role === role) append(last.content, blocks);
      else turns.push({ role, content: [...blocks] });
    },
    isEmpty: () => turns.length === 0,
    finish: (losses) => {
      for (const [at, turn] of turns.entries()) {
        if (turn.role === 'assistant') trimThinking(turn.content, at, losses);
      }
      const spoken = merge(turns.filter((turn) => turn.content.length > 0));
      const added = (place: string): readonly Turn[] => {
        losses.push({
          path: 'messages',
          why: `The API wants a user turn ${place}; one that says "${CONTINUE}" was added.`,
        });
        return [USER_TURN];
      };
      const first = spoken[0]?.role === 'user' ? [] : added('first');
      // A turn that ends in the provider's own tool is unfinished: it goes back as it came, to be gone on with.
      const end = spoken.at(-1);
      const last = end?.role === 'assistant' && end.content.at(-1)?.type !== 'server' ? added('last') : [];
      return [...first, ...spoken, ...last];
    },
  };
}

/** The API refuses a turn that ends in thinking: its maker was interrupted before it said or did anything. */
function trimThinking(content: ContentBlock[], at: number, losses: Loss[]): void {
  for (
    let last = content.at(-1);
    last?.type === 'thinking' || last?.type === 'redacted_thinking';
    last = content.at(-1)
  ) {
    content.pop();
    losses.push({ path: `messages[${at}]`, why: 'Thinking that nothing follows cannot be given back.' });
  }
}

function merge(turns: readonly Turn[]): readonly Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === turn.role) merged[merged.length - 1] = { ...last, content: [...last.content, ...turn.content] };
    else merged.push(turn);
  }
  return merged;
}
