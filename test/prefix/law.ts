import { type JsonObject, jsonText } from '../../src/ir/json.ts';
import { withoutMarks } from '../../src/pipeline/prefix-print.ts';

/** The prefix law. The body of a turn, without its cache marks and without the brackets that close it, is what the body
 *  of the next turn begins with, byte for byte, so long as the client itself does nothing but add to its history. Marks
 *  are left out because they move on with the conversation and are no part of what a provider compares; and so is what
 *  Codex tells of the turn, which stands behind the conversation and which its maker alone gets. */
export function keepsPrefix(before: JsonObject, after: JsonObject): boolean {
  return cachedText(after).startsWith(withoutClosers(cachedText(before)));
}

/** The share of `before` that `after` repeats, and the text around the place where they part. */
export function parting(
  before: JsonObject,
  after: JsonObject,
): { readonly kept: number; readonly of: number; readonly was: string; readonly is: string } {
  const [one, other] = [withoutClosers(cachedText(before)), cachedText(after)];
  let kept = 0;
  while (kept < one.length && one[kept] === other[kept]) kept += 1;
  const from = Math.max(0, kept - 60);
  return { kept, of: one.length, was: one.slice(from, kept + 120), is: other.slice(from, kept + 120) };
}

function cachedText({ client_metadata: _, ...prompt }: JsonObject): string {
  return withoutMarks(jsonText(prompt));
}

function withoutClosers(text: string): string {
  return text.replace(/[\]}]+$/, '');
}
