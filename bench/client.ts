import { Agent, type ClientRequest, request as send } from 'node:http';
import { WebSocket } from 'ws';

/** Where a stream is asked for: straight at the upstream, through the yardstick, or through the gateway. */
export type Place = { readonly url: string; readonly path: string; readonly token?: string };

/** Milliseconds since the call. @property bytes  of the reply's body. */
export type Streamed = {
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly bytes: number;
  readonly whole: boolean;
};

const ENDINGS = ['response.completed', '[DONE]', 'message_stop', '"finishReason":"STOP"'];

const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });

/** One streamed call, read to its end. */
export function stream(place: Place, body: string | Buffer): Promise<Streamed> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let firstByteMs = 0;
    let bytes = 0;
    let whole = false;
    const call = open(place, body, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - startedAt;
        bytes += chunk.length;
        // Each ending names itself more than once, so that a cut between two chunks does not hide it.
        whole ||= ENDINGS.some((ending) => chunk.includes(ending));
      });
      answer.on('end', () =>
        resolve({
          firstByteMs,
          totalMs: performance.now() - startedAt,
          bytes,
          whole: whole && answer.statusCode === 200,
        }),
      );
    });
    call.on('error', reject);
  });
}

/** One call that stays open. @returns how to leave it, once its first byte is there. */
export function hold(
  place: Place,
  body: string,
): Promise<{ readonly leave: () => void; readonly isOpen: () => boolean }> {
  return new Promise((resolve, reject) => {
    let isOpen = true;
    const call = open(place, body, (answer) => {
      answer.on('error', () => {});
      answer.once('data', () => resolve({ leave: () => call.destroy(), isOpen: () => isOpen }));
      answer.on('close', () => {
        isOpen = false;
      });
    });
    call.on('error', reject);
  });
}

function open(place: Place, body: string | Buffer, answered: Parameters<typeof send>[2] & {}): ClientRequest {
  const url = new URL(place.url);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(place.token === undefined ? {} : { authorization: `Bearer ${place.token}` }),
  };
  const call = send({ host: url.hostname, port: url.port, path: place.path, method: 'POST', agent, headers }, answered);
  call.end(body);
  return call;
}

/** A socket of the Responses API. @property turn  one turn on it, to its last frame. */
export type Socket = { readonly turn: (body: string) => Promise<void>; readonly close: () => void };

export function connect(place: Place): Promise<Socket> {
  const socket = new WebSocket(`${place.url.replace(/^http/, 'ws')}${place.path}`, {
    headers: { authorization: `Bearer ${place.token ?? ''}` },
    perMessageDeflate: false,
  });
  const turn = (body: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const onMessage = (data: Buffer): void => {
        // The first bytes name the frame.
        const type = data.toString('latin1', 0, 40);
        if (!type.includes('response.completed') && !type.includes('"error"')) return;
        socket.off('message', onMessage);
        if (type.includes('response.completed')) resolve();
        else reject(new Error(`a turn failed: ${data.toString('utf8', 0, 500)}`));
      };
      socket.on('message', onMessage);
      socket.send(body);
    });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ turn, close: () => socket.close() }));
    socket.once('error', reject);
  });
}
