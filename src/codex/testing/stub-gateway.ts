import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelInfo } from '../model-info.ts';

/** @property body  parsed; null where there was none. */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly model?: string; readonly input?: readonly { readonly content?: unknown }[] } | null;
};

/** A gateway that answers every turn with one word. */
export type StubGateway = {
  readonly baseUrl: string;
  readonly requests: readonly SeenRequest[];
  readonly close: () => Promise<void>;
};

const REPLY = [
  { type: 'response.created', response: { id: 'r1' } },
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'pong' }] },
  },
  {
    type: 'response.completed',
    response: { id: 'r1', usage: { input_tokens: 9, output_tokens: 1, total_tokens: 10 } },
  },
];

export async function stubGateway(catalog: readonly ModelInfo[]): Promise<StubGateway> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { method = '', url = '', headers } = request;
    requests.push({ method, path: url.replace(/\?.*/, ''), headers, body: text === '' ? null : JSON.parse(text) });
    if (method === 'GET') return void response.end(JSON.stringify({ models: catalog }));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(REPLY.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? (address satisfies AddressInfo).port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
