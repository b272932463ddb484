import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, type WebSocketServer } from 'ws';
import { isJsonObject, parseJson } from '../../../src/ir/json.ts';
import type { Exchange } from './recorder.ts';

type Upgrade = { readonly incoming: IncomingMessage; readonly stream: Duplex; readonly head: Buffer };

const TERMINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.failed',
  'response.incomplete',
  'error',
]);

/** Passes a socket on to the target, and each turn on it to `record`: its events as a stream over HTTP would have them. */
export function relaySocket(
  sockets: WebSocketServer,
  { incoming, stream, head }: Upgrade,
  target: string,
  record: (exchange: Omit<Exchange, 'model'>) => void,
): void {
  const path = incoming.url ?? '/';
  const { host: _host, ...sent } = incoming.headers;
  const headers = Object.fromEntries(
    Object.entries(sent).filter(([name]) => !/^(?:connection|upgrade|sec-websocket-.+)$/.test(name)),
  );
  const upstream = new WebSocket(`${target.replace(/^http/, 'ws')}${path}`, { headers, perMessageDeflate: false });
  upstream.on('unexpected-response', (_, answer) => {
    stream.end(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\ncontent-length: 0\r\n\r\n`);
  });
  upstream.on('error', () => stream.destroy());
  upstream.once('open', () => {
    sockets.handleUpgrade(incoming, stream, head, (client) => {
      let requestBody = Buffer.alloc(0);
      let reply = '';
      client.on('message', (data) => {
        requestBody = Buffer.from(String(data));
        reply = '';
        upstream.send(String(data));
      });
      upstream.on('message', (data) => {
        const text = String(data);
        const event = parseJson(text);
        const type = isJsonObject(event) ? event['type'] : undefined;
        reply += `event: ${type}\ndata: ${text}\n\n`;
        client.send(text);
        if (!TERMINAL.has(type)) return;
        const status = type === 'error' && isJsonObject(event) ? Number(event['status']) : 200;
        const requestHeaders = incoming.headers;
        record({ path, requestHeaders, requestBody, status, headers: {}, reply: Buffer.from(reply) });
      });
      client.on('close', () => upstream.close());
      upstream.on('close', () => client.close());
    });
  });
}
