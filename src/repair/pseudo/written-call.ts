import type { JsonObject } from '../../ir/json.ts';

/** A call as a model wrote it into its text. @property input  JSON arguments: parsed, or a text that should be JSON.
 *  @property texts  arguments of which the text alone is known: what each means is for the tool's schema to say. */
export type WrittenCall = {
  readonly name: string;
  readonly input: JsonObject | string;
  readonly texts?: { readonly [name: string]: string };
};

/** What stands at a mark: calls or mere words up to `end`, or the beginning of either. What was read once is not looked
 *  into again, so that reading takes no more than a text's length. */
export type Reading =
  | { readonly state: 'calls'; readonly calls: readonly WrittenCall[]; readonly end: number }
  | { readonly state: 'incomplete' }
  | { readonly state: 'text'; readonly end: number };

export const INCOMPLETE: Reading = { state: 'incomplete' };

export function readingOf(calls: readonly WrittenCall[] | undefined, end: number): Reading {
  return calls === undefined ? { state: 'text', end } : { state: 'calls', calls, end };
}
