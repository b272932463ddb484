import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { authenticate } from './auth.ts';
import { hostProblem } from './host.ts';
import { refuseUpgrade } from './raw-socket.ts';
import { headersOf } from './request-facts.ts';
import type { Services } from './services.ts';
import { type SocketCaller, type SocketTurns, socketTurns } from './socket-turns.ts';
import { tagsOf } from './tags.ts';

const PATH = '/v1/responses';
/** Sockets at once; further ones are sent to HTTP. */
const MAX_SOCKETS = 1_000;
/** A client that does not answer a ping before the next one is gone, in ms. */
const PING_MS = 30_000;
/** Close codes of RFC 6455, section 7.4.1. */
const GOING_AWAY = 1_001;
const TEXT_ONLY = 1_003;

/** @property upgrade  takes a request for a socket, or refuses it.
 *  @property close    takes no more turns, lets those that run end within the bound, and breaks off the rest. */
export type Sockets = {
  readonly upgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
  readonly close: (boundMs: number) => Promise<void>;
};

/** Does the client want a socket? Others offer HTTP/2 in the same header, as Java's client does, and are answered in the
 *  HTTP that they came with. */
export function asksForSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** The Responses API on sockets: the same path, guards and line as over HTTP. */
export function createSockets(services: Services, bodyLimitBytes: number): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Compression costs 300 KB of memory a socket, for a client that is on the same machine.
    perMessageDeflate: false,
    // A frame up to twice the limit is refused in words; a larger one closes the socket.
    maxPayload: 2 * bodyLimitBytes,
  });
  const open = new Map<WebSocket, SocketTurns>();
  let closing = false;

  /** The guards of HTTP, and what is said to those whom they turn away. */
  function admit(request: IncomingMessage): SocketCaller | { readonly status: number; readonly message: string } {
    const { websocket, allowedHosts, tagHeaders } = services.settings();
    if (!websocket || closing) return { status: 426, message: 'No sockets are served; send the request over HTTP.' };
    const headers = headersOf(request);
    const host = hostProblem(headers, allowedHosts);
    if (host !== undefined) return { status: 403, message: host };
    const authentication = authenticate(headers, services.tokens());
    if (!authentication.ok) return { status: 401, message: authentication.message };
    if (request.url?.split('?', 1)[0] !== PATH) return { status: 404, message: `Sockets are served at ${PATH} alone.` };
    if (open.size >= MAX_SOCKETS) return { status: 426, message: `${MAX_SOCKETS} sockets are open; use HTTP.` };
    const { caller, headers: own } = authentication;
    return { owner: `socket ${services.newId()}`, caller, headers: own, tags: tagsOf(request, tagHeaders) };
  }

  function accept(socket: WebSocket, stream: Duplex, who: SocketCaller): void {
    const turns = socketTurns(services, socket, stream, who);
    open.set(socket, turns);
    let isAlive = true;
    const ping = setInterval(() => {
      if (!isAlive) socket.terminate();
      isAlive = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }, PING_MS);
    ping.unref();
    socket.on('pong', () => {
      isAlive = true;
    });
    socket.on('message', (data, isBinary) => {
      isAlive = true;
      if (isBinary || !Buffer.isBuffer(data)) socket.close(TEXT_ONLY, 'Send each request as a text frame.');
      else turns.frame(data);
    });
    // A frame that is too large, or no frame at all: the socket has closed itself with the code that says so.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(ping);
      open.delete(socket);
      turns.leave();
      services.kept.dropAll(who.owner);
    });
  }

  return {
    upgrade: (request, stream, head) => {
      const admitted = admit(request);
      if ('status' in admitted) refuseUpgrade(stream, admitted.status, admitted.message);
      else server.handleUpgrade(request, stream, head, (socket) => accept(socket, stream, admitted));
    },
    close: async (boundMs) => {
      closing = true;
      const late = setTimeout(() => {
        for (const socket of open.keys()) socket.terminate();
      }, boundMs);
      await Promise.all(
        [...open].map(async ([socket, turns]) => {
          await turns.finish();
          socket.close(GOING_AWAY, 'The gateway stops.');
        }),
      );
      // A client that never answers the closing of its socket.
      for (const socket of open.keys()) setTimeout(() => socket.terminate(), 1_000).unref();
      clearTimeout(late);
    },
  };
}
