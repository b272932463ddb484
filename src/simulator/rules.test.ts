import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../ir/json.ts';
import { checkChat } from './chat/rules.ts';
import { checkMessagesRequest } from './messages/rules.ts';
import { signatureOf } from './messages/signature.ts';
import { checkPlainResponses, checkResponses } from './responses/rules.ts';
import type { Memory, Speaker } from './speaker.ts';

const FORGETFUL: Memory = { thinkingOf: new Map() };
const THOUGHT: Memory = { thinkingOf: new Map([['c1', 'hm']]) };

type Row = readonly [why: string, body: JsonObject, words: RegExp | undefined, memory?: Memory];

function holds(name: string, check: Speaker['check'], rows: readonly Row[]): void {
  for (const [why, body, words, memory = FORGETFUL] of rows) {
    test(`${name}: ${why}`, () => {
      const refusal = check({ model: 'm', ...body }, { 'anthropic-version': '2023-06-01' }, memory);
      if (words === undefined) assert.equal(refusal, undefined);
      else assert.match(refusal?.message ?? 'taken', words);
    });
  }
}

const USER = { role: 'user', content: 'hi' };
const CHAT_CALL = { id: 'c1', type: 'function', function: { name: 'run', arguments: '{}' } };
const ASKED = { role: 'assistant', content: null, tool_calls: [CHAT_CALL] };
const TOLD = { role: 'tool', tool_call_id: 'c1', content: 'ok' };
const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
const FUNCTION = { type: 'function', function: { name: 'run', parameters: { type: 'object' } } };

holds('chat', checkChat, [
  ['a tool turn is taken', { messages: [USER, ASKED, TOLD], tools: [FUNCTION] }, undefined],
  ['an output without its call', { messages: [USER, TOLD] }, /must be a response to a preceeding message/],
  ['a call without its output', { messages: [USER, ASKED, USER] }, /did not have response messages: c1/],
  ['a call left open at the end', { messages: [USER, ASKED] }, /did not have response messages: c1/],
  ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, /Invalid value: 'robot'/],
  [
    'a picture in a tool output',
    { messages: [USER, ASKED, { ...TOLD, content: [IMAGE] }] },
    /only allowed for messages with role 'user'/,
  ],
  ['thinking that did not come back', { messages: [USER, ASKED, TOLD] }, /reasoning_content/, THOUGHT],
  ['thinking that came back', { messages: [USER, { ...ASKED, reasoning_content: 'hm' }, TOLD] }, undefined, THOUGHT],
  ['tool_choice without tools', { messages: [USER], tool_choice: 'auto' }, /only allowed when 'tools'/],
  ['no tools in tools', { messages: [USER], tools: [] }, /empty array/],
  ['one name twice', { messages: [USER], tools: [FUNCTION, FUNCTION] }, /must be unique/],
  [
    'a name too long',
    { messages: [USER], tools: [{ type: 'function', function: { name: 'x'.repeat(65) } }] },
    /pattern/,
  ],
  ['a freeform tool', { messages: [USER], tools: [{ type: 'custom', name: 'p' }] }, /Supported values are: 'function'/],
  ['no messages', {}, /messages/],
]);

const RUN = { name: 'run', input_schema: { type: 'object' } };
const USE = { type: 'tool_use', id: 'c1', name: 'run', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'c1', content: 'ok' };
const TEXT = { type: 'text', text: 'more' };
const THINKING = { type: 'thinking', thinking: 'hm', signature: signatureOf('hm') };
const made = (...content: readonly JsonObject[]) => ({ role: 'assistant', content });
const told = (...content: readonly JsonObject[]) => ({ role: 'user', content });
const ON = { thinking: { type: 'enabled', budget_tokens: 1024 } };
const marked = { ...TEXT, cache_control: { type: 'ephemeral' } };

holds('messages', (body, headers, memory) => checkMessagesRequest({ max_tokens: 4096, ...body }, headers, memory), [
  ['a tool turn is taken', { messages: [USER, made(USE), told(RESULT, TEXT)], tools: [RUN] }, undefined],
  [
    'text before the result',
    { messages: [USER, made(USE), told(TEXT, RESULT)] },
    /without `tool_result` blocks immediately after: c1/,
  ],
  ['a call without its result', { messages: [USER, made(USE), told(TEXT)] }, /without `tool_result` blocks/],
  ['a result without its call', { messages: [told(RESULT)] }, /unexpected `tool_use_id`/],
  ['a system message', { messages: [{ role: 'system', content: 'x' }] }, /Unexpected role "system"/],
  ['the model first', { messages: [made(TEXT), USER] }, /first message must use the "user" role/],
  ['empty text', { messages: [told({ type: 'text', text: '' })] }, /non-empty/],
  [
    'a budget over the limit',
    { messages: [USER], thinking: { type: 'enabled', budget_tokens: 4096 } },
    /`max_tokens` must be greater/,
  ],
  [
    'forced tools while thinking',
    { messages: [USER], tools: [RUN], tool_choice: { type: 'any' }, ...ON },
    /tool_choice forces tool use/,
  ],
  ['thinking that came back', { messages: [USER, made(THINKING, USE), told(RESULT)], ...ON }, undefined, THOUGHT],
  [
    'thinking that did not',
    { messages: [USER, made(USE), told(RESULT)], ...ON },
    /must start with a thinking block/,
    THOUGHT,
  ],
  [
    'thinking that was changed',
    { messages: [USER, made({ ...THINKING, thinking: 'ha' }), USER] },
    /Invalid `signature`/,
  ],
  [
    'thinking without a signature',
    { messages: [USER, made({ type: 'thinking', thinking: 'hm' }), USER] },
    /signature: Field required/,
  ],
  ['five cache marks', { messages: [told(marked, marked, marked, marked, marked)] }, /maximum of 4 blocks/],
  ['no limit', { messages: [USER], max_tokens: null }, /max_tokens: Field required/],
  ['a tool without a schema', { messages: [USER], tools: [{ name: 'run' }] }, /input_schema: Field required/],
]);

const CALL = { type: 'function_call', call_id: 'c1', name: 'run', arguments: '{}' };
const OUTPUT = { type: 'function_call_output', call_id: 'c1', output: 'ok' };
const REASONING = { type: 'reasoning', summary: [] };

const RESPONSES: readonly Row[] = [
  ['a tool turn is taken', { input: [USER, CALL, OUTPUT] }, undefined],
  ['a call without its output', { input: [USER, CALL] }, /No tool output found for function call c1/],
  ['an output without its call', { input: [USER, OUTPUT] }, /No tool call found/],
  [
    'a foreign reasoning blob',
    { input: [{ ...REASONING, encrypted_content: 'pb1:{}' }, USER] },
    /could not be verified/,
  ],
  [
    'thinking that did not come back',
    { input: [USER, CALL, OUTPUT] },
    /without its required 'reasoning' item/,
    THOUGHT,
  ],
  ['thinking that came back', { input: [USER, REASONING, CALL, OUTPUT] }, undefined, THOUGHT],
  ['a tool as Chat has it', { input: 'hi', tools: [FUNCTION] }, /tools\[0\]\.name/],
];
holds('responses', checkResponses, RESPONSES);
holds('plain responses', checkPlainResponses, [
  ...RESPONSES,
  ['a namespace', { input: 'hi', tools: [{ type: 'namespace', name: 'n', tools: [] }] }, /Invalid value: 'namespace'/],
  [
    'a freeform call',
    { input: [{ type: 'custom_tool_call', call_id: 'c', name: 'p', input: '' }] },
    /custom_tool_call/,
  ],
  ['client metadata', { input: 'hi', client_metadata: {} }, /client_metadata/],
]);
