import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../ir/event.ts';
import type { Message, Part } from '../ir/request.ts';
import { createThoughts } from './thoughts.ts';

const state = { protocol: 'anthropic-messages', provider: 'p', model: 'm', value: { signature: 's' } } as const;
const user = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });
const callPart = (callId: string, input = '{"a":1}'): Part => ({
  type: 'tool-call',
  callId,
  kind: 'function',
  name: { name: 'f' },
  input,
});
const thinking = (text: string, signed = true): InferenceEvent[] => [
  { type: 'reasoning-start' },
  { type: 'reasoning-delta', text },
  { type: 'reasoning-end', ...(signed ? { state } : {}) },
];
const calling = (callId: string): InferenceEvent[] => [
  { type: 'tool-call-start', callId, kind: 'function', name: { name: 'f' } },
  { type: 'tool-call-delta', input: '{"a":' },
  { type: 'tool-call-delta', input: '1}' },
  { type: 'tool-call-end' },
];

function remembering(maxSize?: number) {
  let time = 0;
  const thoughts = createThoughts(() => time, maxSize);
  const hear = (question: string, ...events: InferenceEvent[]) => thoughts.listen('me', [user(question)])(events);
  const partsFor = (question: string, parts: readonly Part[], caller: string): readonly Part[] =>
    thoughts.recall(caller, [user(question), { role: 'assistant', parts }, user('And?')])[1]?.parts ?? [];
  const recalled = (question: string, parts: readonly Part[], caller = 'me') =>
    partsFor(question, parts, caller).map((part) => (part.type === 'reasoning' ? part.texts.join('|') : part.type));
  const inputs = (question: string, parts: readonly Part[]) =>
    partsFor(question, parts, 'me').flatMap((part) => (part.type === 'tool-call' ? [part.input] : []));
  return { hear, recalled, inputs, wait: (ms: number) => (time += ms) };
}

test('thinking comes back before the call that it led to', () => {
  const { hear, recalled } = remembering();
  hear('Go.', ...thinking('one'), ...calling('1'), ...thinking('two'), ...calling('2'), ...calling('3'));
  assert.deepEqual(recalled('Go.', [{ type: 'text', text: 'x' }, callPart('1'), callPart('2'), callPart('3')]), [
    'text',
    'one',
    'tool-call',
    'two',
    'tool-call',
    'tool-call',
  ]);
});

test('it stands in the place of what a client gave back without its state, and beside nothing that has one', () => {
  const { hear, recalled } = remembering();
  hear('Go.', ...thinking('one'), ...calling('1'));
  assert.deepEqual(recalled('Go.', [{ type: 'reasoning', texts: ['plain'] }, callPart('1')]), ['one', 'tool-call']);
  assert.deepEqual(recalled('Go.', [{ type: 'reasoning', texts: ['own'], state }, callPart('1')]), [
    'own',
    'tool-call',
  ]);
  assert.deepEqual(recalled('Go.', [{ type: 'reasoning', texts: ['plain'] }, callPart('9')]), ['plain', 'tool-call']);
});

test('a client that writes arguments anew gets those of the model back, with or without thinking', () => {
  const { hear, inputs } = remembering();
  const spaced = (callId: string): InferenceEvent[] =>
    calling(callId).map((event) =>
      event.type === 'tool-call-delta' ? { ...event, input: event.input.replace(':', ' : ') } : event,
    );
  hear('Go.', ...thinking('one'), ...spaced('1'), ...spaced('2'), ...calling('3'));
  assert.deepEqual(inputs('Go.', [callPart('1'), callPart('2'), callPart('3')]), ['{"a" : 1}', '{"a" : 1}', '{"a":1}']);
  const own: Part = { type: 'reasoning', texts: ['own'], state };
  assert.deepEqual(inputs('Go.', [own, callPart('1')]), ['{"a" : 1}']);
});

test('nobody else gets it', () => {
  const { hear, recalled } = remembering();
  hear('Go.', ...thinking('one'), ...calling('1'), ...thinking('unsigned', false), ...calling('2'));
  assert.deepEqual(recalled('Stop.', [callPart('1')]), ['tool-call']);
  assert.deepEqual(recalled('Go.', [callPart('1')], 'another'), ['tool-call']);
  assert.deepEqual(recalled('Go.', [callPart('1', '{"a":2}')]), ['tool-call']);
  assert.deepEqual(recalled('Go.', [callPart('2')]), ['tool-call']);
});

test('it is bounded, and forgotten in time', () => {
  const { hear, recalled, wait } = remembering(400);
  for (const id of ['1', '2', '3']) hear('Go.', ...thinking('x'.repeat(100)), ...calling(id));
  assert.deepEqual(recalled('Go.', [callPart('1')]), ['tool-call']);
  assert.equal(recalled('Go.', [callPart('3')])?.length, 2);
  wait(25 * 60 * 60 * 1000);
  assert.deepEqual(recalled('Go.', [callPart('3')]), ['tool-call']);
});
