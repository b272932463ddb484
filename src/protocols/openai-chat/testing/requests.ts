import assert from 'node:assert/strict';
import type { Dialect } from '../../../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../ir/json.ts';
import type { InferenceRequest, Message, Part } from '../../../ir/request.ts';
import { chatEgress } from '../egress.ts';

/** A dialect that takes everything and reads thinking from everywhere. */
export const CHAT_DIALECT: Dialect = {
  roles: { instructions: 'system', placement: 'first', laterAs: 'user' },
  effort: { kind: 'field', path: ['reasoning_effort'], levels: ['low', 'medium', 'high'] },
  reasoning: {
    from: ['reasoning_content', 'reasoning', 'reasoning_details', 'thinking-parts'],
    echo: { field: 'reasoning_content', when: 'always' },
    thinkTags: true,
  },
  tokenLimitField: 'max_tokens',
  tools: {
    maxNameLength: 64,
    dropKeywords: [],
    strict: true,
    parallelField: true,
    hosted: [],
    native: false,
    choices: ['auto', 'none', 'required', 'tool'],
  },
  outputFormat: 'json-schema',
  images: { input: true, inToolResults: false },
  streamUsage: true,
  usage: {},
  errors: {},
  cacheKeyField: 'prompt_cache_key',
  cacheBreakpoints: false,
  verbosity: true,
  serviceTier: true,
  defaults: {},
  drop: [],
  rename: {},
};

/** A request with these members and nothing else of its own. */
export function requestWith(members: Partial<InferenceRequest>): InferenceRequest {
  return {
    model: 'slug',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
    tools: [],
    toolChoice: { type: 'auto' },
    sampling: {},
    reasoning: {},
    outputFormat: { type: 'text' },
    stream: true,
    extensions: {},
    ...members,
  };
}

/** Members of a dialect, each merged over the one of `CHAT_DIALECT`. */
export type Change = { readonly [K in keyof Dialect]?: Partial<Dialect[K]> };

/** What is sent, and what is lost as `path: why`. */
export function encode(
  members: Partial<InferenceRequest>,
  change: Change = {},
): { readonly body: JsonObject; readonly losses: readonly string[] } {
  const dialect: Dialect = { ...CHAT_DIALECT };
  for (const [key, value] of Object.entries(change)) {
    const before: unknown = Reflect.get(CHAT_DIALECT, key);
    const merges = isJsonObject(before) && isJsonObject(value) && key !== 'effort';
    Object.assign(dialect, { [key]: merges ? { ...before, ...value } : value });
  }
  const { body, losses } = chatEgress(() => 'n').open(requestWith(members), { provider: 'p', model: 'm-1', dialect });
  return { body, losses: losses.map((loss) => `${loss.path}: ${loss.why}`) };
}

export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  assert.ok(Array.isArray(value));
  return value.filter(isJsonObject);
}

export function say(role: Message['role'], text: string): Message {
  return { role, parts: [words(text)] };
}

export function words(text: string): Extract<Part, { type: 'text' }> {
  return { type: 'text', text };
}

export function call(callId: string, name: string, input: string): Part {
  return { type: 'tool-call', callId, kind: 'function', name: { name }, input };
}

export function result(callId: string, ...content: Extract<Part, { type: 'tool-result' }>['content']): Part {
  return { type: 'tool-result', callId, kind: 'function', content };
}
