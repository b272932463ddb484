import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Beat, schedule } from './delivery.ts';

const texts = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 8 });

function bytesOf(beats: readonly Beat[]): Buffer {
  return Buffer.concat(beats.flatMap((beat) => (beat.type === 'bytes' ? [beat.bytes] : [])));
}

test('any chunk size and any stall deliver the same bytes and one end', () =>
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 9 }), fc.nat(50), (list, chunkBytes, afterBytes) => {
      const writes = list.map((text) => ({ type: 'text', text }) as const);
      const beats = schedule(writes, { chunkBytes, stall: { afterBytes, ms: 5 } });
      assert.deepEqual(bytesOf(beats), Buffer.from(list.join('')));
      assert.deepEqual(beats.filter((beat) => beat.type === 'end').length, 1);
      assert.ok(beats.every((beat) => beat.type !== 'bytes' || beat.bytes.length <= chunkBytes));
    }),
  ));

test('a cut keeps exactly the bytes before it', () =>
  fc.assert(
    fc.property(texts, fc.nat(60), (list, afterBytes) => {
      const whole = Buffer.from(list.join(''));
      const writes = list.map((text) => ({ type: 'text', text }) as const);
      const beats = schedule(writes, { cut: { afterBytes, how: 'reset' } });
      assert.deepEqual(bytesOf(beats), whole.subarray(0, afterBytes));
      if (afterBytes < whole.length) assert.equal(beats.at(-1)?.type, 'reset');
    }),
  ));

test('compression is of the whole body, and a cut falls into the compressed bytes', () => {
  const writes = [
    { type: 'text', text: 'one' },
    { type: 'pause', ms: 3 },
    { type: 'text', text: 'two' },
  ] as const;
  const beats = schedule(writes, { encoding: 'gzip' });
  assert.equal(gunzipSync(bytesOf(beats)).toString(), 'onetwo');
  assert.deepEqual(
    beats.map((beat) => beat.type),
    ['wait', 'bytes', 'end'],
  );
  assert.equal(bytesOf(schedule(writes, { encoding: 'gzip', cut: { afterBytes: 4, how: 'end' } })).length, 4);
});
