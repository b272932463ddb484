import { WebSocket } from 'ws';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';

/** A client on a socket.
 *  @property turn   sends a frame; resolves with the events of its reply, the last of them terminal.
 *  @property send   sends a frame and waits for nothing.
 *  @property next   the next event; rejects where the socket closes instead.
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
  const readers: PromiseWithResolvers<JsonObject>[] = [];
  let end: Error | undefined;
  socket.on('message', (data) => {
    const event = parseJson(String(data));
    if (!isJsonObject(event)) throw new TypeError('a frame that is no JSON object');
    const reader = readers.shift();
    if (reader === undefined) events.push(event);
    else reader.resolve(event);
  });
  const next = async (): Promise<JsonObject> => {
    const event = events.shift();
    if (event !== undefined) return event;
    if (end !== undefined) throw end;
    const reader = Promise.withResolvers<JsonObject>();
    readers.push(reader);
    return reader.promise;
  };
  const send = (frame: string | JsonObject): void =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify({ type: 'response.create', ...frame }));
  let broken = '';
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.once('close', (code) => {
    end = new Error(`the socket was closed with ${code}${broken}`);
    for (const reader of readers.splice(0)) reader.reject(end);
  });
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', (error) => {
      broken = `: ${error.message}`;
      reject(error);
    });
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
