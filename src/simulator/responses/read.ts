import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { object, objects, text } from '../json.ts';
import { limitsOf } from '../limits.ts';
import type { Speaker } from '../speaker.ts';
import type { OfferedTool } from '../turn.ts';

export const readResponses: Speaker['read'] = (body) => {
  const items = inputItems(body);
  const messages = items.filter((item) => item['type'] === undefined || item['type'] === 'message');
  const textsOf = (roles: readonly string[]) =>
    messages.filter((item) => roles.includes(text(item['role']))).map((item) => contentText(item['content']));
  const format = object(object(body['text'])['format']);
  const results = items.filter(isOutput).map((item) => ({
    callId: text(item['call_id']),
    text: contentText(item['output']),
    images: countImages(item['output']),
  }));
  const carried = items.filter((item) => item['type'] === 'additional_tools').flatMap((item) => objects(item['tools']));
  return {
    model: text(body['model']),
    stream: body['stream'] === true,
    tools:
      body['tool_choice'] === 'none' ? [] : [...objects(body['tools']), ...carried].flatMap((tool) => readTool(tool)),
    instructions: [text(body['instructions']), ...textsOf(['system', 'developer'])]
      .filter((one) => one !== '')
      .join('\n\n'),
    userTexts: textsOf(['user']),
    results,
    rounds: items.filter((item, index) => isOutput(item) && !isOutput(items[index - 1])).length,
    images: [...messages.map((item) => countImages(item['content'])), ...results.map((result) => result.images)].reduce(
      (sum, count) => sum + count,
      0,
    ),
    ...(isJsonObject(format['schema']) ? { schema: format['schema'] } : {}),
    ...limitsOf({
      forced: body['tool_choice'] === 'required' ? 'any' : text(object(body['tool_choice'])['name']),
      maxTokens: body['max_output_tokens'],
      stop: undefined,
      oneCall: body['parallel_tool_calls'] === false,
      isBrief: object(body['reasoning'])['effort'] === 'none',
    }),
  };
};

/** The input as items; a bare string is one user message. */
export function inputItems(body: JsonObject): readonly JsonObject[] {
  const input = body['input'];
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : objects(input);
}

function isOutput(item: JsonObject | undefined): boolean {
  return text(item?.['type']).endsWith('_output');
}

function readTool(tool: JsonObject, namespace?: string): readonly OfferedTool[] {
  const name = text(tool['name']);
  const within = namespace === undefined ? {} : { namespace };
  switch (tool['type']) {
    case 'function':
      return [
        {
          name,
          kind: 'function',
          ...within,
          ...(isJsonObject(tool['parameters']) ? { parameters: tool['parameters'] } : {}),
        },
      ];
    case 'custom':
      return [{ name, kind: 'freeform', ...within }];
    case 'tool_search':
      return [{ name: 'tool_search', kind: 'search' }];
    case 'namespace':
      return objects(tool['tools']).flatMap((inner) => readTool(inner, name));
    default:
      return [];
  }
}

function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return objects(content)
    .map((part) => text(part['text']))
    .join('');
}

function countImages(content: Json | undefined): number {
  return objects(content).filter((part) => part['type'] === 'input_image').length;
}
