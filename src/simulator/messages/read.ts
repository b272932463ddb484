import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { object, objects, text } from '../json.ts';
import { limitsOf } from '../limits.ts';
import type { Speaker } from '../speaker.ts';
import type { ToolResult } from '../turn.ts';

export const readMessages: Speaker['read'] = (body) => {
  const messages = objects(body['messages']);
  const users = messages.filter((message) => message['role'] === 'user');
  const format = object(object(body['output_config'])['format']);
  const choice = object(body['tool_choice']);
  const results = users.flatMap((message) => blocks(message).filter(isResult)).map(readResult);
  const plainImages = messages.reduce((count, message) => count + countImages(blocks(message)), 0);
  return {
    model: text(body['model']),
    stream: body['stream'] === true,
    tools: (choice['type'] === 'none' ? [] : objects(body['tools']))
      .filter((tool) => isJsonObject(tool['input_schema']))
      .map((tool) => ({ name: text(tool['name']), kind: 'function', parameters: object(tool['input_schema']) })),
    instructions: contentText(body['system']),
    // Each block is a text of its own: what other protocols send as several user messages is one message here.
    userTexts: users
      .flatMap((message) => blocks(message).map((block) => text(block['text'])))
      .filter((one) => one !== ''),
    results,
    rounds: users.filter((message) => blocks(message).some(isResult)).length,
    images: results.reduce((count, result) => count + result.images, plainImages),
    ...(isJsonObject(format['schema']) ? { schema: format['schema'] } : {}),
    ...limitsOf({
      forced: choice['type'] === 'any' ? 'any' : text(choice['name']),
      maxTokens: body['max_tokens'],
      stop: body['stop_sequences'],
      oneCall: choice['disable_parallel_tool_use'] === true,
      isBrief: ['', 'disabled'].includes(text(object(body['thinking'])['type'])),
    }),
  };
};

function readResult(block: JsonObject): ToolResult {
  const content = block['content'];
  return { callId: text(block['tool_use_id']), text: contentText(content), images: countImages(objects(content)) };
}

function isResult(block: JsonObject): boolean {
  return block['type'] === 'tool_result';
}

/** A message's content as blocks; a bare string is one text block. */
export function blocks(message: JsonObject): readonly JsonObject[] {
  const content = message['content'];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : objects(content);
}

function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return objects(content)
    .filter((block) => block['type'] === 'text')
    .map((block) => text(block['text']))
    .join('\n\n');
}

function countImages(list: readonly JsonObject[]): number {
  return list.filter((block) => block['type'] === 'image').length;
}
