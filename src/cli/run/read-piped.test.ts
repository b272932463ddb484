import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPiped } from './read-piped.ts';

async function read(takesMs: number, quietMs: number): Promise<readonly [string | undefined, string]> {
  let said = '';
  const write = (text: string): void => {
    said += text;
  };
  const piped = () => sleep(takesMs, 'text');
  const found = await readPiped({ piped, err: { write, isTty: false, paint: (_, text) => text } }, quietMs);
  return [found, said];
}

test('who waits for a pipe is told so, once; who does not hears nothing', async () => {
  const [text, said] = await read(200, 5);
  assert.equal(text, 'text');
  assert.match(said, /^reading standard input, since it is a pipe; .*<\/dev\/null\n$/);
  assert.deepEqual(await read(1, 5_000), ['text', '']);
});
