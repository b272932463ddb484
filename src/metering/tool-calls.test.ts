import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../ir/event.ts';
import type { Message } from '../ir/request.ts';
import { failedPatches, toolCallCounter } from './tool-calls.ts';

function call(kind: 'function' | 'custom', ...pieces: readonly string[]): readonly InferenceEvent[] {
  return [
    { type: 'tool-call-start', callId: 'c', kind, name: { name: 'run' } },
    ...pieces.map((input) => ({ type: 'tool-call-delta', input }) as const),
    { type: 'tool-call-end' },
  ];
}

test('calls are counted, and those whose arguments are no JSON object', () => {
  const counter = toolCallCounter();
  counter.push(call('function', '{"cmd":', '"ls"}'));
  counter.push(call('function', '{"cmd": "a"b"}'));
  counter.push(call('function', '[1]'));
  counter.push(call('function'));
  counter.push(call('custom', '*** Begin Patch'));
  assert.deepEqual(counter.count(), { made: 5, malformed: 2 });
});

test('a call that was cut is not counted', () => {
  const counter = toolCallCounter();
  counter.push(call('function', '{"cmd":').slice(0, -1));
  counter.push([{ type: 'finish', reason: 'length' }]);
  assert.deepEqual(counter.count(), { made: 0, malformed: 0 });
});

test('only patches since the model last spoke count as failed', () => {
  const result = (text: string): Message => ({
    role: 'tool',
    parts: [{ type: 'tool-result', callId: 'c', kind: 'custom', content: [{ type: 'text', text }] }],
  });
  const failed = result('apply_patch verification failed: Failed to find expected lines in a.txt');
  const spoke: Message = { role: 'assistant', parts: [{ type: 'text', text: 'again' }] };
  assert.equal(failedPatches([failed, spoke, result('Success. Updated the following files:'), failed]), 1);
  assert.equal(failedPatches([failed, spoke]), 0);
  assert.equal(failedPatches([]), 0);
});
