import type { ImagePart } from '../../ir/request.ts';
import type { ImageBlock } from './schema.ts';

/** @see https://platform.claude.com/docs/en/build-with-claude/vision */
const MEDIA_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** @returns why it cannot be sent, where it cannot. */
export function encodeImage(image: ImagePart): ImageBlock | string {
  if (/^https?:\/\//i.test(image.url)) return { type: 'image', source: { type: 'url', url: image.url } };
  const data = /^data:([^;,]+)(?:;[^;,]*)*;base64,/i.exec(image.url);
  if (data === null) return 'The image is neither a web address nor base64 data.';
  const type = data[1]?.toLowerCase() ?? '';
  const mediaType = type === 'image/jpg' ? 'image/jpeg' : type;
  if (!MEDIA_TYPES.includes(mediaType)) return `The provider takes no images of type ${mediaType}.`;
  return {
    type: 'image',
    source: { type: 'base64', media_type: mediaType, data: image.url.slice(data[0].length) },
  };
}
