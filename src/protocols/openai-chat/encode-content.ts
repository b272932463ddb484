import type { Json, JsonObject } from '../../ir/json.ts';
import type { ImagePart, Part, TextPart } from '../../ir/request.ts';
import { UNSEEN_IMAGE } from '../words-for-models.ts';
import type { LossNotes } from './losses.ts';

/** A message's text and images: a string where there are no images, since not every server takes a list. */
export type ChatContent = string | readonly JsonObject[];

/** @param separator  between two texts that become one string. */
export function encodeContent(
  parts: readonly (TextPart | ImagePart)[],
  sees: boolean,
  separator: string,
  losses: LossNotes,
): ChatContent {
  if (sees && parts.some((part) => part.type === 'image')) {
    return parts.map((part) => (part.type === 'image' ? imagePart(part) : { type: 'text', text: part.text }));
  }
  const texts = parts.map((part) => {
    if (part.type === 'text') return part.text;
    losses.count('messages', 'An image is left out: the model takes text only.');
    return UNSEEN_IMAGE;
  });
  return texts.join(separator);
}

/** The content of a message as a list. */
export function contentParts(content: Json | undefined): readonly JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : [];
}

export function imagePart(image: ImagePart): JsonObject {
  // `original` is a newer word for the best that there is.
  const detail = image.detail === 'original' ? 'high' : image.detail;
  return { type: 'image_url', image_url: detail === undefined ? { url: image.url } : { url: image.url, detail } };
}

/** The parts that any message may hold. Text without a visible character is none: several providers refuse it for ever.
 *  Parts that only another protocol understands are a Loss. */
export function textsAndImages(parts: readonly Part[], losses: LossNotes): readonly (TextPart | ImagePart)[] {
  const content: (TextPart | ImagePart)[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'image':
        content.push(part);
        break;
      case 'text':
      case 'refusal':
        if (/\S/.test(part.text)) content.push({ type: 'text', text: part.text });
        break;
      case 'opaque':
        losses.count(
          'messages',
          `An item of type "${String(part.value['type'] ?? '')}" has no form in Chat Completions.`,
        );
        break;
      case 'reasoning':
      case 'tool-call':
      case 'tool-result':
        // The assistant's and the tools' own parts are encoded elsewhere.
        break;
    }
  }
  return content;
}
