import type { ProtocolId } from '../../src/ir/protocol-id.ts';

/** What a stream of one protocol says at its beginning, in its middle and at its end, so that one hostile reply can be
 *  told to all of them.
 *  @property text   one piece of the answer. @property call  one piece of the arguments of the call with this number.
 *  @property value  a piece of a stream with any JSON text in the place of a value. */
export type Speech = {
  readonly head: string;
  readonly text: (piece: string) => string;
  readonly begin: (number: number) => string;
  readonly call: (number: number, piece: string) => string;
  readonly value: (json: string) => string;
};

const json = JSON.stringify;
const frame = (data: string): string => `data: ${data}\n\n`;
const candidate = (part: string): string => frame(`{"candidates":[{"content":{"role":"model","parts":[${part}]}}]}`);
const choice = (delta: string): string => frame(`{"id":"c","choices":[{"index":0,"delta":${delta}}]}`);

export const SPEECH: { readonly [P in ProtocolId]?: Speech } = {
  'openai-chat': {
    head: '',
    text: (piece) => choice(`{"content":${json(piece)}}`),
    begin: (number) =>
      choice(`{"tool_calls":[{"index":${number},"id":"i${number}","function":{"name":"n","arguments":""}}]}`),
    call: (number, piece) => choice(`{"tool_calls":[{"index":${number},"function":{"arguments":${json(piece)}}}]}`),
    value: (value) =>
      choice(`{"tool_calls":[{"index":0,"id":"x","function":{"name":"n","arguments":${value}}}]}`) +
      frame(`{"error":${value}}`),
  },
  'openai-responses': {
    head: frame('{"type":"response.created","response":{"id":"r"}}'),
    text: (piece) => frame(`{"type":"response.output_text.delta","output_index":0,"delta":${json(piece)}}`),
    begin: (number) =>
      frame(
        `{"type":"response.output_item.added","output_index":${number},"item":{"type":"function_call","call_id":"i${number}","name":"n"}}`,
      ),
    call: (number, piece) =>
      frame(`{"type":"response.function_call_arguments.delta","output_index":${number},"delta":${json(piece)}}`),
    value: (value) =>
      frame(
        `{"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","action":${value}}}`,
      ) + frame(`{"type":"error","error":${value}}`),
  },
  'anthropic-messages': {
    head: frame('{"type":"message_start","message":{"id":"m","usage":{}}}'),
    text: (piece) =>
      frame('{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}') +
      frame(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${json(piece)}}}`),
    begin: (number) =>
      frame(
        `{"type":"content_block_start","index":${number},"content_block":{"type":"tool_use","id":"i${number}","name":"n"}}`,
      ),
    call: (number, piece) =>
      frame(
        `{"type":"content_block_delta","index":${number},"delta":{"type":"input_json_delta","partial_json":${json(piece)}}}`,
      ),
    value: (value) =>
      frame(`{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","input":${value}}}`) +
      frame('{"type":"content_block_stop","index":0}') +
      frame(`{"type":"error","error":${value}}`),
  },
  gemini: {
    head: '',
    text: (piece) => candidate(`{"text":${json(piece)}}`),
    begin: (number) => candidate(`{"functionCall":{"id":"i${number}","name":"n","willContinue":true}}`),
    call: (number, piece) =>
      candidate(
        `{"functionCall":{"id":"i${number}","willContinue":true,"partialArgs":[{"jsonPath":"$.a","stringValue":${json(piece)}}]}}`,
      ),
    value: (value) =>
      candidate(`{"functionCall":{"id":"v","name":"n","args":${value}}}`) +
      candidate(`{"executableCode":${value}}`) +
      frame(`{"error":${value}}`),
  },
};
