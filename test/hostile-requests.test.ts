import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../src/ir/failure.ts';
import { type JsonObject, jsonText } from '../src/ir/json.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../src/ir/protocol-id.ts';
import { protocolById } from '../src/protocols/registry.ts';
import { dialectsOf } from './robust/deployments.ts';
import { DOOR_REQUESTS } from './robust/requests.ts';

/** CPU time of one hostile request of some megabytes onto one provider, in ms. */
const MAX_CPU_MS = 3_000;

const many = <T>(times: number, make: (number: number) => T): T[] =>
  Array.from({ length: times }, (_, index) => make(index));
const call = (id: string): JsonObject => ({ type: 'function_call', call_id: id, name: 'shell', arguments: '{}' });
const chatCall = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'shell', arguments: '{}' } });

function deep(levels: number): JsonObject {
  let schema: JsonObject = { type: 'string' };
  for (let level = 0; level < levels; level += 1) schema = { type: 'object', properties: { a: schema } };
  return schema;
}

const TIMES = 10_000;

/** What a client can make a body of, beyond any use: members over those of a decent request. */
const HOSTILE: readonly { readonly name: string; readonly asks: { readonly [P in ProtocolId]?: JsonObject } }[] = [
  {
    name: 'calls that all bear one id',
    asks: {
      'openai-responses': { input: many(TIMES, () => call('same')) },
      'openai-chat': {
        messages: many(TIMES, () => ({ role: 'assistant', content: null, tool_calls: [chatCall('same')] })),
      },
      'anthropic-messages': {
        messages: [
          {
            role: 'assistant',
            content: many(TIMES, () => ({ type: 'tool_use', id: 'same', name: 'shell', input: {} })),
          },
        ],
      },
    },
  },
  {
    name: 'outputs that answer nothing',
    asks: {
      'openai-responses': {
        input: many(TIMES, (number) => ({ type: 'function_call_output', call_id: `c${number}`, output: '' })),
      },
    },
  },
  {
    name: 'turns without end',
    asks: {
      'openai-responses': {
        input: many(TIMES, (number) => ({ role: number % 2 === 0 ? 'user' : 'assistant', content: 'x' })),
      },
      'openai-chat': {
        messages: many(TIMES, (number) => ({ role: number % 2 === 0 ? 'user' : 'assistant', content: 'x' })),
      },
      'anthropic-messages': {
        messages: many(TIMES, (number) => ({ role: number % 2 === 0 ? 'user' : 'assistant', content: 'x' })),
      },
    },
  },
  {
    name: 'tools without end, with names that are shortened to the same',
    asks: {
      'openai-responses': {
        tools: many(5_000, (number) => ({
          type: 'function',
          name: `${'long_'.repeat(20)}${number}`,
          parameters: { type: 'object' },
        })),
      },
    },
  },
  {
    name: 'a schema as deep as anything is read',
    asks: { 'openai-responses': { tools: [{ type: 'function', name: 'deep', parameters: deep(240) }] } },
  },
  {
    name: 'thinking without end',
    asks: {
      'openai-responses': {
        input: many(TIMES, () => ({
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: 'x',
        })),
      },
    },
  },
  {
    name: 'more parts in one message than a stack has places',
    asks: {
      'openai-responses': {
        input: [{ role: 'assistant', content: many(150_000, () => ({ type: 'output_text', text: 'x' })) }],
      },
      'openai-chat': {
        messages: [{ role: 'user', content: many(150_000, () => ({ type: 'text', text: 'x' })) }],
      },
      'anthropic-messages': {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't', content: many(150_000, () => ({ type: 'text', text: 'x' })) },
            ],
          },
        ],
      },
    },
  },
  {
    name: 'one text of many megabytes',
    asks: { 'openai-responses': { input: 'x '.repeat(5_000_000) } },
  },
];

for (const { name, asks } of HOSTILE) {
  for (const [door, members] of Object.entries(asks)) {
    test(`${name}: ${door}`, () => {
      const protocol = PROTOCOL_IDS.find((id) => id === door);
      assert.ok(protocol !== undefined);
      const { ingress } = protocolById(protocol);
      assert.ok(ingress !== undefined);
      for (const upstream of PROTOCOL_IDS) {
        const before = process.threadCpuUsage();
        try {
          const { value } = ingress.decodeRequest({ ...DOOR_REQUESTS[protocol], ...members });
          const [dialect] = dialectsOf(upstream);
          jsonText(protocolById(upstream).egress.open(value, { provider: 'p', model: 'm', dialect }).body);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
        }
        const { user, system } = process.threadCpuUsage(before);
        assert.ok((user + system) / 1_000 < MAX_CPU_MS, `${upstream}: ${(user + system) / 1_000} ms`);
      }
    });
  }
}
