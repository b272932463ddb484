import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type Failure, GatewayError } from '../ir/failure.ts';
import { listening, testCall, testTarget } from './testing/targets.ts';
import { createHttpTransport } from './transport.ts';
import type { Transport, UpstreamReply } from './upstream.ts';

function transportFor(context: TestContext, proxies = {}): Transport {
  const { transport, close } = createHttpTransport(proxies);
  context.after(close);
  return transport;
}

/** The body as it arrives, or the failure that ended it. */
function collect(reply: UpstreamReply): Promise<{ text: string; chunks: number; failure?: Failure }> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    const told = (failure?: Failure) =>
      resolve({ text: Buffer.concat(pieces).toString(), chunks: pieces.length, ...(failure ? { failure } : {}) });
    reply.pipe({
      chunk: (bytes) => {
        pieces.push(Buffer.from(bytes));
        return true;
      },
      end: () => told(),
      fail: told,
    });
  });
}

const failsWith = (kind: string) => (error: unknown) => error instanceof GatewayError && error.failure.kind === kind;

test('a call goes out whole and its reply comes back chunk by chunk', async (t) => {
  let seen = '';
  const url = await listening(t, (request, response) => {
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      seen += text;
    });
    request.on('end', () => {
      assert.equal(request.headers['content-length'], '12');
      assert.equal(request.url, '/v1/x?api-version=1');
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-two': ['a', 'b'] });
      response.write('one');
      setTimeout(() => response.end('two'), 20);
    });
  });
  const target = testTarget({ baseUrl: `${url}/v1`, query: { 'api-version': '1' } });
  const reply = await transportFor(t)(testCall(target, { body: '{"a":"\u{1f600}"}' }));
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['x-two'], 'a, b');
  const { text, chunks } = await collect(reply);
  assert.deepEqual([seen, text, chunks], ['{"a":"\u{1f600}"}', 'onetwo', 2]);
});

test('connections are kept for the next call', async (t) => {
  const ports = new Set<number | undefined>();
  const url = await listening(t, (request, response) => {
    ports.add(request.socket.remotePort);
    request.resume().on('end', () => response.end('ok'));
  });
  const transport = transportFor(t);
  for (let call = 0; call < 3; call += 1) {
    await (await transport(testCall(testTarget({ baseUrl: url })))).text(10);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(ports.size, 1);
});

test('packed replies are unpacked, stacked ones too', async (t) => {
  const text = 'data: {"hello":"world"}\n\n'.repeat(50);
  const packings: Record<string, Buffer> = {
    gzip: gzipSync(text),
    br: brotliCompressSync(text),
    zstd: zstdCompressSync(text),
    'gzip, br': brotliCompressSync(gzipSync(text)),
  };
  const url = await listening(t, (request, response) => {
    const encoding = decodeURIComponent(request.url?.slice(1) ?? '');
    response.writeHead(200, { 'content-encoding': encoding });
    response.end(packings[encoding] ?? 'broken');
  });
  const transport = transportFor(t);
  const target = testTarget({ baseUrl: url });
  for (const encoding of Object.keys(packings)) {
    const reply = await transport(testCall(target, { path: `/${encodeURIComponent(encoding)}` }));
    assert.equal((await collect(reply)).text, text, encoding);
  }
  const broken = await collect(await transport(testCall(target, { path: '/deflate' })));
  assert.equal(broken.failure?.kind, 'protocol');
  const unknown = await collect(await transport(testCall(target, { path: '/rot13' })));
  assert.match(unknown.failure?.message ?? '', /unknown content-encoding "rot13"/);
});

test('silence is a timeout: before the head, before the first byte, and between chunks', async (t) => {
  const url = await listening(t, (request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(200);
    response.flushHeaders();
    if (request.url === '/idle') response.write('one');
  });
  const transport = transportFor(t);
  const target = testTarget({ baseUrl: url, timeouts: { connectMs: 500, firstByteMs: 60, idleMs: 100 } });
  await assert.rejects(transport(testCall(target, { path: '/silent' })), failsWith('timeout'));
  const head = await collect(await transport(testCall(target, { path: '/head' })));
  assert.equal(head.failure?.kind, 'timeout');
  const idle = await collect(await transport(testCall(target, { path: '/idle' })));
  assert.deepEqual([idle.text, idle.failure?.kind], ['one', 'timeout']);
});

test('who refuses, who breaks off and who has no name is told apart', async (t) => {
  const url = await listening(t, (request, response) => {
    if (request.url === '/reset') request.socket.resetAndDestroy();
    else {
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    }
  });
  const transport = transportFor(t);
  const call = (baseUrl: string, path = '/x') => transport(testCall(testTarget({ baseUrl }), { path }));
  await assert.rejects(call('http://127.0.0.1:9'), (error) => {
    assert.ok(error instanceof GatewayError);
    assert.match(error.failure.message, /127\.0\.0\.1:9 refuses connections/);
    return true;
  });
  await assert.rejects(call(url, '/reset'), failsWith('transport'));
  const half = await collect(await call(url, '/half'));
  assert.deepEqual([half.text, half.failure?.kind], ['half', 'transport']);
});

test('an abort ends the call, before its reply and within it', async (t) => {
  let closed = 0;
  const url = await listening(t, (request, response) => {
    request.socket.once('close', () => {
      closed += 1;
    });
    if (request.url === '/stream') response.write('one');
  });
  const transport = transportFor(t);
  const early = new AbortController();
  const waiting = transport(testCall(testTarget({ baseUrl: url }), { signal: early.signal }));
  setTimeout(() => early.abort(), 20);
  await assert.rejects(waiting, failsWith('cancelled'));

  const late = new AbortController();
  const reply = await transport(testCall(testTarget({ baseUrl: url }), { path: '/stream', signal: late.signal }));
  setTimeout(() => late.abort(), 20);
  assert.equal((await collect(reply)).failure?.kind, 'cancelled');
  await assert.rejects(transport(testCall(testTarget(), { signal: late.signal })), failsWith('cancelled'));
  while (closed < 2) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a sink that is full stops the wire until it resumes', async (t) => {
  const url = await listening(t, (_request, response) => {
    let left = 64;
    const more = (): void => {
      while (left > 0) {
        left -= 1;
        if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  const reply = await transportFor(t)(testCall(testTarget({ baseUrl: url })));
  let size = 0;
  let resting = false;
  await new Promise<void>((resolve, reject) => {
    reply.pipe({
      chunk: (bytes, resume) => {
        assert.equal(resting, false, 'a chunk came while the sink was full');
        size += bytes.length;
        resting = true;
        setTimeout(() => {
          resting = false;
          resume();
        }, 1);
        return false;
      },
      end: resolve,
      fail: (failure) => reject(new GatewayError(failure)),
    });
  });
  assert.equal(size, 64 * 65_536);
});

test('the concurrency of a provider is a bound', async (t) => {
  let open = 0;
  let most = 0;
  const url = await listening(t, (request, response) => {
    open += 1;
    most = Math.max(most, open);
    request.resume();
    setTimeout(() => {
      open -= 1;
      response.end('ok');
    }, 15);
  });
  const transport = transportFor(t);
  const target = testTarget({ baseUrl: url, concurrency: 2 });
  await Promise.all(Array.from({ length: 6 }, async () => (await transport(testCall(target))).text(10)));
  assert.equal(most, 2);
});

test('a call that waits in vain for a free connection says so', async (t) => {
  const url = await listening(t, (_, response) => void response.writeHead(200).write('held'));
  const transport = transportFor(t);
  const timeouts = { connectMs: 40, firstByteMs: 40, idleMs: 5_000 };
  const target = testTarget({ baseUrl: url, concurrency: 1, timeouts });
  const first = await transport(testCall(target));
  await assert.rejects(
    transport(testCall(target)),
    (error) => error instanceof GatewayError && /was free within 0\.08 s/.test(error.message),
  );
  first.cancel();
});

test('a proxy is taken from the provider or the environment, and NO_PROXY is obeyed', async (t) => {
  const asked: string[] = [];
  const proxy = await listening(t, (request, response) => {
    asked.push(request.url ?? '');
    request.resume().on('end', () => response.end('by proxy'));
  });
  const call = async (transport: Transport, target = testTarget({ baseUrl: 'http://models.example:8080/v1' })) =>
    (await transport(testCall(target))).text(100);
  assert.equal(await call(transportFor(t, { http: proxy })), 'by proxy');
  const own = testTarget({ baseUrl: 'http://models.example:8080/v1', proxy });
  assert.equal(await call(transportFor(t), own), 'by proxy');
  assert.deepEqual(asked, ['http://models.example:8080/v1/x', 'http://models.example:8080/v1/x']);
  const direct = await listening(t, (_request, response) => response.end('direct'));
  assert.equal(await call(transportFor(t, { http: proxy }), testTarget({ baseUrl: direct })), 'direct');
  await assert.rejects(call(transportFor(t, { http: proxy, none: 'other.example, .example' })), failsWith('transport'));
});

test('HTTPS goes through the proxy as a tunnel', async (t) => {
  const connects: string[] = [];
  const { createServer } = await import('node:http');
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    connects.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const transport = transportFor(t, { https: `http://127.0.0.1:${port}` });
  await assert.rejects(
    transport(testCall(testTarget({ baseUrl: 'https://models.example/v1' }))),
    failsWith('transport'),
  );
  assert.deepEqual(connects, ['models.example:443']);
});

test('bytes that are no HTTP are a failure of the transport', async (t) => {
  const { createServer } = await import('node:net');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('hello, I am no web server\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  connect(port).destroy();
  await assert.rejects(
    transportFor(t)(testCall(testTarget({ baseUrl: `http://127.0.0.1:${port}` }))),
    failsWith('transport'),
  );
});
