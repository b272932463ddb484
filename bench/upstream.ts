/** A provider of fixed replies, for all measurements the same. The model's name says how the reply comes:
 *  `flow-MS`: 200 chunks, MS apart, 0 for all at once; `first-MS`: one chunk, and after MS the rest at once; `hold`: one chunk, then silence until the client leaves. */
import { createServer, type ServerResponse } from 'node:http';

const CHUNKS = 200;
const created = 1_700_000_000;

const chatChunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const chat = {
  head: chatChunk({ role: 'assistant', content: '' }),
  piece: (index: number) => chatChunk({ content: `word${index} ` }),
  tail: `${chatChunk({}, 'stop')}data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created, model: 'm', choices: [], usage: { prompt_tokens: 10, completion_tokens: CHUNKS, total_tokens: 10 + CHUNKS } })}\n\ndata: [DONE]\n\n`,
};

const event = (type: string, members: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const item = { id: 'msg_1', type: 'message', role: 'assistant' };
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: created,
  model: 'm',
  output: [],
  status: 'in_progress',
};
const text = Array.from({ length: CHUNKS }, (_, index) => `word${index} `).join('');
const done = { ...item, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] };

const responses = {
  head:
    event('response.created', { sequence_number: 0, response }) +
    event('response.output_item.added', {
      sequence_number: 1,
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    }) +
    event('response.content_part.added', {
      sequence_number: 2,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [] },
    }),
  piece: (index: number) =>
    event('response.output_text.delta', {
      sequence_number: 3 + index,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta: `word${index} `,
      logprobs: [],
    }),
  tail:
    event('response.output_text.done', {
      sequence_number: 300,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      text,
    }) +
    event('response.content_part.done', {
      sequence_number: 301,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: done.content[0],
    }) +
    event('response.output_item.done', { sequence_number: 302, output_index: 0, item: done }) +
    event('response.completed', {
      sequence_number: 303,
      response: {
        ...response,
        status: 'completed',
        output: [done],
        usage: {
          input_tokens: 10,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: CHUNKS,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 10 + CHUNKS,
        },
      },
    }),
};

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
    const model = /"model":\s*"([^"]+)"/.exec(head)?.[1] ?? 'flow-0';
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    send(reply, request.url?.endsWith('/responses') ? responses : chat, model);
  });
});

function send(reply: ServerResponse, form: typeof chat, model: string): void {
  reply.write(form.head);
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
