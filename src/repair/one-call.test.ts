import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../ir/event.ts';
import { oneCall } from './one-call.ts';

const call = (callId: string): readonly InferenceEvent[] => [
  { type: 'tool-call-start', callId, kind: 'function', name: { name: 'exec' } },
  { type: 'tool-call-delta', input: '{}' },
];
const END: InferenceEvent = { type: 'tool-call-end' };
const DONE: InferenceEvent = { type: 'finish', reason: 'tool-calls' };

function told(events: readonly InferenceEvent[]): readonly InferenceEvent[] {
  const step = oneCall();
  return [...events.flatMap((event) => step.push(event)), ...step.end()];
}

test('the first call passes, each further one is told as a loss', () => {
  const events = told([...call('a'), END, ...call('b'), END, ...call('c'), END, DONE]);
  assert.deepEqual(events.slice(0, 3), [...call('a'), END]);
  assert.deepEqual(
    events.slice(3).map((event) => (event.type === 'loss' ? event.loss.path : event.type)),
    ['calls[1]', 'calls[2]', 'finish'],
  );
});

test('a limit that cut a further call leaves a whole reply', () => {
  const events = told([...call('a'), END, ...call('b'), { type: 'finish', reason: 'length' }]);
  assert.deepEqual(events.at(-1), DONE);
});

test('a limit that cut the first call stays one', () => {
  const cut: InferenceEvent = { type: 'finish', reason: 'length' };
  assert.deepEqual(told([...call('a'), cut]), [...call('a'), cut]);
});
