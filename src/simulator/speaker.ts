import type { Json, JsonObject } from '../ir/json.ts';
import type { Prompt } from './prompt-cache.ts';
import type { ResolvedStep } from './resolve.ts';
import type { Oddities, ScriptFinish, SimulatedUsage } from './script.ts';
import type { Turn } from './turn.ts';

/** One protocol, as its provider speaks it.
 *  @property read    the request in neutral words, as far as it can be read; `check` says what is wrong with it.
 *  @property prompt  the part of the request that the provider caches.
 *  @property check   what the real provider would refuse, in its words; undefined when it would take the request. */
export type Speaker = {
  readonly read: (body: JsonObject) => Omit<Turn, 'earlier' | 'protocol'>;
  readonly prompt: (body: JsonObject) => Prompt;
  readonly check: (body: JsonObject, headers: RequestHeaders, memory: Memory) => Refusal | undefined;
  readonly stream: (answer: Answer) => readonly Write[];
  readonly whole: (answer: Answer) => Json;
  readonly error: (refusal: Refusal) => JsonObject;
};

export type RequestHeaders = { readonly [name: string]: string | readonly string[] | undefined };

/** @property type  the provider's own error class; `code` its finer word, where it has one. */
export type Refusal = {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
};

/** A script that is ready to be rendered.
 *  @property id         unique for the simulator; ids of the reply are made from it.
 *  @property createdAt  seconds since the epoch.
 *  @property body       the request, for what a protocol echoes of it.
 *  @property framing    the stream comes as a JSON list, not as events. */
export type Answer = {
  readonly id: string;
  readonly createdAt: number;
  readonly model: string;
  readonly body: JsonObject;
  readonly steps: readonly ResolvedStep[];
  readonly usage: Required<SimulatedUsage>;
  readonly finish: ScriptFinish;
  readonly oddities: Oddities;
  readonly framing?: 'list';
};

/** One piece of the stream: an event's text, recorded bytes, silence, or its end. */
export type Write =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'pause'; readonly ms: number }
  | { readonly type: 'cut'; readonly how: 'end' | 'reset' };

/** What a provider knows of a model's earlier replies: which thinking led to which call.
 *  @property model  that was asked, where the path names it. */
export type Memory = {
  readonly model?: string;
  readonly thinkingOf: ReadonlyMap<string, string>;
};

/** Text in deltas of a few characters, never inside a surrogate pair. */
export function pieces(text: string, oddities: Oddities): readonly string[] {
  const length = oddities.pieceLength ?? 12;
  const characters = [...text];
  const list: string[] = [];
  for (let at = 0; at < characters.length; at += length) list.push(characters.slice(at, at + length).join(''));
  return list;
}
