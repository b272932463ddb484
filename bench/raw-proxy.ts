/** The yardstick: a proxy in Node as one writes it by hand, and the least that still knows what passes. The request is
 *  gathered and parsed, as it must be to see its model, and so is each event of the reply; both are serialised again. */
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';

const upstream = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });

const server = createServer((request, reply) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => forward(request, reply, body));
});

function forward(request: IncomingMessage, reply: ServerResponse, body: string): void {
  const parsed = JSON.parse(body);
  const call = send(
    {
      host: upstream.hostname,
      port: upstream.port,
      path: request.url,
      method: request.method,
      agent,
      headers: { 'content-type': 'application/json' },
    },
    (answer) => {
      reply.writeHead(answer.statusCode ?? 502, { 'content-type': 'text/event-stream' });
      answer.setEncoding('utf8');
      let rest = '';
      answer.on('data', (piece: string) => {
        const events = (rest + piece).split('\n\n');
        rest = events.pop() ?? '';
        let out = '';
        for (const event of events) out += `${rewritten(event)}\n\n`;
        if (out !== '') reply.write(out);
      });
      answer.on('end', () => reply.end(rest));
    },
  );
  call.on('error', () => reply.destroy());
  reply.on('close', () => call.destroy());
  call.end(JSON.stringify(parsed));
}

function rewritten(event: string): string {
  return event
    .split('\n')
    .map((line) => (line.startsWith('data: {') ? `data: ${JSON.stringify(JSON.parse(line.slice(6)))}` : line))
    .join('\n');
}

// Longer than the pauses between two measurements, so that no call meets a connection that is just being closed.
server.keepAliveTimeout = 300_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.({ port: address?.port });
});
