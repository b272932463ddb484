import type { JsonObject } from '../../ir/json.ts';

/** A call as a model wrote it into its text. @property input  JSON arguments: parsed, or a text that should be JSON.
 *  @property texts  arguments of which the text alone is known: what each means is for the tool's schema to say. */
export type WrittenCall = {
  readonly name: string;
  readonly input: JsonObject | string;
  readonly texts?: { readonly [name: string]: string };
};

/** What stands at a mark: calls up to `end`, the beginning of some, or nothing of the kind. */
export type Reading =
  | { readonly state: 'calls'; readonly calls: readonly WrittenCall[]; readonly end: number }
  | { readonly state: 'incomplete' }
  | { readonly state: 'text' };

export const INCOMPLETE: Reading = { state: 'incomplete' };
export const TEXT: Reading = { state: 'text' };
