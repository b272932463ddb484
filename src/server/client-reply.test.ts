import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ClientReply } from '../pipeline/client.ts';
import { clientReply } from './client-reply.ts';

/** What comes over the wire for a request as it is given, until the connection closes. */
async function exchange(t: TestContext, request: string, answer: (reply: ClientReply) => void): Promise<string> {
  const server = createServer((_, response) => answer(clientReply(response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  socket.write(request);
  let text = '';
  for await (const piece of socket.setEncoding('utf8')) text += piece;
  return text;
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

/** Undoes the chunked coding, and fails where it is broken. Texts of this test are ASCII or counted in bytes. */
function unchunked(coded: string): string {
  let rest = Buffer.from(coded);
  let text = '';
  for (;;) {
    const line = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.toString('latin1', 0, line), 16);
    text += rest.toString('utf8', line + 2, line + 2 + length);
    assert.equal(rest.toString('latin1', line + 2 + length, line + 4 + length), '\r\n');
    rest = rest.subarray(line + 4 + length);
    if (length === 0) return text;
  }
}

const PIECES = [
  'first ',
  'h\u{1f600}h ',
  new Uint8Array([0xc3, 0xa9, 0x20]),
  'x'.repeat(70_000),
  Buffer.from(' b'),
  ' last',
];

function sendAll(reply: ClientReply): void {
  reply.head(200, { 'content-type': 'text/event-stream' });
  for (const piece of PIECES) reply.write(piece);
  reply.end(' end');
}

const WHOLE = `first h\u{1f600}h é ${'x'.repeat(70_000)} b last end`;

test('pieces of every kind arrive whole and in order', async (t) => {
  const text = await exchange(t, GET, sendAll);
  assert.match(text, /transfer-encoding: chunked/i);
  assert.equal(unchunked(bodyOf(text)), WHOLE);
});

test('HTTP/1.0 gets no chunks', async (t) => {
  const text = await exchange(t, 'GET / HTTP/1.0\r\nHost: x\r\n\r\n', sendAll);
  assert.equal(bodyOf(text), WHOLE);
});

test('a reply that waits behind another on its connection does not overtake it', async (t) => {
  let number = 0;
  const text = await exchange(t, GET.replace('Connection: close\r\n', '') + GET, (reply) => {
    number += 1;
    const own = number;
    reply.head(200, {});
    reply.write(`${own}a`);
    reply.write(`${own}b`);
    setTimeout(() => reply.end(`${own}c`), own === 1 ? 30 : 0);
  });
  const [, first = '', second = ''] = text.split('HTTP/1.1 200 OK');
  assert.equal(unchunked(bodyOf(first)), '1a1b1c');
  assert.equal(unchunked(bodyOf(second)), '2a2b2c');
});

test('a client that does not read is waited for', async (t) => {
  let waits = 0;
  const text = await exchange(t, GET, (reply) => {
    let left = 400;
    reply.head(200, {});
    const more = (): void => {
      while (left > 0) {
        left -= 1;
        if (!reply.write('y'.repeat(50_000))) {
          waits += 1;
          reply.onceDrained(more);
          return;
        }
      }
      reply.end();
    };
    more();
  });
  assert.ok(waits > 0);
  assert.equal(unchunked(bodyOf(text)).length, 400 * 50_000);
});
