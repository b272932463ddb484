import type { JsonObject } from '../../ir/json.ts';
import type { ImagePart, RefusalPart, TextPart } from '../../ir/request.ts';
import { parseAt, unsupported } from '../parse-request.ts';
import { partSchemas } from './schema.ts';

export type ContentPart = TextPart | ImagePart | RefusalPart;

/** The content of a message, a tool output or a summary.
 *  @param phase  Codex's mark on assistant text.
 *  @throws GatewayError invalid-request, or unsupported for files and sounds. */
export function decodeContent(content: string | readonly JsonObject[], at: string, phase?: string): ContentPart[] {
  const mark = phase === undefined ? {} : { phase };
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content, ...mark }];
  return content.map((part, index) => {
    const decoded = decodePart(part, `${at}[${index}]`);
    return decoded.type === 'text' ? { ...decoded, ...mark } : decoded;
  });
}

/** The content of a tool output, in which a refusal has no place. */
export function decodeOutput(content: string | readonly JsonObject[], at: string): (TextPart | ImagePart)[] {
  if (content === '') return [{ type: 'text', text: '' }];
  return decodeContent(content, at).map((part) => (part.type === 'refusal' ? { type: 'text', text: part.text } : part));
}

function decodePart(part: JsonObject, at: string): ContentPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'summary_text':
    case 'reasoning_text':
    case 'text':
      return { type: 'text', text: parseAt(partSchemas.text, part, at).text };
    case 'refusal':
      return { type: 'refusal', text: parseAt(partSchemas.refusal, part, at).refusal };
    case 'input_image': {
      const { image_url: url, detail } = parseAt(partSchemas.image, part, at);
      if (url === undefined || url === null)
        throw unsupported(`${at}.file_id`, 'send the image itself as `image_url`.');
      return { type: 'image', url, ...(detail === undefined || detail === null ? {} : { detail }) };
    }
    case 'encrypted_content':
      // Messages between Codex's agents: on any provider but OpenAI's own it holds plain text.
      return { type: 'text', text: parseAt(partSchemas.encrypted, part, at).encrypted_content };
    default:
      throw unsupported(
        at,
        `a content part of type ${JSON.stringify(part['type'])} cannot be carried; send text or images.`,
      );
  }
}
