import type { ServerResponse } from 'node:http';
import type { ClientReply } from '../pipeline/client.ts';
import type { Headers } from '../protocols/protocol.ts';

/** Pieces up to this length, in bytes or characters, are framed in one text. */
const MAX_TEXT = 64 * 1024;

/** The way back to an HTTP client. Writes after the client has left go nowhere.
 *
 *  Node writes a chunk as four pieces, which costs a fifth of a paced stream's CPU. So once the head is out, the chunk
 *  is framed here (RFC 9112, section 7.1) and goes to the socket in one piece; what is not plain enough for that
 *  (HTTP/1.0, a reply that waits behind another on its connection) goes Node's way. */
export function clientReply(response: ServerResponse): ClientReply {
  let isFlowing = false;
  let isSocketFull = false;

  function write(data: string | Uint8Array): boolean {
    const { socket } = response;
    // A chunk without a byte would be the end of the reply.
    if (response.destroyed || data.length === 0) return true;
    isSocketFull = false;
    if (!isFlowing || socket === null || !response.chunkedEncoding || data.length > MAX_TEXT) {
      isFlowing = response.headersSent && socket !== null;
      return response.write(data);
    }
    const text = typeof data === 'string' ? data : latin1(data);
    const length = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    // Where each character is one byte, nothing is left to encode.
    const room = socket.write(framed(length, text), length === text.length ? 'latin1' : 'utf8');
    isSocketFull = !room;
    return room;
  }

  return {
    head: (status, headers) => {
      if (!response.headersSent) response.writeHead(status, definedHeaders(headers));
    },
    write,
    onceDrained: (resume) => {
      if (isSocketFull) response.socket?.once('drain', resume);
      else response.once('drain', resume);
    },
    end: (data) => {
      if (data === undefined || data === '') response.end();
      else response.end(data);
    },
    cut: () => {
      response.destroy();
    },
  };
}

function framed(length: number, text: string): string {
  return `${length.toString(16)}\r\n${text}\r\n`;
}

/** One character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function definedHeaders(headers: Headers): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) defined[name] = value;
  return defined;
}
