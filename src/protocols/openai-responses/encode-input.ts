import { append } from '../../ir/append.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type {
  ImagePart,
  Message,
  OpaquePart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../ir/request.ts';
import { fitCallId } from '../call-ids.ts';
import { pairToolResults } from '../conversation.ts';
import { wrapFreeform } from '../freeform.ts';
import type { EgressTarget } from '../protocol.ts';
import { searchedTools, searchedToolWords } from '../search-result.ts';
import type { ToolNames } from '../tool-names.ts';
import { IMAGE_FOLLOWS, liftedImageLabel, UNSEEN_IMAGE } from '../words-for-models.ts';
import { ITEM } from './compaction.ts';
import { INSTRUCTIONS } from './decode-request.ts';
import { encodeReasoning } from './encode-reasoning.ts';

/** @property instructions  what the client sent under that name. */
export type EncodedInput = { readonly instructions?: string; readonly items: readonly JsonObject[] };

/** The conversation as input items. Ids are never sent: without stored replies they name nothing.
 *  @param instruction  words to add to the end of the leading instructions. */
export function encodeInput(
  messages: readonly Message[],
  target: EgressTarget,
  names: ToolNames,
  instruction: string | undefined,
): Translated<EncodedInput> {
  // The API's maker takes a history as its own client sends it; servers behind it build a chat template from it.
  const isNative = target.dialect.tools.native;
  const paired = isNative ? { value: messages, losses: [] } : pairToolResults(messages);
  const encoder = new InputEncoder(target, names);
  const [first] = paired.value;
  const instructions = first === undefined ? undefined : instructionsOf(first);
  const rest = instructions === undefined ? paired.value : paired.value.slice(1);
  const opening = rest.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const leading = opening === -1 ? rest : rest.slice(0, opening);
  encoder.leading(leading, instruction);
  for (const message of rest.slice(leading.length)) encoder.message(message);
  return {
    value: { ...(instructions === undefined ? {} : { instructions }), items: encoder.items },
    losses: [...paired.losses, ...encoder.losses()],
  };
}

function instructionsOf(message: Message): string | undefined {
  const [part] = message.parts;
  const isMarked = message.extensions?.['openai-responses']?.[INSTRUCTIONS] === true;
  return isMarked && part?.type === 'text' ? part.text : undefined;
}

class InputEncoder {
  readonly items: JsonObject[] = [];
  readonly #target: EgressTarget;
  readonly #names: ToolNames;
  readonly #losses = new Map<string, number>();

  constructor(target: EgressTarget, names: ToolNames) {
    this.#target = target;
    this.#names = names;
  }

  /** A history holds the same loss many times over: it is told once, with its number. */
  losses(): Loss[] {
    return [...this.#losses].map(([why, times]) => ({ path: 'input', why: `${times} ${why}` }));
  }

  /** Instructions before the first other message: one where the provider takes only one. */
  leading(messages: readonly Message[], instruction: string | undefined): void {
    const { placement, instructions: role } = this.#target.dialect.roles;
    const extra: Message[] =
      instruction === undefined ? [] : [{ role: 'developer', parts: [{ type: 'text', text: instruction }] }];
    const all = [...messages, ...extra];
    if (placement === 'anywhere') for (const message of all) this.#speak(this.#roleOf(message), message);
    else if (all.length > 0) {
      const texts = all.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])));
      if (!texts.some((text) => this.#isSent(text))) return;
      this.items.push({ type: 'message', role, content: [{ type: 'input_text', text: texts.join('\n\n') }] });
    }
  }

  message(message: Message): void {
    const { placement, laterAs } = this.#target.dialect.roles;
    switch (message.role) {
      case 'system':
      case 'developer':
        this.#speak(placement === 'first' ? laterAs : this.#roleOf(message), message);
        break;
      case 'user':
        this.#speak('user', message);
        break;
      case 'assistant': {
        const hasCall = message.parts.some(({ type }) => type === 'tool-call');
        for (const part of message.parts) this.#assistantPart(part, hasCall);
        break;
      }
      case 'tool':
        this.#results(message);
        break;
    }
  }

  #roleOf({ role }: Message): string {
    return this.#target.dialect.tools.native ? role : this.#target.dialect.roles.instructions;
  }

  #speak(role: string, message: Message): void {
    const own = this.#target.dialect.tools.native ? message.extensions?.['openai-responses'] : undefined;
    const item = own?.[ITEM];
    if (isJsonObject(item)) {
      this.items.push(withoutId(item));
      return;
    }
    const content = this.#content(message.parts);
    if (content.length > 0) this.items.push({ type: 'message', role, content, ...own });
  }

  #content(parts: readonly Part[]): JsonObject[] {
    return parts.flatMap((part) => {
      switch (part.type) {
        case 'image':
          return [this.#piece(part)];
        case 'text':
        case 'refusal':
          return this.#isSent(part.text) ? [{ type: 'input_text', text: part.text }] : [];
        case 'opaque':
          this.#count(opaqueLoss(part));
          return [];
        default:
          return [];
      }
    });
  }

  /** Servers behind a chat template refuse text without a visible character, and go on doing so with every later request. */
  #isSent(text: string): boolean {
    return this.#target.dialect.tools.native || /\S/.test(text);
  }

  #piece(part: TextPart | ImagePart): JsonObject {
    if (part.type === 'text') return { type: 'input_text', text: part.text };
    if (!this.#target.dialect.images.input) {
      this.#count('images are left out: the model takes text only.');
      return { type: 'input_text', text: UNSEEN_IMAGE };
    }
    return { type: 'input_image', image_url: part.url, detail: part.detail ?? 'auto' };
  }

  #assistantPart(part: Part, hasCall: boolean): void {
    switch (part.type) {
      case 'text': {
        if (!this.#isSent(part.text)) break;
        const phase = this.#target.dialect.tools.native && part.phase !== undefined ? { phase: part.phase } : {};
        const content = [{ type: 'output_text', text: part.text }];
        this.items.push({ type: 'message', role: 'assistant', content, ...phase });
        break;
      }
      case 'refusal':
        this.items.push({ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: part.text }] });
        break;
      case 'reasoning':
        this.#reasoning(part, hasCall);
        break;
      case 'tool-call':
        this.items.push(this.#call(part));
        break;
      case 'opaque':
        if (part.protocol === 'openai-responses' && this.#target.dialect.tools.native)
          this.items.push(withoutId(part.value));
        else this.#count(opaqueLoss(part));
        break;
      case 'image':
        this.#count('images in the words of the assistant are left out: the API has no place for them.');
        break;
      case 'tool-result':
        break;
    }
  }

  #reasoning(part: ReasoningPart, hasCall: boolean): void {
    const { item, loss } = encodeReasoning(part, this.#target, hasCall);
    if (item !== undefined) this.items.push(item);
    if (loss !== undefined) this.#count(loss);
  }

  #call({ callId, kind, name, input }: ToolCallPart): JsonObject {
    const id = fitCallId(callId, this.#target.dialect.tools.callId);
    if (!this.#target.dialect.tools.native) {
      const text = kind === 'custom' ? wrapFreeform(input) : input;
      return { type: 'function_call', call_id: id, name: this.#names.wireName(name), arguments: text };
    }
    const namespace = name.namespace === undefined ? {} : { namespace: name.namespace };
    switch (kind) {
      case 'function':
        return { type: 'function_call', call_id: id, name: name.name, ...namespace, arguments: input };
      case 'custom':
        return { type: 'custom_tool_call', call_id: id, name: name.name, ...namespace, input };
      case 'search':
        return {
          type: 'tool_search_call',
          call_id: id,
          execution: 'client',
          status: 'completed',
          arguments: parseJson(input) ?? input,
        };
    }
  }

  #results(message: Message): void {
    const lifted: JsonObject[] = [];
    for (const part of message.parts) if (part.type === 'tool-result') this.items.push(this.#result(part, lifted));
    if (lifted.length > 0) this.items.push({ type: 'message', role: 'user', content: lifted });
  }

  /** @param lifted  takes the images, where the provider has no place for them in an output. */
  #result(part: ToolResultPart, lifted: JsonObject[]): JsonObject {
    const { tools, images } = this.#target.dialect;
    const id = fitCallId(part.callId, tools.callId);
    if (part.kind === 'search') return this.#found(part, id);
    const type = tools.native && part.kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output';
    const pictures = part.content.filter((piece) => piece.type === 'image');
    if (images.inToolResults && pictures.length > 0) {
      return { type, call_id: id, output: part.content.map((piece) => this.#piece(piece)) };
    }
    if (images.input && pictures.length > 0) {
      lifted.push({ type: 'input_text', text: liftedImageLabel(id) });
      append(
        lifted,
        pictures.map((picture) => this.#piece(picture)),
      );
    }
    return { type, call_id: id, output: this.#output(part.content) };
  }

  #found(part: ToolResultPart, id: string): JsonObject {
    if (!this.#target.dialect.tools.native) {
      return { type: 'function_call_output', call_id: id, output: searchedToolWords(part, this.#names) };
    }
    const tools = searchedTools(part);
    return { type: 'tool_search_output', call_id: id, execution: 'client', status: 'completed', tools };
  }

  #output(content: readonly (TextPart | ImagePart)[]): string | JsonObject[] {
    const [only, ...others] = content;
    if (only?.type === 'text' && others.length === 0) return only.text;
    if (this.#target.dialect.tools.native) return content.map((piece) => this.#piece(piece));
    const words = this.#target.dialect.images.input ? IMAGE_FOLLOWS : UNSEEN_IMAGE;
    const texts = content.map((piece) => {
      if (piece.type === 'text') return piece.text;
      if (!this.#target.dialect.images.input) this.#count('images are left out: the model takes text only.');
      return words;
    });
    return texts.join('\n');
  }

  #count(why: string): void {
    this.#losses.set(why, (this.#losses.get(why) ?? 0) + 1);
  }
}

function opaqueLoss(part: OpaquePart): string {
  return `items of type "${String(part.value['type'] ?? '')}" are left out: the provider does not know them.`;
}

function withoutId(item: JsonObject): JsonObject {
  const { id: _, ...rest } = item;
  return rest;
}
