import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { object, text } from '../json.ts';
import { parts } from './read.ts';
import { firstOf } from './schema-rules.ts';
import { callContent, STANDING_IN, signatureOf } from './signature.ts';

/** Of these each part bears one. Source: https://ai.google.dev/api/caching#Part */
const DATA: readonly string[] = [
  ...['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse', 'toolCall', 'toolResponse'],
  ...['executableCode', 'codeExecutionResult'],
];
const BESIDE: ReadonlySet<string> = new Set(['thought', 'thoughtSignature', 'partMetadata', 'mediaResolution']);
const IMAGES = /^image\/(png|jpeg|webp|heic|heif)$/;

/** What is wrong with the conversation, in the API's words; undefined where nothing is. */
export function checkTurns(contents: readonly JsonObject[], model: string): string | undefined {
  return (
    firstOf(contents, (content, index) => checkContent(content, `contents[${index}]`)) ??
    checkOrder(contents) ??
    checkSignatures(contents, model)
  );
}

function checkContent(content: JsonObject, at: string): string | undefined {
  const unknown = Object.keys(content).find((member) => member !== 'role' && member !== 'parts');
  if (unknown !== undefined)
    return `Invalid JSON payload received. Unknown name "${unknown}" at '${at}': Cannot find field.`;
  if (content['role'] !== 'user' && content['role'] !== 'model') return 'Please use a valid role: user, model.';
  if (parts(content).length === 0) return `* GenerateContentRequest.${at}.parts: contents.parts must not be empty.`;
  return firstOf(parts(content), (part, index) =>
    checkPart(part, `${at}.parts[${index}]`, content['role'] === 'model'),
  );
}

function checkPart(part: JsonObject, at: string, isModel: boolean): string | undefined {
  const unknown = Object.keys(part).find((member) => !DATA.includes(member) && !BESIDE.has(member));
  if (unknown !== undefined)
    return `Invalid JSON payload received. Unknown name "${unknown}" at '${at}': Cannot find field.`;
  const data = DATA.filter((member) => part[member] !== undefined);
  if (data.length !== 1)
    return `* GenerateContentRequest.${at}.data: required oneof field 'data' must have one initialized field`;
  if (part['text'] === '' && part['thoughtSignature'] === undefined)
    return 'Unable to submit request because it has an empty text parameter. Add a value to the parameter and try again.';
  const signature = part['thoughtSignature'];
  if (signature !== undefined && !isBase64(signature) && !STANDING_IN.includes(text(signature)))
    return `Invalid value at '${at}.thought_signature' (TYPE_BYTES), Base64 decoding failed for "${text(signature)}"`;
  if (isJsonObject(part['functionCall']) && (!isModel || !isJsonObject(part['functionCall']['args'])))
    return `Invalid value at '${at}.function_call.args' (type.googleapis.com/google.protobuf.Struct)`;
  return checkMedia(part, at) ?? checkResponse(part, at, isModel);
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}

function checkMedia(part: JsonObject, at: string): string | undefined {
  const { inlineData, fileData } = part;
  if (isJsonObject(inlineData)) {
    if (!IMAGES.test(text(inlineData['mimeType']))) return `Unsupported MIME type: ${text(inlineData['mimeType'])}`;
    if (!isBase64(inlineData['data']))
      return `Invalid value at '${at}.inline_data.data' (TYPE_BYTES), Base64 decoding failed`;
  }
  if (isJsonObject(fileData) && (text(fileData['fileUri']) === '' || text(fileData['mimeType']) === ''))
    return `* GenerateContentRequest.${at}.file_data: file_uri and mime_type are required.`;
  return undefined;
}

function checkResponse(part: JsonObject, at: string, isModel: boolean): string | undefined {
  const given = part['functionResponse'];
  if (!isJsonObject(given)) return undefined;
  if (isModel) return 'Please ensure that function response turn comes immediately after a function call turn.';
  if (text(given['name']) === '') return `* GenerateContentRequest.${at}.function_response.name: Name cannot be empty.`;
  if (!isJsonObject(given['response']))
    return `Invalid value at '${at}.function_response.response' (type.googleapis.com/google.protobuf.Struct)`;
  const members = ['id', 'name', 'response', 'parts', 'willContinue', 'scheduling'];
  const unknown = Object.keys(given).find((member) => !members.includes(member));
  return unknown === undefined
    ? undefined
    : `Invalid JSON payload received. Unknown name "${unknown}" at '${at}.function_response': Cannot find field.`;
}

/** Source: https://ai.google.dev/gemini-api/docs/function-calling */
function checkOrder(contents: readonly JsonObject[]): string | undefined {
  let waiting: readonly JsonObject[] = [];
  if (contents[0]?.['role'] !== 'user')
    return 'Please ensure that multiturn requests alternate between user and model.';
  for (const content of contents) {
    const responses = calls(content, 'functionResponse');
    if (waiting.length > 0 || responses.length > 0) {
      if (waiting.length === 0)
        return 'Please ensure that function response turn comes immediately after a function call turn.';
      const fits =
        responses.length === waiting.length && responses.every((response, index) => answers(response, waiting[index]));
      if (!fits)
        return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
    }
    waiting = calls(content, 'functionCall');
  }
  return contents.at(-1)?.['role'] === 'user'
    ? undefined
    : 'Please ensure that multiturn requests end with a user role or a function response.';
}

function calls(content: JsonObject, kind: 'functionCall' | 'functionResponse'): readonly JsonObject[] {
  return parts(content).flatMap((part) => (isJsonObject(part[kind]) ? [part[kind]] : []));
}

function answers(response: JsonObject, call: JsonObject | undefined): boolean {
  return call !== undefined && response['name'] === call['name'] && (response['id'] ?? call['id']) === call['id'];
}

/** The first call of each step of the current turn, which began with the last user text, must be signed; a signature
 *  anywhere must be that of its part. Source: https://ai.google.dev/gemini-api/docs/thought-signatures */
function checkSignatures(contents: readonly JsonObject[], model: string): string | undefined {
  const start = contents.findLastIndex(
    (content) => content['role'] === 'user' && parts(content).some((part) => typeof part['text'] === 'string'),
  );
  return firstOf(contents, (content, index) => {
    if (content['role'] !== 'model') return undefined;
    const first = parts(content).findIndex((part) => part['functionCall'] !== undefined);
    return firstOf(parts(content), (part, at) => {
      const call = object(part['functionCall']);
      const signature = part['thoughtSignature'];
      if (signature === undefined) {
        if (index <= start || at !== first) return undefined;
        return `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${text(call['name'])}\` , position ${index}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`;
      }
      if (STANDING_IN.includes(text(signature))) return undefined;
      const fits = contentsOf(part, parts(content), at).some((one) => signature === signatureOf(model, one));
      return fits ? undefined : 'Corrupted thought signature.';
    });
  });
}

/** What the signature of a part may stand for. */
function contentsOf(part: JsonObject, list: readonly JsonObject[], at: number): readonly string[] {
  const { functionCall } = part;
  if (!isJsonObject(functionCall)) return [`text ${textUpTo(list, at)}`];
  const { id, name, args } = functionCall;
  return [callContent(text(id), text(name), args), callContent(undefined, text(name), args)];
}

function textUpTo(list: readonly JsonObject[], at: number): string {
  return list
    .slice(0, at + 1)
    .map((part) => (part['thought'] === true ? '' : text(part['text'])))
    .join('');
}
