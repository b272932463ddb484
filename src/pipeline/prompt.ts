import { type JsonObject, jsonText } from '../ir/json.ts';
import { topLevelMembers } from '../wire/json-edit.ts';

/** What a provider caches of a body: members of a JSON object, without its braces.
 *  @property form  `bytes`: the client's own, each byte a character. Two forms of one prompt are not alike. */
export type Prompt = { readonly form: 'text' | 'bytes'; readonly text: string };

/** Of a body that we encoded, in which these members stand together.
 *  @param text    the body as it goes out. @param members  in the order in which the provider reads them. */
export function promptOfText(text: string, body: JsonObject, members: readonly string[]): Prompt {
  const names = Object.keys(body).filter((name) => body[name] !== undefined);
  const first = names.findIndex((name) => members.includes(name));
  if (first === -1) return { form: 'text', text: '' };
  const last = names.findLastIndex((name) => members.includes(name));
  // The others are short, so that they are written once more rather than looked for.
  const lengthOf = (others: readonly string[]): number =>
    others.length === 0 ? 0 : jsonText(Object.fromEntries(others.map((name) => [name, body[name] ?? null]))).length - 1;
  const end = text.length - 1 - lengthOf(names.slice(last + 1));
  return { form: 'text', text: text.slice(1 + lengthOf(names.slice(0, first)), end) };
}

/** Of a client's own body, whose members stand in any order. @param body  JSON, as the outline has found. */
export function promptOfBytes(body: Uint8Array, members: readonly string[]): Prompt {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const found = topLevelMembers(body);
  const texts = members.flatMap((name) => {
    const member = found.find(({ key }) => key === name);
    return member === undefined ? [] : [bytes.toString('latin1', member.keyStart, member.valueEnd)];
  });
  return { form: 'bytes', text: texts.join(',') };
}
