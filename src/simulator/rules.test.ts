import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../ir/json.ts';
import { checkChat } from './chat/rules.ts';
import { checkGemini } from './gemini/rules.ts';
import { callContent, signatureOf as geminiSignature } from './gemini/signature.ts';
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

const ASKED_GEMINI = { role: 'user', parts: [{ text: 'hi' }] };
const CALLED = { functionCall: { id: 'c1', name: 'run', args: { cmd: 'ls' } } };
const SIGNED = { ...CALLED, thoughtSignature: geminiSignature('m', callContent('c1', 'run', {})) };
const MADE = { role: 'model', parts: [SIGNED] };
const ANSWERED = { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'run', response: { output: 'ok' } } }] };
const geminiTool = (declared: JsonObject): JsonObject => ({
  contents: [ASKED_GEMINI],
  tools: [{ functionDeclarations: [{ name: 'run', description: 'Runs.', ...declared }] }],
});
const withProperty = (schema: JsonObject): JsonObject =>
  geminiTool({ parameters: { type: 'object', properties: { a: schema } } });

holds(
  'gemini',
  checkGemini,
  (
    [
      ['a tool turn is taken', { ...geminiTool({}), contents: [ASKED_GEMINI, MADE, ANSWERED] }, undefined],
      ['an unknown member', { contents: [ASKED_GEMINI], stream: true }, /Unknown name "stream": Cannot find field/],
      [
        'an unknown member of a part',
        { contents: [{ role: 'user', parts: [{ text: 'a', type: 'text' }] }] },
        /Unknown name "type"/,
      ],
      [
        'a role of another protocol',
        { contents: [{ role: 'assistant', parts: [{ text: 'a' }] }] },
        /valid role: user, model/,
      ],
      ['no parts', { contents: [{ role: 'user', parts: [] }] }, /must not be empty/],
      [
        'two things in one part',
        { contents: [{ role: 'user', parts: [{ text: 'a', inlineData: {} }] }] },
        /required oneof/,
      ],
      ['empty text', { contents: [{ role: 'user', parts: [{ text: '' }] }] }, /empty text parameter/],
      [
        'the model first',
        { contents: [{ role: 'model', parts: [{ text: 'a' }] }, ASKED_GEMINI] },
        /alternate between user and model/,
      ],
      [
        'the model last',
        { contents: [ASKED_GEMINI, { role: 'model', parts: [{ text: 'a' }] }] },
        /end with a user role/,
      ],
      [
        'a call without its response',
        { contents: [ASKED_GEMINI, MADE, ASKED_GEMINI] },
        /number of function response parts/,
      ],
      ['a response without its call', { contents: [ASKED_GEMINI, ANSWERED] }, /immediately after a function call turn/],
      [
        'responses in another order',
        {
          contents: [
            ASKED_GEMINI,
            MADE,
            { role: 'user', parts: [{ functionResponse: { id: 'c2', name: 'run', response: {} } }] },
          ],
        },
        /number of function response parts/,
      ],
      [
        'a call without its signature',
        { contents: [ASKED_GEMINI, { role: 'model', parts: [CALLED] }, ANSWERED] },
        /missing a thought_signature/,
      ],
      [
        'a call of an earlier turn without one is taken',
        { contents: [ASKED_GEMINI, { role: 'model', parts: [CALLED] }, ANSWERED, ASKED_GEMINI] },
        undefined,
      ],
      [
        'what stands in for a signature is taken',
        {
          contents: [
            ASKED_GEMINI,
            { role: 'model', parts: [{ ...CALLED, thoughtSignature: 'skip_thought_signature_validator' }] },
            ANSWERED,
          ],
        },
        undefined,
      ],
      [
        'the signature of another part',
        {
          contents: [
            ASKED_GEMINI,
            { role: 'model', parts: [{ ...CALLED, thoughtSignature: geminiSignature('m', 'text a') }] },
            ANSWERED,
          ],
        },
        /Corrupted thought signature/,
      ],
      [
        'a signature that is no base64',
        { contents: [ASKED_GEMINI, { role: 'model', parts: [{ ...CALLED, thoughtSignature: 'no!' }] }, ANSWERED] },
        /Base64 decoding failed/,
      ],
      [
        'a picture that it does not know',
        { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/gif', data: 'AA==' } }] }] },
        /Unsupported MIME type: image\/gif/,
      ],
      [
        'a keyword that the proto has not',
        withProperty({ type: 'string', additionalProperties: false }),
        /Unknown name "additionalProperties" at 'tools\[0\].function_declarations\[0\]/,
      ],
      ['a list of types', withProperty({ type: ['string', 'null'] }), /not repeating/],
      ['an array that does not say what it holds', withProperty({ type: 'array' }), /items: missing field/],
      ['an enum of numbers', withProperty({ type: 'string', enum: [1] }), /TYPE_STRING/],
      ['an empty string in an enum', withProperty({ type: 'string', enum: [''] }), /cannot be empty/],
      ['a member beside a union', withProperty({ anyOf: [{ type: 'string' }], description: 'x' }), /only field set/],
      [
        'a required name that is no property',
        geminiTool({ parameters: { type: 'object', properties: { a: { type: 'string' } }, required: ['b'] } }),
        /property is not defined/,
      ],
      [
        'parameters without properties',
        geminiTool({ parameters: { type: 'object', properties: {} } }),
        /should be non-empty/,
      ],
      [
        'a reference beside other members',
        geminiTool({ parametersJsonSchema: { type: 'object', properties: { a: { $ref: '#/x', type: 'string' } } } }),
        /set alongside unsupported fields/,
      ],
      ['a name that begins with a digit', geminiTool({ name: '2nd' }), /Invalid function name/],
      ['no description', geminiTool({ description: '' }), /description must be specified/],
      [
        'level and budget',
        { contents: [ASKED_GEMINI], generationConfig: { thinkingConfig: { thinkingLevel: 'low', thinkingBudget: 1 } } },
        /only one of thinking budget and thinking level/,
      ],
      [
        'six stop sequences',
        { contents: [ASKED_GEMINI], generationConfig: { stopSequences: [...'abcdef'] } },
        /between 0 and 5/,
      ],
      [
        'a schema without its type',
        { contents: [ASKED_GEMINI], generationConfig: { responseSchema: { type: 'object' } } },
        /response_mime_type/,
      ],
      [
        'a function that is not declared',
        { ...geminiTool({}), toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['fly'] } } },
        /fly is not declared/,
      ],
      [
        'a choice without functions',
        { contents: [ASKED_GEMINI], toolConfig: { functionCallingConfig: { mode: 'NONE' } } },
        /without function_declarations/,
      ],
    ] satisfies readonly Row[]
  ).map(([why, body, words]): Row => [why, body, words, { model: 'm', thinkingOf: new Map() }]),
);
