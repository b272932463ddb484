/** The fixed replies of each protocol: 200 pieces of text between a head and a tail. */

export const CHUNKS = 200;

/** @property piece  the event of one chunk. */
export type Form = { readonly head: string; readonly piece: (index: number) => string; readonly tail: string };

const created = 1_700_000_000;

const chatChunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

export const chat: Form = {
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

export const responses: Form = {
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

export const messages: Form = {
  head:
    event('message_start', {
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  piece: (index) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: `word${index} ` } }),
  tail:
    event('content_block_stop', { index: 0 }) +
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 10, output_tokens: CHUNKS },
    }) +
    event('message_stop', {}),
};

const part = (candidate: object): string =>
  `data: ${JSON.stringify({ candidates: [{ index: 0, ...candidate }], usageMetadata: { promptTokenCount: 10, candidatesTokenCount: CHUNKS, totalTokenCount: 10 + CHUNKS }, modelVersion: 'm', responseId: 'r1' })}\n\n`;

export const gemini: Form = {
  head: '',
  piece: (index) => part({ content: { role: 'model', parts: [{ text: `word${index} ` }] } }),
  tail: part({ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP' }),
};
