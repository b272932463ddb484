import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { object, objects, text } from '../json.ts';
import type { Refusal, Speaker } from '../speaker.ts';
import { declarations } from './read.ts';
import { checkJsonSchema, checkOwnSchema, firstOf } from './schema-rules.ts';
import { checkTurns } from './turn-rules.ts';

/** Source: https://ai.google.dev/api/generate-content */
const MEMBERS: ReadonlySet<string> = new Set(
  `cachedContent contents generationConfig model safetySettings serviceTier store systemInstruction toolConfig
  tools`.split(/\s+/),
);
const CONFIG: ReadonlySet<string> = new Set(
  `candidateCount enableEnhancedCivicAnswers frequencyPenalty imageConfig logprobs maxOutputTokens mediaResolution
  presencePenalty responseJsonSchema responseLogprobs responseMimeType responseModalities responseSchema seed speechConfig
  stopSequences temperature thinkingConfig topK topP`.split(/\s+/),
);
const DECLARATION: ReadonlySet<string> = new Set(
  'behavior description name parameters parametersJsonSchema response responseJsonSchema'.split(' '),
);
const LEVELS: readonly string[] = ['minimal', 'low', 'medium', 'high'];

/** The model, which the path names, counts for signatures: they are of one model alone. */
export const checkGemini: Speaker['check'] = (body, _headers, { model = '' }) => {
  const contents = objects(body['contents']);
  const wrong =
    unknownName(body, MEMBERS) ??
    (contents.length === 0 ? '* GenerateContentRequest.contents: contents is not specified' : undefined) ??
    checkConfig(object(body['generationConfig'])) ??
    checkTools(body) ??
    checkTurns(contents, model);
  return wrong === undefined ? undefined : { status: 400, type: 'INVALID_ARGUMENT', message: wrong };
};

/** Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto */
export function geminiError({ status, type, message, code }: Refusal): JsonObject {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'googleapis.com' };
  return { error: { code: status, message, status: type, ...(code === undefined ? {} : { details: [info] }) } };
}

/** Source: https://ai.google.dev/gemini-api/docs/troubleshooting */
export const WRONG_GEMINI_KEY: Refusal = {
  status: 400,
  type: 'INVALID_ARGUMENT',
  message: 'API key not valid. Please pass a valid API key.',
  code: 'API_KEY_INVALID',
};

function unknownName(value: JsonObject, known: ReadonlySet<string>, at?: string): string | undefined {
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown === undefined) return undefined;
  return `Invalid JSON payload received. Unknown name "${unknown}"${at === undefined ? '' : ` at '${at}'`}: Cannot find field.`;
}

function checkConfig(config: JsonObject): string | undefined {
  const unknown = unknownName(config, CONFIG, 'generation_config');
  if (unknown !== undefined) return unknown;
  const thinking = object(config['thinkingConfig']);
  const { thinkingLevel, thinkingBudget } = thinking;
  if (thinkingLevel !== undefined && thinkingBudget !== undefined)
    return 'You can only set only one of thinking budget and thinking level.';
  if (thinkingLevel !== undefined && !LEVELS.includes(text(thinkingLevel).toLowerCase()))
    return `Invalid value at 'generation_config.thinking_config.thinking_level' (type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), "${text(thinkingLevel)}"`;
  const { stopSequences, temperature, responseSchema, responseJsonSchema } = config;
  if (Array.isArray(stopSequences) && stopSequences.length > 5)
    return '* GenerateContentRequest.generation_config.stop_sequences: the number of stop sequences must be between 0 and 5.';
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 2))
    return '* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].';
  const hasSchema = responseSchema !== undefined || responseJsonSchema !== undefined;
  if (hasSchema && config['responseMimeType'] !== 'application/json')
    return '* GenerateContentRequest.generation_config.response_mime_type: only `application/json` is allowed with a response schema.';
  if (isJsonObject(responseSchema)) return checkOwnSchema(responseSchema, 'generation_config.response_schema');
  return checkJsonSchema(responseJsonSchema, 'generation_config.response_json_schema');
}

/** Source: https://ai.google.dev/api/caching#FunctionDeclaration */
function checkTools(body: JsonObject): string | undefined {
  const names = new Set<string>();
  const wrong = firstOf(declarations(body), (declared, index) => {
    const at = `tools[0].function_declarations[${index}]`;
    const name = text(declared['name']);
    if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/.test(name))
      return `* GenerateContentRequest.${at}.name: [FIELD_INVALID] Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.`;
    if (names.has(name)) return `Duplicate function declaration found: ${name}`;
    names.add(name);
    if (text(declared['description']) === '')
      return `* GenerateContentRequest.${at}.description: description must be specified.`;
    const { parameters, parametersJsonSchema } = declared;
    if (parameters !== undefined && parametersJsonSchema !== undefined)
      return `* GenerateContentRequest.${at}: parameters and parameters_json_schema are mutually exclusive.`;
    const schema = isJsonObject(parameters)
      ? (onlyObjects(parameters, at) ?? checkOwnSchema(parameters, `${at}.parameters`))
      : checkJsonSchema(parametersJsonSchema, `${at}.parameters_json_schema`);
    return unknownName(declared, DECLARATION, at) ?? schema;
  });
  return wrong ?? checkCalling(object(body['toolConfig']), names);
}

function onlyObjects(parameters: JsonObject, at: string): string | undefined {
  if (text(parameters['type']).toLowerCase() !== 'object')
    return `* GenerateContentRequest.${at}.parameters: schema should be of type OBJECT`;
  return Object.keys(object(parameters['properties'])).length > 0
    ? undefined
    : `* GenerateContentRequest.${at}.parameters.properties: should be non-empty for OBJECT type`;
}

function checkCalling(config: JsonObject, names: ReadonlySet<string>): string | undefined {
  const calling = config['functionCallingConfig'];
  if (!isJsonObject(calling)) return undefined;
  if (names.size === 0) return 'Function calling config is set without function_declarations.';
  const { mode, allowedFunctionNames } = calling;
  if (!['AUTO', 'ANY', 'NONE', 'VALIDATED'].includes(text(mode)))
    return `Invalid value at 'tool_config.function_calling_config.mode', "${text(mode)}"`;
  if (!Array.isArray(allowedFunctionNames)) return undefined;
  if (mode !== 'ANY' && mode !== 'VALIDATED')
    return '* GenerateContentRequest.tool_config.function_calling_config.allowed_function_names: should only be set when mode is ANY or VALIDATED.';
  const unknown = allowedFunctionNames.find((name) => !names.has(String(name)));
  return unknown === undefined
    ? undefined
    : `* GenerateContentRequest.tool_config.function_calling_config.allowed_function_names: ${String(unknown)} is not declared.`;
}
