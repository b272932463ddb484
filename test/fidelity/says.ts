import type { Json, JsonObject } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';

/** Whole streams of each upstream protocol around the one thing that a probe is about. */

const frame = (value: Json): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: JsonObject): string => `event: ${String(value['type'])}\n${frame(value)}`;

export function chat(delta: JsonObject, finish = 'stop', usage: JsonObject = CHAT_USAGE): string {
  const chunk = (choice: JsonObject, more: JsonObject = {}): string =>
    frame({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, ...choice }],
      ...more,
    });
  return `${chunk({ delta, finish_reason: null })}${chunk({ delta: {}, finish_reason: finish }, { usage })}data: [DONE]\n\n`;
}

const CHAT_USAGE: JsonObject = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };

/** @param items  finished output items. */
export function responses(items: readonly JsonObject[], status = 'completed', more: JsonObject = {}): string {
  const response = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status,
    output: items,
    usage: RESPONSES_USAGE,
    ...more,
  };
  return [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    ...items.flatMap((item, index): JsonObject[] => [
      {
        type: 'response.output_item.added',
        output_index: index,
        item: { ...item, status: 'in_progress', content: [], summary: [] },
      },
      { type: 'response.output_item.done', output_index: index, item },
    ]),
    { type: `response.${status}`, response },
  ]
    .map(named)
    .join('');
}

const RESPONSES_USAGE: JsonObject = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 12,
};

export function message(parts: readonly JsonObject[]): JsonObject {
  return { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: parts };
}

/** @param blocks  each with its deltas. */
export function messages(
  blocks: readonly (readonly [JsonObject, ...JsonObject[]])[],
  stop = 'end_turn',
  usage: JsonObject = {},
): string {
  const start = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 10, ...usage },
  };
  return [
    { type: 'message_start', message: start },
    ...blocks.flatMap(([block, ...deltas], index): JsonObject[] => [
      { type: 'content_block_start', index, content_block: block },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: stop }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ]
    .map(named)
    .join('');
}

export function gemini(parts: readonly JsonObject[], more: JsonObject = {}, usage: JsonObject = {}): string {
  return frame({
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12, ...usage },
    modelVersion: 'm',
    responseId: 'r',
  });
}

/** The same text said by all. */
export function saying(text: string): { readonly [P in ProtocolId]: string } {
  return {
    'openai-responses': responses([message([{ type: 'output_text', text, annotations: [] }])]),
    'openai-chat': chat({ content: text }),
    'anthropic-messages': messages([
      [
        { type: 'text', text: '' },
        { type: 'text_delta', text },
      ],
    ]),
    gemini: gemini([{ text }]),
  };
}
