import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gatherBytes } from './gather-bytes.ts';

test('what was gathered is the concatenation of its pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 2_000 }), (pieces) => {
      const gathered = gatherBytes();
      for (const piece of pieces) gathered.add(piece);
      assert.equal(gathered.size(), Buffer.concat(pieces).length);
      assert.deepEqual(Buffer.from(gathered.take()), Buffer.concat(pieces));
    }),
    { numRuns: 50 },
  );
});

test('one piece is not copied', () => {
  const piece = Buffer.from('all of it');
  const gathered = gatherBytes();
  gathered.add(piece);
  assert.equal(gathered.take(), piece);
});

test('a body that trickles in byte by byte takes little memory', () => {
  const gathered = gatherBytes();
  const before = process.memoryUsage();
  for (let at = 0; at < 1_000_000; at += 1) gathered.add(new Uint8Array(1));
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  assert.ok(grown < 150_000_000, `${grown} bytes`);
  assert.equal(gathered.take().length, 1_000_000);
});
