/** A provider of fixed replies, for all measurements the same. The model's name says how the reply comes:
 *  `flow-MS`: 200 chunks, MS apart, 0 for all at once; `first-MS`: one chunk, and after MS the rest at once; `hold`: one chunk, then silence until the client leaves. */
import { createServer, type ServerResponse } from 'node:http';
import { CHUNKS, chat, type Form, gemini, messages, responses } from './forms.ts';

const server = createServer((request, reply) => {
  if (request.method !== 'POST') {
    reply.writeHead(404).end();
    return;
  }
  let head = '';
  request.on('data', (bytes: Buffer) => {
    if (head.length < 200) head += bytes.toString('latin1', 0, 200);
  });
  request.on('end', () => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const model = /\/models\/([^:]+):/.exec(path)?.[1] ?? /"model":\s*"([^"]+)"/.exec(head)?.[1] ?? 'flow-0';
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    send(reply, formOf(path), model);
  });
});

function formOf(path: string): Form {
  if (path.endsWith('/responses')) return responses;
  if (path.endsWith('/messages')) return messages;
  return path.endsWith(':streamGenerateContent') ? gemini : chat;
}

function send(reply: ServerResponse, form: Form, model: string): void {
  if (form.head !== '') reply.write(form.head);
  if (model === 'hold') {
    reply.write(form.piece(0));
    return;
  }
  const [kind, pause] = model.split('-');
  const pace = Number(pause ?? 0);
  let index = 0;
  const next = (): void => {
    reply.write(form.piece(index));
    index += 1;
    if (index < CHUNKS) return;
    clearInterval(timer);
    reply.end(form.tail);
  };
  const all = (): void => {
    while (index < CHUNKS) next();
  };
  const timer = pace > 0 && kind === 'flow' ? setInterval(next, pace) : undefined;
  if (kind === 'first') {
    next();
    setTimeout(all, pace);
  } else if (timer === undefined) all();
  reply.on('close', () => clearInterval(timer));
}

// Longer than the pauses between two measurements, so that no call meets a connection that is just being closed.
server.keepAliveTimeout = 300_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.({ port: address?.port });
});
