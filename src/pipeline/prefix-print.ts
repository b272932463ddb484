import { crc32 } from 'node:zlib';
import { topLevelMembers } from '../wire/json-edit.ts';
import type { Prompt } from './prompt.ts';

/** Characters of a prompt that one number stands for. */
const CHUNK = 1_024;
/** What is longer is not compared. */
const MAX_LENGTH = 4 * 1_024 * 1_024;

/** What is remembered of a prompt, without a word of it: a checksum for each chunk, and its length in characters without
 *  the brackets that close it. */
export type PrefixPrint = { readonly form: Prompt['form']; readonly length: number; readonly sums: Uint32Array };

/** How much of an earlier prompt a later one repeats, in characters, to the chunk.
 *  @property member  of the later one, in which the first difference lies: `messages`; or two, where that chunk holds
 *                    the end of one and more: `tools..messages`. */
export type PrefixComparison = { readonly kept: number; readonly of: number; readonly member?: string };

/** A body's text as a provider compares it: cache marks move on with the conversation and are no part of it. In a JSON
 *  text this can stand for nothing else, since a quotation mark inside a string is escaped. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARK, '');
}

/** Last in its block, where we set it, or first, where a client's own is given back. */
const MARK = /,"cache_control":\{"type":"ephemeral"[^}]*\}|(?<=\{)"cache_control":\{"type":"ephemeral"[^}]*\},/g;

/** @param prompt  without marks. @param known  what was compared with it just now: its sums are not reckoned again. */
export function printOf(
  { form, text }: Prompt,
  known?: { readonly before: PrefixPrint; readonly kept: number },
): PrefixPrint | undefined {
  const length = lengthWithoutClosers(text);
  if (length > MAX_LENGTH) return undefined;
  const sums = new Uint32Array(Math.ceil(length / CHUNK));
  const same = known === undefined ? 0 : Math.floor(Math.min(known.kept, length) / CHUNK);
  if (known !== undefined) sums.set(known.before.sums.subarray(0, same));
  for (let index = same; index < sums.length; index += 1) sums[index] = chunkSum(text, index, length);
  return { form, length, sums };
}

/** @param prompt  without marks, in the same form. */
export function comparePrefix(before: PrefixPrint, prompt: Prompt): PrefixComparison {
  const { text } = prompt;
  const differs = before.sums.findIndex((sum, index) => sum !== chunkSum(text, index, before.length));
  if (differs === -1) return { kept: before.length, of: before.length };
  const kept = differs * CHUNK;
  const member = membersBetween(prompt, kept, Math.min(kept + CHUNK, before.length) - 1);
  return { kept, of: before.length, ...(member === undefined ? {} : { member }) };
}

/** One for all: a checksum is reckoned at once. The low byte of each character is enough to tell two texts apart. */
const scratch = Buffer.alloc(CHUNK);

function chunkSum(text: string, index: number, end: number): number {
  const chunk = text.substring(index * CHUNK, Math.min((index + 1) * CHUNK, end));
  return crc32(scratch.subarray(0, scratch.write(chunk, 'latin1')));
}

function lengthWithoutClosers(text: string): number {
  let length = text.length;
  while (length > 0 && (text[length - 1] === ']' || text[length - 1] === '}')) length -= 1;
  return length;
}

function membersBetween({ form, text }: Prompt, from: number, to: number): string | undefined {
  const encoding = form === 'bytes' ? 'latin1' : 'utf8';
  const members = topLevelMembers(Buffer.from(`{${text}}`, encoding));
  const at = (character: number): number => 1 + Buffer.byteLength(text.substring(0, character), encoding);
  const first = members.findLast(({ keyStart }) => keyStart <= at(from)) ?? members[0];
  const last = members.findLast(({ keyStart }) => keyStart <= at(to));
  if (first === undefined || last === undefined || first === last) return first?.key;
  return `${first.key}..${last.key}`;
}
