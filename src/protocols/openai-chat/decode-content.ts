import type { JsonObject } from '../../ir/json.ts';
import type { ImagePart, RefusalPart, TextPart } from '../../ir/request.ts';
import { parseAt, unsupported } from '../parse-request.ts';
import type { LossNotes } from './losses.ts';
import { partSchemas } from './schema.ts';

export type ContentPart = TextPart | ImagePart | RefusalPart;
export type WireContent = string | readonly JsonObject[] | null | undefined;

/** The content of a message: a text, or a list of parts.
 *  @throws GatewayError invalid-request, or unsupported for files and sounds. */
export function decodeContent(content: WireContent, at: string, losses: LossNotes): readonly ContentPart[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((part, index) => decodePart(part, `${at}[${index}]`, losses));
}

/** What a tool answered, in which a refusal has no place. */
export function decodeOutput(content: WireContent, at: string, losses: LossNotes): readonly (TextPart | ImagePart)[] {
  const parts = decodeContent(content, at, losses);
  if (parts.length === 0) return [{ type: 'text', text: '' }];
  return parts.map((part) => (part.type === 'refusal' ? { type: 'text', text: part.text } : part));
}

/** Clients mark where a prompt cache may cut; the gateway sets its own marks, on ends that stay where they are. */
const CACHE_MARKS = ['prompt_cache_breakpoint', 'cache_control'];

function decodePart(part: JsonObject, at: string, losses: LossNotes): ContentPart {
  for (const mark of CACHE_MARKS) {
    if (part[mark] !== undefined && part[mark] !== null)
      losses.count(`messages.${mark}`, 'The gateway marks the ends of the prompt cache itself.');
  }
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: parseAt(partSchemas.text, part, at).text };
    case 'refusal':
      return { type: 'refusal', text: parseAt(partSchemas.refusal, part, at).refusal };
    case 'image_url': {
      const { image_url: image } = parseAt(partSchemas.image, part, at);
      if (typeof image === 'string') return { type: 'image', url: image };
      const { url, detail } = image;
      return { type: 'image', url, ...(typeof detail === 'string' ? { detail } : {}) };
    }
    default:
      throw unsupported(
        at,
        `a content part of type ${JSON.stringify(part['type'])} cannot be carried; send text or images.`,
      );
  }
}
