import type { JsonObject } from '../../ir/json.ts';
import type { Message, ToolResultPart } from '../../ir/request.ts';
import { fitCallId } from '../call-ids.ts';
import { searchedToolWords } from '../search-result.ts';
import { IMAGE_FOLLOWS, liftedImageLabel } from '../words-for-models.ts';
import { imagePart } from './encode-user-parts.ts';
import type { Encoding } from './encoding.ts';
import { type ImageDataPart, type Part, partJson } from './schema.ts';

/** The results of one model turn, in the order of its calls: the API pairs those of one name in that order.
 *  @param calls  the turn that they answer: a response bears the name of its function. */
export function encodeToolResults(message: Message, calls: Message | undefined, encoding: Encoding): readonly Part[] {
  const results: Part[] = [];
  const lifted: Part[] = [];
  const names = namesOf(calls, encoding);
  for (const part of message.parts) {
    if (part.type === 'tool-result')
      results.push(functionResponse(part, names.get(part.callId) ?? part.callId, encoding, lifted));
  }
  return [...results, ...lifted];
}

/** The functions of a turn's calls, by the ids of the calls. */
function namesOf(calls: Message | undefined, { names }: Encoding): ReadonlyMap<string, string> {
  const byId = new Map<string, string>();
  for (const part of calls?.parts ?? []) {
    if (part.type === 'tool-call' && !byId.has(part.callId)) byId.set(part.callId, names.wireName(part.name));
  }
  return byId;
}

function functionResponse(result: ToolResultPart, name: string, encoding: Encoding, lifted: Part[]): Part {
  const { target } = encoding;
  const texts: string[] = [];
  const images: ImageDataPart[] = [];
  for (const piece of result.kind === 'search' ? [] : result.content) {
    const part = piece.type === 'text' ? undefined : imagePart(piece, encoding);
    if (piece.type === 'text') texts.push(piece.text);
    else if (part?.kind === 'image') images.push(part);
    else if (part !== undefined) texts.push(part.text);
  }
  if (result.kind === 'search') texts.push(searchedToolWords(result, encoding.names));
  const fits = (image: ImageDataPart): boolean => target.dialect.images.inToolResults && 'inlineData' in image;
  const inside = images.filter(fits);
  const outside = images.filter((image) => !fits(image));
  if (outside.length > 0) {
    texts.push(IMAGE_FOLLOWS);
    lifted.push({ kind: 'text', text: liftedImageLabel(result.callId) }, ...outside);
  }
  const response: JsonObject = { [result.isError === true ? 'error' : 'output']: texts.join('\n\n') };
  return {
    kind: 'response',
    functionResponse: {
      id: fitCallId(result.callId, target.dialect.tools.callId),
      name,
      response,
      ...(inside.length === 0 ? {} : { parts: inside.map(partJson) }),
    },
  };
}
