import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrames } from './text-frames.ts';

test('a client reads each text as it was, whatever its length', async (t) => {
  const texts = [0, 1, 125, 126, 65_535, 65_536, 200_000].flatMap((length) => [
    'x'.repeat(length),
    'ü'.repeat(length >> 1) + 'x'.repeat(length & 1),
  ]);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  server.on('connection', (_, { socket }) => socket.write(textFrames(texts), 'latin1'));
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`);
  const read: string[] = [];
  await new Promise<void>((resolve) => {
    client.on('message', (data) => {
      read.push(String(data));
      if (read.length === texts.length) resolve();
    });
  });
  client.terminate();
  assert.deepEqual(read, texts);
});
