import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputItems } from './input-items.ts';

test('an item whose id is null is given one, the same each time', () => {
  const reply = {
    id: 'resp_1',
    before: undefined,
    input: Buffer.from('{"type":"message","id":null},{"type":"message","id":"mine"}'),
    output: [],
    openCalls: new Map(),
    response: undefined,
    bytes: 0,
    wholeBytes: 0,
  };
  const page = inputItems(reply, new URLSearchParams({ order: 'asc' }));
  assert.deepEqual([page['first_id'], page['last_id']], ['resp_1_in_0', 'mine']);
  assert.deepEqual(inputItems(reply, new URLSearchParams({ order: 'asc', after: 'resp_1_in_0' }))['first_id'], 'mine');
});
