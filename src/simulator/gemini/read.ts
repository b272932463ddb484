import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { object, objects, text } from '../json.ts';
import { limitsOf } from '../limits.ts';
import type { Speaker } from '../speaker.ts';
import type { OfferedTool, ToolResult } from '../turn.ts';

/** The model and whether the reply streams stand in the path. */
export const readGemini: Speaker['read'] = (body) => {
  const contents = objects(body['contents']);
  const users = contents.filter((content) => content['role'] !== 'model');
  const config = object(body['generationConfig']);
  const results = users.flatMap((content) => parts(content).flatMap(readResult));
  const schema = config['responseJsonSchema'] ?? config['responseSchema'];
  const loose = contents.reduce((count, content) => count + countImages(parts(content)), 0);
  return {
    model: '',
    stream: false,
    tools: modeOf(body) === 'NONE' ? [] : declarations(body).map(readTool),
    instructions: partTexts(parts(object(body['systemInstruction']))).join('\n\n'),
    userTexts: users.flatMap((content) => partTexts(parts(content))),
    results,
    rounds: users.filter((content) => parts(content).some((part) => isJsonObject(part['functionResponse']))).length,
    images: results.reduce((count, result) => count + result.images, loose),
    ...(isJsonObject(schema) ? { schema } : {}),
    ...limitsOf({
      forced: forcedTool(body),
      maxTokens: config['maxOutputTokens'],
      stop: config['stopSequences'],
      // The API has no such member.
      oneCall: false,
      isBrief: object(config['thinkingConfig'])['thinkingBudget'] === 0,
    }),
  };
};

export function parts(content: JsonObject): readonly JsonObject[] {
  return objects(content['parts']);
}

export function declarations(body: JsonObject): readonly JsonObject[] {
  return objects(body['tools']).flatMap((tool) => objects(tool['functionDeclarations']));
}

function readTool(declared: JsonObject): OfferedTool {
  const parameters = declared['parametersJsonSchema'] ?? declared['parameters'];
  return {
    name: text(declared['name']),
    kind: 'function',
    ...(isJsonObject(parameters) ? { parameters } : {}),
  };
}

function callingConfig(body: JsonObject): JsonObject {
  return object(object(body['toolConfig'])['functionCallingConfig']);
}

function modeOf(body: JsonObject): string {
  return text(callingConfig(body)['mode']);
}

function forcedTool(body: JsonObject): string | undefined {
  if (modeOf(body) !== 'ANY') return undefined;
  const allowed = callingConfig(body)['allowedFunctionNames'];
  const [first] = Array.isArray(allowed) ? allowed : [];
  return typeof first === 'string' ? first : 'any';
}

function readResult(part: JsonObject): readonly ToolResult[] {
  const given = part['functionResponse'];
  if (!isJsonObject(given)) return [];
  const response = object(given['response']);
  const said: Json = response['output'] ?? response['error'] ?? response;
  return [
    {
      callId: text(given['id']) || text(given['name']),
      text: typeof said === 'string' ? said : JSON.stringify(said),
      images: countImages(objects(given['parts'])),
    },
  ];
}

function partTexts(list: readonly JsonObject[]): readonly string[] {
  return list.map((part) => text(part['text'])).filter((one) => one !== '');
}

function countImages(list: readonly JsonObject[]): number {
  return list.filter((part) => isJsonObject(part['inlineData']) || isJsonObject(part['fileData'])).length;
}
