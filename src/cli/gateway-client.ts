import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** The local gateway. @property url  its origin, without a trailing slash. @property token  the local token. */
export type Gateway = { readonly url: string; readonly token?: string };

/** @property timeoutMs  bound of the whole call. @property onText  gets the body as it arrives, decoded. */
export type GatewayCall = {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly timeoutMs: number;
  readonly onText?: (text: string) => void;
};

export type GatewayReply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** No gateway answered: nothing listens, it hangs, or it went away in mid-reply. */
export class GatewayUnreachable extends Error {
  override readonly name = 'GatewayUnreachable';
}

/** One call to the gateway of this machine: the command line's only use of the network.
 *  @throws GatewayUnreachable */
export async function callGateway(gateway: Gateway, call: GatewayCall): Promise<GatewayReply> {
  const url = new URL(gateway.url + call.path);
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
  if (gateway.token !== undefined) headers['authorization'] = `Bearer ${gateway.token}`;
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        new GatewayUnreachable(`the gateway at ${gateway.url} does not answer: ${error.message}`, { cause: error }),
      );
    const options = {
      method: call.method ?? 'GET',
      headers,
      agent: false,
      signal: AbortSignal.timeout(call.timeoutMs),
      // The certificate names the gateway's public host; here the call never leaves this machine.
      rejectUnauthorized: false,
    };
    const outgoing = request(url, options, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk: string) => {
        text += chunk;
        call.onText?.(chunk);
      });
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
      reply.on('error', fail);
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

/** Does a gateway answer there? Never throws. Asked on a bare socket, since Node's HTTP client takes longer to load
 *  than everything else that `plugboard token` does. */
export async function isLive(gateway: Gateway, timeoutMs: number): Promise<boolean> {
  const url = new URL(gateway.url);
  if (url.protocol === 'https:') {
    const call = callGateway(gateway, { path: '/health/live', timeoutMs });
    return call.then(
      (reply) => reply.status === 200,
      () => false,
    );
  }
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) });
    const answer = (live: boolean): void => {
      socket.destroy();
      resolve(live);
    };
    socket.setTimeout(timeoutMs, () => answer(false));
    socket.on('error', () => answer(false));
    socket.on('close', () => answer(false));
    socket.on('data', (bytes) => answer(/^HTTP\/1\.1 200 /.test(bytes.toString('latin1'))));
    socket.write(`GET /health/live HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`);
  });
}
