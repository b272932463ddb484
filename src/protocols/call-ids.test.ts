import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../ir/request.ts';
import { callIdSource, fitCallId } from './call-ids.ts';

const HISTORY: readonly Message[] = [
  {
    role: 'assistant',
    parts: [{ type: 'tool-call', callId: 'call_0', kind: 'function', name: { name: 'f' }, input: '{}' }],
  },
];

test('an id that is missing, or was used in the session or the reply, is made new', () => {
  let made = 0;
  const source = callIdSource(HISTORY, () => {
    made += 1;
    return `new${made}`;
  });
  assert.equal(source('call_1'), 'call_1');
  assert.equal(source('call_1'), 'call_new1');
  assert.equal(source('call_0'), 'call_new2');
  assert.equal(source(undefined), 'call_new3');
  assert.equal(source(''), 'call_new4');
});

test('an id is fitted to the provider only where it must be, always the same way', () => {
  const rule = { pattern: '^[A-Za-z0-9]{9}$', length: 9 };
  assert.equal(fitCallId('abcDEF123', rule), 'abcDEF123');
  assert.match(fitCallId('call_1', rule), /^[a-z0-9]{9}$/);
  assert.equal(fitCallId('call_1', rule), fitCallId('call_1', rule));
  assert.notEqual(fitCallId('call_1', rule), fitCallId('call_2', rule));
  assert.equal(fitCallId('call|1', undefined), 'call|1');
});
