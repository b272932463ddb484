import type { JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { ImagePart, TextPart } from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { ownMembers, wholeBlock } from './own-members.ts';
import { blockSchemas } from './request-schema.ts';

export type ContentPart = TextPart | ImagePart;

/** Where blocks are read.
 *  @property found  hears of a deferred tool that the conversation has brought up. */
export type Reading = { readonly losses: Loss[]; readonly found: (tool: string) => void };

/** Text, images, documents and search results, in a message or in a tool's result.
 *  @throws GatewayError invalid-request, or unsupported for what is stored at the provider. */
export function decodeContent(
  content: string | readonly JsonObject[],
  at: string,
  reading: Reading,
): readonly ContentPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return content.flatMap((block, index) => decodeBlock(block, `${at}[${index}]`, reading));
}

export function decodeBlock(block: JsonObject, at: string, reading: Reading): readonly ContentPart[] {
  switch (block['type']) {
    case 'text':
      return [decodeText(block, at)];
    case 'image':
      return [decodeImage(block, at)];
    case 'document':
      return decodeDocument(block, at, reading);
    case 'search_result':
      return [decodeSearchResult(block, at)];
    case 'tool_reference': {
      const { tool_name: name } = parseAt(blockSchemas.toolReference, block, at);
      reading.found(name);
      return [{ type: 'text', text: `The tool ${name} can be called from now on.`, ...wholeBlock(block) }];
    }
    default:
      throw unsupported(at, `a block of type ${JSON.stringify(block['type'])} cannot be carried to another provider.`);
  }
}

const TEXT_MEMBERS: ReadonlySet<string> = new Set(['type', 'text']);

export function decodeText(block: JsonObject, at: string): TextPart {
  return { type: 'text', text: parseAt(blockSchemas.text, block, at).text, ...ownMembers(block, TEXT_MEMBERS) };
}

const IMAGE_MEMBERS: ReadonlySet<string> = new Set(['type', 'source']);

function decodeImage(block: JsonObject, at: string): ImagePart {
  const { source } = parseAt(blockSchemas.image, block, at);
  const rest = ownMembers(block, IMAGE_MEMBERS);
  switch (source['type']) {
    case 'base64': {
      const { media_type: mediaType, data } = parseAt(blockSchemas.base64, source, `${at}.source`);
      return { type: 'image', url: `data:${mediaType};base64,${data}`, ...rest };
    }
    case 'url':
      return { type: 'image', url: parseAt(blockSchemas.url, source, `${at}.source`).url, ...rest };
    case 'file':
      throw unsupported(`${at}.source`, 'a file stored at a provider is not at hand; send the image itself.');
    default:
      throw invalid(`${at}.source.type`, 'expected "base64" or "url"');
  }
}

/** A document of text is told as text, under its title; a provider of this API gets it as it came. */
function decodeDocument(block: JsonObject, at: string, reading: Reading): readonly ContentPart[] {
  const { source, title, context } = parseAt(blockSchemas.document, block, at);
  const place = `${at}.source`;
  const name = title ?? 'without a title';
  const told = (text: string): TextPart => {
    const about = context === null || context === undefined ? '' : `${context}\n\n`;
    return { type: 'text', text: `Document (${name}):\n\n${about}${text}`, ...wholeBlock(block) };
  };
  switch (source['type']) {
    case 'text':
      return [told(parseAt(blockSchemas.plainText, source, place).data)];
    case 'content': {
      const { content } = parseAt(blockSchemas.contentSource, source, place);
      // Documents do not nest.
      const odd =
        typeof content === 'string' ? -1 : content.findIndex(({ type }) => type !== 'text' && type !== 'image');
      if (odd >= 0) throw invalid(`${place}.content[${odd}].type`, 'expected "text" or "image"');
      const parts = decodeContent(content, `${place}.content`, reading);
      const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
      const images = parts.filter((part) => part.type === 'image');
      return images.length === 0 ? [told(texts.join('\n'))] : [{ type: 'text', text: `Document (${name}):` }, ...parts];
    }
    case 'base64':
    case 'url':
      reading.losses.push({
        path: at,
        why: 'Only a provider of the Messages API is sent a PDF; the models of others are told that one stood here.',
      });
      return [
        {
          type: 'text',
          text: `[A PDF document (${name}) stood here. It cannot be shown to you.]`,
          ...wholeBlock(block),
        },
      ];
    case 'file':
      throw unsupported(place, 'a file stored at a provider is not at hand; send the document itself.');
    default:
      throw invalid(`${place}.type`, 'expected "base64", "text", "content" or "url"');
  }
}

function decodeSearchResult(block: JsonObject, at: string): TextPart {
  const { source, title, content } = parseAt(blockSchemas.searchResult, block, at);
  const texts = content.map((part, index) => parseAt(blockSchemas.text, part, `${at}.content[${index}]`).text);
  return { type: 'text', text: `Search result: ${title}\n${source}\n\n${texts.join('\n')}`, ...wholeBlock(block) };
}
