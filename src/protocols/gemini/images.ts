import type { ImagePart } from '../../ir/request.ts';
import type { ImageDataPart } from './schema.ts';

/** @see https://ai.google.dev/gemini-api/docs/image-understanding */
const MEDIA_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'];

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
]);

/** Does a web address say what the image is? */
export function tellsType(url: string): boolean {
  return EXTENSIONS.has(extensionOf(url));
}

function extensionOf(url: string): string {
  return /\.([a-z]+)(?:[?#].*)?$/i.exec(url)?.[1]?.toLowerCase() ?? '';
}

/** A web address goes as it is, and the provider fetches it; its type is told by its ending, and is JPEG where that says
 *  nothing. @returns why the image cannot be sent, where it cannot.
 *  @see https://ai.google.dev/gemini-api/docs/file-input-methods */
export function encodeImage(image: ImagePart): ImageDataPart | string {
  if (/^(https?|gs):\/\//i.test(image.url)) {
    const extension = extensionOf(image.url);
    if (extension === 'gif') return 'The provider takes no images of type image/gif.';
    return { kind: 'image', fileData: { mimeType: EXTENSIONS.get(extension) ?? 'image/jpeg', fileUri: image.url } };
  }
  const data = /^data:([^;,]+)(?:;[^;,]*)*;base64,/i.exec(image.url);
  if (data === null) return 'The image is neither a web address nor base64 data.';
  const type = data[1]?.toLowerCase() ?? '';
  const mimeType = type === 'image/jpg' ? 'image/jpeg' : type;
  if (!MEDIA_TYPES.includes(mimeType)) return `The provider takes no images of type ${mimeType}.`;
  return { kind: 'image', inlineData: { mimeType, data: image.url.slice(data[0].length) } };
}
