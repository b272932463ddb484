import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { plainError } from './plain-error.ts';

/** Codex tries a WebSocket first where its provider says so; 426 sends it to HTTP at once and without a word. */
export function refuseUpgrade(_request: IncomingMessage, socket: Socket): void {
  // Node takes its own listener off: a client that breaks off here would end the process.
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

type Refusal = { readonly status: number; readonly reason: string; readonly message: string };

const NO_HTTP: Refusal = { status: 400, reason: 'Bad Request', message: 'This is no valid HTTP request.' };
/** Codes of Node's HTTP parser and server. https://nodejs.org/api/http.html#event-clienterror */
const REFUSALS: { readonly [code: string]: Refusal } = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'Request Header Fields Too Large',
    message: 'The headers of the request are larger than 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'Request Timeout',
    message: 'The request did not come whole in time.',
  },
};

/** Answers bytes that never became a request. */
export function refuseBytes(error: Error, socket: Socket): void {
  if (!socket.writable) return;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const { status, reason, message } = REFUSALS[code] ?? NO_HTTP;
  const body = JSON.stringify(
    plainError('openai-responses', { status, message, code: 'invalid_request', requestId: '' }),
  );
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
