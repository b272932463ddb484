import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conversationOf } from './continue-request.ts';
import { KeptReplies, type KeptReply } from './kept-replies.ts';

const LIMITS = { replies: 4, bytes: 1_000, conversationBytes: 600, idleMs: 1_000 };

function reply(id: string, size: number, before?: KeptReply): KeptReply {
  const input = new Uint8Array(size).fill(0x78);
  const wholeBytes = size + (before?.wholeBytes ?? 0);
  return { id, before, input, output: [], openCalls: new Map(), response: undefined, bytes: size, wholeBytes };
}

test('each owner finds its own alone', () => {
  const kept = new KeptReplies(LIMITS, () => 0);
  kept.keep('a', reply('one', 10));
  assert.equal(kept.find('a', 'one')?.id, 'one');
  assert.equal(kept.find('b', 'one'), undefined);
  assert.equal(kept.drop('b', 'one'), false);
  kept.dropAll('a');
  assert.equal(kept.find('a', 'one'), undefined);
  assert.equal(kept.bytes, 0);
});

test('what nobody went on from is forgotten', () => {
  let now = 0;
  const kept = new KeptReplies(LIMITS, () => now);
  kept.keep('a', reply('one', 10));
  kept.keep('a', reply('two', 10));
  now = 900;
  assert.ok(kept.find('a', 'one'));
  now = 1_100;
  assert.ok(kept.find('a', 'one'));
  assert.equal(kept.find('a', 'two'), undefined);
  assert.equal(kept.bytes, 10);
  now = 9_000;
  kept.expire();
  assert.equal(kept.bytes, 0);
});

test('the least used goes first when there are too many, or too many bytes', () => {
  const kept = new KeptReplies(LIMITS, () => 0);
  for (const id of ['1', '2', '3', '4', '5']) kept.keep('a', reply(id, 10));
  assert.deepEqual(
    ['1', '2', '5'].map((id) => kept.find('a', id)?.id),
    [undefined, '2', '5'],
  );
  kept.keep('a', reply('large', 590));
  kept.keep('a', reply('larger', 400));
  assert.equal(kept.find('a', 'large')?.id, 'large');
  assert.equal(kept.find('a', '3'), undefined);
  kept.keep('a', reply('too large', 601));
  assert.equal(kept.find('a', 'too large'), undefined);
});

test('a conversation shares what its replies have in common, and outlives those that were dropped', () => {
  const kept = new KeptReplies(LIMITS, () => 0);
  const one = reply('one', 100);
  const two = reply('two', 50, one);
  kept.keep('a', one);
  kept.keep('a', two);
  kept.keep('a', reply('branch', 20, one));
  assert.equal(kept.bytes, 170);
  kept.drop('a', 'one');
  assert.equal(kept.bytes, 170);
  const found = kept.find('a', 'two');
  assert.ok(found);
  assert.deepEqual(
    conversationOf(found).map((piece) => piece.length),
    [100, 50],
  );
  kept.drop('a', 'two');
  assert.equal(kept.bytes, 120);
  kept.drop('a', 'branch');
  assert.equal(kept.bytes, 0);
});

test('the bytes counted are those of all replies that can still be reached, whatever happens', () => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 7 }),
    from: fc.integer({ min: 0, max: 7 }),
    size: fc.integer({ min: 0, max: 300 }),
    does: fc.constantFrom('keep', 'go on', 'drop', 'wait'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 0;
      const kept = new KeptReplies(LIMITS, () => now);
      for (const { id, from, size, does } of steps) {
        const before = does === 'go on' ? kept.find('a', String(from)) : undefined;
        if (does === 'drop') kept.drop('a', String(id));
        else if (does === 'wait') now += size;
        else kept.keep('a', reply(String(id), size, before));
        assert.ok(kept.bytes <= LIMITS.bytes);
        const reached = new Set<KeptReply>();
        for (let name = 0; name < 8; name += 1) {
          for (let held = kept.find('a', String(name)); held !== undefined; held = held.before) reached.add(held);
        }
        assert.equal(
          kept.bytes,
          [...reached].reduce((sum, held) => sum + held.bytes, 0),
        );
      }
    }),
  );
});
