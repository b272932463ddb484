import { append } from '../ir/append.ts';
import { unreachable } from '../ir/non-empty.ts';
import type { InferenceRequest, Message, Part, ToolDefinition } from '../ir/request.ts';

/** What of a request a model reads. */
export type CountedRequest = Pick<InferenceRequest, 'messages' | 'tools' | 'outputFormat'>;

/** @property texts  what is to be counted as text.
 *  @property fixed  tokens beside it: the marks between messages, and images, whose size in tokens no text tells. */
export type RequestText = { readonly texts: readonly string[]; readonly fixed: number };

/** The marks around one message or one tool, and those that open the reply. */
const PER_MESSAGE = 4;
const PER_TOOL = 8;
const REPLY = 3;
/** A screenshot at a megapixel: providers count between 260 and 1,600. */
const PER_IMAGE = 1_100;

/** Everything in a request that a model reads, apart from what only its maker could count (encrypted thinking). */
export function requestText({ messages, tools, outputFormat }: CountedRequest): RequestText {
  const texts: string[] = [];
  let images = 0;
  const addParts = (parts: Message['parts']): void => {
    for (const part of parts) {
      if (part.type === 'image') images += 1;
      else if (part.type === 'tool-result') addParts(part.content);
      else append(texts, partTexts(part));
    }
  };
  for (const message of messages) addParts(message.parts);
  append(texts, tools.map(toolText));
  if (outputFormat.type === 'json-schema') texts.push(JSON.stringify(outputFormat.schema));
  const fixed = REPLY + messages.length * PER_MESSAGE + tools.length * PER_TOOL + images * PER_IMAGE;
  return { texts, fixed };
}

function partTexts(part: Exclude<Part, { readonly type: 'image' | 'tool-result' }>): readonly string[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [part.text];
    case 'reasoning':
      return part.texts;
    case 'tool-call':
      return [part.name.name, part.input];
    case 'opaque':
      return [JSON.stringify(part.value)];
    default:
      return unreachable(part);
  }
}

function toolText(tool: ToolDefinition): string {
  switch (tool.kind) {
    case 'function':
    case 'search':
      return `${tool.name.name}\n${tool.description ?? ''}\n${JSON.stringify(tool.parameters ?? {})}`;
    case 'custom':
      return `${tool.name.name}\n${tool.description ?? ''}\n${tool.grammar?.definition ?? ''}`;
    case 'hosted':
      return JSON.stringify(tool.value);
    default:
      return unreachable(tool);
  }
}
