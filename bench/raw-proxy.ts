/** The yardstick: the least that a proxy in Node can do and still touch every event. The request is piped through;
 *  each event of the reply is parsed and serialised again. */
import { Agent, createServer, request as send } from 'node:http';

const upstream = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });

const server = createServer((request, reply) => {
  const call = send(
    {
      host: upstream.hostname,
      port: upstream.port,
      path: request.url,
      method: request.method,
      agent,
      headers: { 'content-type': 'application/json', 'content-length': request.headers['content-length'] },
    },
    (answer) => {
      reply.writeHead(answer.statusCode ?? 502, { 'content-type': 'text/event-stream' });
      answer.setEncoding('utf8');
      let rest = '';
      answer.on('data', (text: string) => {
        const events = (rest + text).split('\n\n');
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
  request.pipe(call);
});

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
