import { append } from '../../ir/append.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Translated } from '../../ir/loss.ts';
import type { ImagePart, Message, ToolResultPart } from '../../ir/request.ts';
import { fitCallId } from '../call-ids.ts';
import { CONTINUE, pairToolResults } from '../conversation.ts';
import type { EgressTarget } from '../protocol.ts';
import { searchedToolWords } from '../search-result.ts';
import type { ToolNames } from '../tool-names.ts';
import { IMAGE_FOLLOWS, liftedImageLabel, UNSEEN_IMAGE } from '../words-for-models.ts';
import { bridgeTurns } from './bridge-turns.ts';
import { SPEAKER } from './decode-messages.ts';
import { encodeAssistant } from './encode-assistant.ts';
import { encodeContent, imagePart, textsAndImages } from './encode-content.ts';
import { type LossNotes, lossNotes } from './losses.ts';

/** The conversation as Chat Completions has it.
 *  @param instruction  words to add to the end of the leading instructions. */
export function encodeMessages(
  messages: readonly Message[],
  target: EgressTarget,
  names: ToolNames,
  instruction: string | undefined,
): Translated<readonly JsonObject[]> {
  const paired = pairToolResults(messages);
  const losses = lossNotes();
  const opening = paired.value.findIndex((message) => !isInstruction(message));
  const leading = opening === -1 ? paired.value : paired.value.slice(0, opening);
  const encoded: JsonObject[] = encodeInstructions(leading, instruction, target, losses);
  const toolTurns = findToolTurns(paired.value);
  const { laterAs, placement, instructions } = target.dialect.roles;
  for (const message of paired.value.slice(leading.length)) {
    switch (message.role) {
      case 'system':
      case 'developer': {
        const content = instructionText(message, losses);
        if (content !== '')
          encoded.push({ role: placement === 'first' ? laterAs : instructions, content, ...speaker(message) });
        break;
      }
      case 'user': {
        const parts = textsAndImages(message.parts, losses);
        if (parts.length === 0) break;
        const content = encodeContent(parts, target.dialect.images.input, '\n\n', losses);
        encoded.push({ role: 'user', content, ...speaker(message) });
        break;
      }
      case 'assistant': {
        const turn = encodeAssistant(message, toolTurns.has(message), target, names, losses);
        if (turn !== undefined) encoded.push(turn);
        break;
      }
      case 'tool':
        append(encoded, encodeResults(message, target, names, losses));
        break;
    }
  }
  // A reply that was cut after a finished message leaves it as the last one, which some providers refuse.
  // Source: https://github.com/0xPlaygrounds/rig/issues/708
  if (encoded.at(-1)?.['role'] === 'assistant' || !encoded.some(isInput)) {
    losses.add('messages', `Nobody had spoken to the model since it spoke; a user turn "${CONTINUE}" was added.`);
    encoded.push({ role: 'user', content: CONTINUE });
  }
  const bridged = target.dialect.roles.userAfterTool === false ? bridgeTurns(encoded, losses) : encoded;
  return { value: bridged, losses: [...paired.losses, ...losses.all()] };
}

/** Who speaks, where a client of this protocol said so. */
function speaker({ extensions }: Message): JsonObject {
  const name = extensions?.['openai-chat']?.[SPEAKER];
  return name === undefined ? {} : { name };
}

function isInput({ role }: JsonObject): boolean {
  return role === 'user' || role === 'tool';
}

function isInstruction(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer';
}

/** Messages before the user's first word: one where the provider takes only one, else each as it came. */
function encodeInstructions(
  leading: readonly Message[],
  instruction: string | undefined,
  target: EgressTarget,
  losses: LossNotes,
): JsonObject[] {
  const texts = leading.map((message) => instructionText(message, losses));
  const all = [...texts, instruction ?? ''].filter((text) => text !== '');
  const { instructions: role, placement } = target.dialect.roles;
  if (all.length === 0) return [];
  return placement === 'first' ? [{ role, content: all.join('\n\n') }] : all.map((content) => ({ role, content }));
}

function instructionText(message: Message, losses: LossNotes): string {
  const content = encodeContent(textsAndImages(message.parts, losses), false, '\n\n', losses);
  return typeof content === 'string' ? content : '';
}

/** Assistant messages between two words of the user among which a tool was called. */
function findToolTurns(messages: readonly Message[]): ReadonlySet<Message> {
  const inToolTurns = new Set<Message>();
  let turn: Message[] = [];
  const close = (): void => {
    if (turn.some((message) => message.parts.some((part) => part.type === 'tool-call'))) {
      for (const message of turn) inToolTurns.add(message);
    }
    turn = [];
  };
  for (const message of messages) {
    if (message.role === 'user') close();
    else if (message.role === 'assistant') turn.push(message);
  }
  close();
  return inToolTurns;
}

/** The outputs of one turn's calls. Images go into a user message after all of them, where the provider takes none in
 *  an output: as text, one picture would cost a hundred thousand tokens. */
function encodeResults(
  message: Message,
  target: EgressTarget,
  names: ToolNames,
  losses: LossNotes,
): readonly JsonObject[] {
  const { images } = target.dialect;
  const encoded: JsonObject[] = [];
  const lifted: JsonObject[] = [];
  for (const part of message.parts) {
    if (part.type !== 'tool-result') continue;
    const id = fitCallId(part.callId, target.dialect.tools.callId);
    if (part.kind === 'search') {
      encoded.push({ role: 'tool', tool_call_id: id, content: searchedToolWords(part, names) });
      continue;
    }
    const pictures = part.content.filter((piece) => piece.type === 'image');
    if (pictures.length === 0 || images.inToolResults) {
      const content = encodeContent(part.content, images.input, '\n', losses);
      encoded.push({ role: 'tool', tool_call_id: id, content });
      continue;
    }
    encoded.push({ role: 'tool', tool_call_id: id, content: textOfResult(part, images.input) });
    if (!images.input) {
      for (const _ of pictures) losses.count('messages', 'An image is left out: the model takes text only.');
    } else append(lifted, liftImages(id, pictures));
  }
  return lifted.length === 0 ? encoded : [...encoded, { role: 'user', content: lifted }];
}

function textOfResult(result: ToolResultPart, sees: boolean): string {
  const words = sees ? IMAGE_FOLLOWS : UNSEEN_IMAGE;
  return result.content.map((piece) => (piece.type === 'image' ? words : piece.text)).join('\n');
}

function liftImages(callId: string, images: readonly ImagePart[]): readonly JsonObject[] {
  const label = { type: 'text', text: liftedImageLabel(callId) };
  return [label, ...images.map(imagePart)];
}
