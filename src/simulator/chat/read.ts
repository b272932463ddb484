import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { object, objects, text } from '../json.ts';
import { limitsOf } from '../limits.ts';
import type { Speaker } from '../speaker.ts';
import type { OfferedTool } from '../turn.ts';

export const readChat: Speaker['read'] = (body) => {
  const messages = objects(body['messages']);
  const format = object(body['response_format']);
  const schema = object(format['json_schema'])['schema'];
  return {
    model: text(body['model']),
    stream: body['stream'] === true,
    tools: body['tool_choice'] === 'none' ? [] : objects(body['tools']).map(readTool),
    instructions: textsOf(messages, ['system', 'developer']).join('\n\n'),
    userTexts: textsOf(messages, ['user']),
    results: messages
      .filter((message) => message['role'] === 'tool')
      .map((message) => ({
        callId: text(message['tool_call_id']),
        text: contentText(message['content']),
        images: countImages(message['content']),
      })),
    rounds: messages.filter((message) => objects(message['tool_calls']).length > 0).length,
    images: messages.reduce((count, message) => count + countImages(message['content']), 0),
    ...(isJsonObject(schema) ? { schema } : {}),
    ...limitsOf({
      forced: forcedTool(body['tool_choice']),
      maxTokens: body['max_completion_tokens'] ?? body['max_tokens'],
      stop: body['stop'],
      oneCall: body['parallel_tool_calls'] === false,
      isBrief: body['reasoning_effort'] === 'none',
    }),
  };
};

function forcedTool(choice: Json | undefined): string | undefined {
  if (choice === 'required') return 'any';
  return text(object(object(choice)['function'])['name']);
}

function readTool(tool: JsonObject): OfferedTool {
  const definition = object(tool['function']);
  const parameters = definition['parameters'];
  return {
    name: text(definition['name']),
    kind: 'function',
    ...(isJsonObject(parameters) ? { parameters } : {}),
  };
}

function textsOf(messages: readonly JsonObject[], roles: readonly string[]): readonly string[] {
  return messages
    .filter((message) => roles.includes(text(message['role'])))
    .map((message) => contentText(message['content']));
}

function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return objects(content)
    .map((part) => text(part['text']))
    .join('');
}

function countImages(content: Json | undefined): number {
  return objects(content).filter((part) => part['type'] === 'image_url').length;
}
