import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { callGateway, GatewayUnreachable, isLive } from './gateway-client.ts';

test('a call carries the token and its JSON, and gives the body as it comes and whole', async (t) => {
  const url = await gateway(t, async (request, reply) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    reply.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${request.headers.authorization}` });
    reply.write('one ');
    reply.end(body);
  });
  const pieces: string[] = [];
  const reply = await callGateway(
    { url, token: 't' },
    { method: 'POST', path: '/x', body: { a: 'ü' }, timeoutMs: 2_000, onText: (text) => pieces.push(text) },
  );
  assert.deepEqual(
    [reply.status, reply.text, pieces.join(''), reply.headers['x-seen']],
    [201, 'one {"a":"ü"}', 'one {"a":"ü"}', 'POST /x Bearer t'],
  );
});

test('nobody there, silence, and a reply that breaks off', async (t) => {
  const silent = await tcp(t, () => {});
  const broken = await tcp(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
  for (const url of ['http://127.0.0.1:1', silent, broken]) {
    await assert.rejects(callGateway({ url }, { path: '/', timeoutMs: 100 }), GatewayUnreachable);
  }
});

test('live is who answers 200, and nobody else', async (t) => {
  const good = await gateway(t, (request, reply) => reply.writeHead(request.url === '/health/live' ? 200 : 404).end());
  const other = await gateway(t, (_, reply) => reply.writeHead(404).end());
  const silent = await tcp(t, () => {});
  const hangsUp = await tcp(t, (socket) => socket.end());
  const asked = [good, other, silent, hangsUp, 'http://127.0.0.1:1'];
  assert.deepEqual(await Promise.all(asked.map((url) => isLive({ url }, 100))), [true, false, false, false, false]);
});

async function gateway(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  t.after(() => server.closeAllConnections());
  return listen(t, server);
}

function tcp(t: TestContext, connected: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    connected(socket);
  });
  return listen(t, server);
}

async function listen(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${port(server.address())}`;
}

function port(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
