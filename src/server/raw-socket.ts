import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { plainError } from './plain-error.ts';

/** Answers a request for a socket with a refusal. 426 sends Codex to HTTP at once and without a word; any other status
 *  it tries again first. */
export function refuseUpgrade(stream: Duplex, status: number, message: string): void {
  // Node takes its own listener off: a client that breaks off here would end the process.
  stream.on('error', () => stream.destroy());
  // Once it is told: nobody would end a connection that its client keeps half open.
  stream.end(errorText({ status, message, code: 'upgrade_refused' }), () => stream.destroy());
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
  socket.end(errorText({ status, message, code: 'invalid_request' }, reason));
}

function errorText(
  error: { readonly status: number; readonly message: string; readonly code: string },
  reason = STATUS_CODES[error.status] ?? '',
): string {
  const body = JSON.stringify(plainError('openai-responses', { ...error, requestId: '' }));
  return `HTTP/1.1 ${error.status} ${reason}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
