import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bridgeTurns } from './bridge-turns.ts';
import { lossNotes } from './losses.ts';

test('the model speaks between a tool and the user, and nowhere else', () => {
  const losses = lossNotes();
  const messages = ['system', 'user', 'assistant', 'tool', 'tool', 'user', 'assistant', 'tool', 'assistant', 'user'];
  const bridged = bridgeTurns(
    messages.map((role) => ({ role, content: role })),
    losses,
  );
  assert.equal(
    bridged.map((message) => message['role']).join(' '),
    'system user assistant tool tool assistant user assistant tool assistant user',
  );
  assert.equal(losses.all().length, 1);
});
