import type { ServerResponse } from 'node:http';
import type { ClientReply } from '../pipeline/client.ts';
import type { Headers } from '../protocols/protocol.ts';

/** The way back to an HTTP client. Writes after the client has left go nowhere. */
export function clientReply(response: ServerResponse): ClientReply {
  return {
    head: (status, headers) => {
      if (!response.headersSent) response.writeHead(status, definedHeaders(headers));
    },
    write: (data) => response.destroyed || response.write(data),
    onceDrained: (resume) => {
      response.once('drain', resume);
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

function definedHeaders(headers: Headers): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) defined[name] = value;
  return defined;
}
