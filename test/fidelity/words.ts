import type { JsonObject } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';
import type { RequestFeature } from './feature.ts';

/** Helpers by which features are written in the words of each door. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const PARAMETERS: JsonObject = {
  type: 'object',
  properties: { cmd: { type: 'string' } },
  required: ['cmd'],
  additionalProperties: false,
};

/** A plain request of each door: everything else is put over it. */
export const PLAIN: { readonly [P in ProtocolId]?: JsonObject } = {
  'openai-responses': { model: 'slug', stream: true, store: false, input: [{ role: 'user', content: 'Hello.' }] },
  'openai-chat': { model: 'slug', stream: true, messages: [{ role: 'user', content: 'Hello.' }] },
  'anthropic-messages': {
    model: 'slug',
    stream: true,
    max_tokens: 9_000,
    messages: [{ role: 'user', content: 'Hello.' }],
  },
};

/** A conversation at each door: the user's word, then what is given, then the user's again. */
export function history(
  items: readonly JsonObject[] | undefined,
  chat: readonly JsonObject[] | undefined,
  messages: readonly JsonObject[] | undefined,
): RequestFeature['asks'] {
  const hello = { role: 'user', content: 'Hello.' };
  const on = { role: 'user', content: 'Go on.' };
  return {
    ...(items === undefined ? {} : { 'openai-responses': { input: [hello, ...items, on] } }),
    ...(chat === undefined ? {} : { 'openai-chat': { messages: [hello, ...chat, on] } }),
    ...(messages === undefined ? {} : { 'anthropic-messages': { messages: [hello, ...messages, on] } }),
  };
}

/** Members of the same name and value at every door that is named. */
export function members(
  responses: JsonObject | undefined,
  chat: JsonObject | undefined,
  messages: JsonObject | undefined,
): RequestFeature['asks'] {
  return {
    ...(responses === undefined ? {} : { 'openai-responses': responses }),
    ...(chat === undefined ? {} : { 'openai-chat': chat }),
    ...(messages === undefined ? {} : { 'anthropic-messages': messages }),
  };
}

export function tool(name: string, parameters: JsonObject = PARAMETERS): RequestFeature['asks'] {
  return members(
    { tools: [{ type: 'function', name, description: 'Runs.', parameters }] },
    { tools: [{ type: 'function', function: { name, description: 'Runs.', parameters } }] },
    { tools: [{ name, description: 'Runs.', input_schema: parameters }] },
  );
}

/** The same tool at every door, with more members beside it. */
export function withTool(responses?: JsonObject, chat?: JsonObject, messages?: JsonObject): RequestFeature['asks'] {
  const tools = tool('shell');
  return {
    ...(responses === undefined ? {} : { 'openai-responses': { ...tools['openai-responses'], ...responses } }),
    ...(chat === undefined ? {} : { 'openai-chat': { ...tools['openai-chat'], ...chat } }),
    ...(messages === undefined ? {} : { 'anthropic-messages': { ...tools['anthropic-messages'], ...messages } }),
  };
}
