import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Headers } from '../protocols/protocol.ts';

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** Names in lower case, as Node has them; what came several times is joined. */
export function headersOf(message: IncomingMessage): Headers {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
