import { WebSocket } from 'ws';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';

/** A client on a socket.
 *  @property turn   sends a frame; resolves with the events of its reply, the last of them terminal.
 *  @property send   sends a frame and waits for nothing.
 *  @property next   the next event.
 *  @property closed the code with which the socket was closed. */
export type SocketClient = {
  readonly socket: WebSocket;
  readonly turn: (frame: JsonObject) => Promise<readonly JsonObject[]>;
  readonly send: (frame: string | JsonObject) => void;
  readonly next: () => Promise<JsonObject>;
  readonly closed: Promise<number>;
};

/** The last events of a reply. */
export const TERMINAL: readonly unknown[] = ['response.completed', 'response.failed', 'response.incomplete', 'error'];

/** @returns the client, or the status with which it was refused. */
export function openSocket(
  url: string,
  headers: { readonly [name: string]: string },
  path = '/v1/responses',
): Promise<SocketClient | number> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, { headers, perMessageDeflate: false });
  const events: JsonObject[] = [];
  const readers: ((event: JsonObject) => void)[] = [];
  socket.on('message', (data) => {
    const event = parseJson(String(data));
    if (!isJsonObject(event)) throw new TypeError('a frame that is no JSON object');
    const reader = readers.shift();
    if (reader === undefined) events.push(event);
    else reader(event);
  });
  const next = (): Promise<JsonObject> => {
    const event = events.shift();
    return event === undefined ? new Promise((resolve) => readers.push(resolve)) : Promise.resolve(event);
  };
  const send = (frame: string | JsonObject): void =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify({ type: 'response.create', ...frame }));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
    socket.once('open', () =>
      resolve({
        socket,
        send,
        next,
        closed,
        turn: async (frame) => {
          send(frame);
          const reply: JsonObject[] = [];
          while (!TERMINAL.includes(reply.at(-1)?.['type'])) reply.push(await next());
          return reply;
        },
      }),
    );
  });
}
