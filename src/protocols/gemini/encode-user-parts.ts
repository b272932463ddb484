import type { ImagePart, Part as MessagePart } from '../../ir/request.ts';
import type { Encoding } from './encoding.ts';
import { encodeImage, tellsType } from './images.ts';
import type { ImageDataPart, Part, TextPart } from './schema.ts';

export function encodeUserParts(parts: readonly MessagePart[], encoding: Encoding): readonly Part[] {
  return parts.flatMap((part): readonly Part[] => {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return textPart(part.text);
      case 'image':
        return [imagePart(part, encoding)];
      case 'opaque':
        if (part.protocol === 'gemini') return [{ kind: 'own', value: part.value }];
        encoding.losses.push({ path: encoding.path, why: `An item that only ${part.protocol} knows was left out.` });
        return [];
      default:
        encoding.losses.push({ path: encoding.path, why: `A part of type ${part.type} has no place in a user turn.` });
        return [];
    }
  });
}

/** The API refuses a part without a visible character. */
export function textPart(text: string): readonly TextPart[] {
  return /\S/.test(text) ? [{ kind: 'text', text }] : [];
}

export function imagePart(image: ImagePart, { target, path, losses }: Encoding): ImageDataPart | TextPart {
  const encoded = target.dialect.images.input ? encodeImage(image) : 'The model takes no images.';
  if (typeof encoded !== 'string') {
    if ('fileData' in encoded && !tellsType(image.url))
      losses.push({ path, why: 'The address of an image does not say its type; it is sent as JPEG.' });
    return encoded;
  }
  losses.push({ path, why: `${encoded} A text stands in the image's place.` });
  return { kind: 'text', text: `[An image was left out here. ${encoded}]` };
}
