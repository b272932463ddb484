import type { JsonObject } from '../../ir/json.ts';
import { isJsonObject } from '../../ir/json.ts';
import { objects, text } from '../json.ts';
import type { Memory, Refusal, Speaker } from '../speaker.ts';

/** Top-level members that the API documents; any other is refused, as api.openai.com does.
 *  Source: https://platform.openai.com/docs/api-reference/chat/create; `thinking`, `enable_thinking` and `reasoning`
 *  are the switches of https://api-docs.deepseek.com, https://help.aliyun.com/zh/model-studio and https://openrouter.ai/docs */
const MEMBERS: ReadonlySet<string> = new Set(
  `audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages
  metadata modalities model n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_retention
  reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature
  tool_choice tools top_logprobs top_p user verbosity web_search_options
  thinking enable_thinking reasoning`.split(/\s+/),
);

const ROLES: readonly string[] = ['system', 'developer', 'user', 'assistant', 'tool'];

export const checkChat: Speaker['check'] = (body, _headers, memory) =>
  checkMembers(body) ?? checkTools(body) ?? checkMessages(objects(body['messages']), memory);

export function chatError(refusal: Refusal): JsonObject {
  const { message, type, param = null, code = null } = refusal;
  return { error: { message, type, param, code } };
}

function refuse(message: string, param?: string, code?: string): Refusal {
  return {
    status: 400,
    type: 'invalid_request_error',
    message,
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  };
}

function checkMembers(body: JsonObject): Refusal | undefined {
  const unknown = Object.keys(body).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) return refuse(`Unrecognized request argument supplied: ${unknown}`);
  if (typeof body['model'] !== 'string') return refuse('you must provide a model parameter');
  if (!Array.isArray(body['messages'])) return refuse("Missing required parameter: 'messages'.", 'messages');
  if (body['messages'].length === 0) return refuse("Invalid 'messages': empty array. Expected at least 1.", 'messages');
  if (body['stream_options'] !== undefined && body['stream'] !== true) {
    return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options');
  }
  return undefined;
}

function checkTools(body: JsonObject): Refusal | undefined {
  const tools = body['tools'];
  if (tools === undefined) {
    const orphan = ['tool_choice', 'parallel_tool_calls'].find((name) => body[name] !== undefined);
    return orphan === undefined ? undefined : refuse(`'${orphan}' is only allowed when 'tools' are specified.`, orphan);
  }
  if (!Array.isArray(tools) || tools.length === 0) {
    return refuse("Invalid 'tools': empty array. Expected an array with minimum length 1.", 'tools');
  }
  const names = new Set<string>();
  for (const [index, tool] of objects(tools).entries()) {
    const place = `tools[${index}].function`;
    const definition = tool['function'];
    if (tool['type'] !== 'function')
      return refuse(
        `Invalid value: '${text(tool['type'])}'. Supported values are: 'function'.`,
        `tools[${index}].type`,
      );
    if (!isJsonObject(definition)) return refuse(`Missing required parameter: '${place}'.`, place);
    const name = text(definition['name']);
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
      return refuse(
        `Invalid '${place}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$' of at most 64 characters.`,
        `${place}.name`,
      );
    }
    if (names.has(name)) return refuse(`Tool names must be unique: '${name}' is given twice.`, `${place}.name`);
    names.add(name);
    const parameters = definition['parameters'];
    if (parameters !== undefined && (!isJsonObject(parameters) || parameters['type'] !== 'object')) {
      return refuse(
        `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"'.`,
        `${place}.parameters`,
        'invalid_function_parameters',
      );
    }
  }
  return undefined;
}

function checkMessages(messages: readonly JsonObject[], memory: Memory): Refusal | undefined {
  let waiting: string[] = [];
  for (const [index, message] of messages.entries()) {
    const role = text(message['role']);
    const place = `messages[${index}]`;
    if (!ROLES.includes(role))
      return refuse(
        `Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
        `${place}.role`,
      );
    if (role === 'tool') {
      const id = text(message['tool_call_id']);
      if (!waiting.includes(id))
        return refuse(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          `${place}.role`,
        );
      waiting = waiting.filter((other) => other !== id);
    } else if (waiting.length > 0) {
      return refuse(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${waiting.join(', ')}`,
        place,
      );
    }
    const problem = checkContent(message, role, place) ?? checkCalls(message, index, memory);
    if (problem !== undefined) return problem;
    if (role === 'assistant') waiting = objects(message['tool_calls']).map((made) => text(made['id']));
  }
  if (waiting.length === 0) return undefined;
  return refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${waiting.join(', ')}`,
    'messages',
  );
}

function checkContent(message: JsonObject, role: string, place: string): Refusal | undefined {
  const content = message['content'];
  if (typeof content === 'string') return undefined;
  if (content === null || content === undefined) {
    const mayBeEmpty = role === 'assistant' && objects(message['tool_calls']).length > 0;
    return mayBeEmpty
      ? undefined
      : refuse(`Invalid value for 'content': expected a string, got null.`, `${place}.content`);
  }
  if (!Array.isArray(content) || content.length === 0)
    return refuse(`Invalid type for '${place}.content'.`, `${place}.content`);
  for (const [index, part] of objects(content).entries()) {
    const type = text(part['type']);
    const allowed =
      role === 'user'
        ? ['text', 'image_url', 'input_audio', 'file']
        : role === 'assistant'
          ? ['text', 'refusal']
          : ['text'];
    if (type === 'image_url' && role !== 'user') {
      return refuse(
        `Invalid '${place}'. Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`,
        place,
      );
    }
    if (!allowed.includes(type))
      return refuse(
        `Invalid value: '${type}'. Supported values are: ${allowed.join(', ')}.`,
        `${place}.content[${index}].type`,
      );
  }
  return undefined;
}

/** Arguments are text, and thinking that led to a call comes back with it.
 *  Source: https://api-docs.deepseek.com/guides/thinking_mode */
function checkCalls(message: JsonObject, index: number, memory: Memory): Refusal | undefined {
  const calls = message['tool_calls'];
  if (calls === undefined) return undefined;
  if (!Array.isArray(calls) || calls.length === 0)
    return refuse(
      `Invalid 'messages[${index}].tool_calls': empty array. Expected an array with minimum length 1.`,
      `messages[${index}].tool_calls`,
    );
  for (const made of objects(calls)) {
    const definition = isJsonObject(made['function']) ? made['function'] : {};
    if (typeof definition['name'] !== 'string' || typeof definition['arguments'] !== 'string') {
      return refuse(
        `Invalid type for 'messages[${index}].tool_calls[0].function.arguments': expected a string.`,
        `messages[${index}].tool_calls`,
      );
    }
    const thought = memory.thinkingOf.get(text(made['id']));
    if (thought !== undefined && message['reasoning_content'] !== thought && message['reasoning'] !== thought) {
      return refuse(
        `Missing \`reasoning_content\` field in the assistant message at message index ${index}. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls`,
      );
    }
  }
  return undefined;
}
