import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { parseJson } from '../../../src/ir/json.ts';
import { modelAsked } from '../../../src/simulator/asked.ts';
import { relaySocket } from './socket-relay.ts';

/** One exchange as it went over the wire; on a socket a client's frame and the events that answered it.
 *  @property model  the slug that was asked for. */
export type Exchange = {
  readonly path: string;
  readonly model: string | undefined;
  readonly requestHeaders: IncomingMessage['headers'];
  readonly requestBody: Buffer;
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly reply: Buffer;
};

export type Recorder = {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  readonly close: () => Promise<void>;
};

/** A proxy that changes nothing and remembers everything. */
export async function startRecorder(target: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const requestBody = Buffer.concat(chunks);
    const { host: _host, ...headers } = incoming.headers;
    const upstream = request(`${target}${incoming.url ?? '/'}`, { method: incoming.method ?? 'GET', headers });
    outgoing.once('close', () => upstream.destroy());
    upstream.once('error', () => outgoing.destroy());
    upstream.once('response', (answer) => {
      const reply: Buffer[] = [];
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk: Buffer) => {
        reply.push(chunk);
        outgoing.write(chunk);
      });
      answer.once('error', () => outgoing.destroy());
      answer.once('close', () => {
        exchanges.push({
          path: incoming.url ?? '/',
          model: modelOf(incoming.url ?? '/', requestBody),
          requestHeaders: incoming.headers,
          requestBody,
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          reply: Buffer.concat(reply),
        });
        outgoing.end();
      });
    });
    upstream.end(requestBody);
  };
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (incoming, stream, head) => {
    relaySocket(sockets, { incoming, stream, head }, target, (exchange) =>
      exchanges.push({ ...exchange, model: modelOf(exchange.path, exchange.requestBody) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the recorder listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function modelOf(path: string, body: Buffer): string | undefined {
  return modelAsked(path, parseJson(body.toString('utf8')));
}
