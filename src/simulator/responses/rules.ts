import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { objects, text } from '../json.ts';
import type { Memory, Refusal, Speaker } from '../speaker.ts';
import { inputItems } from './read.ts';
import { STATE_PREFIX } from './render.ts';

/** Source: https://platform.openai.com/docs/api-reference/responses/create */
const MEMBERS: ReadonlySet<string> = new Set(
  `background client_metadata context_management conversation include input instructions max_output_tokens
  max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt prompt_cache_key
  prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options
  temperature text tool_choice tools top_logprobs top_p truncation user`.split(/\s+/),
);

const ROLES: readonly string[] = ['user', 'assistant', 'system', 'developer'];

/** Which output answers which call. */
const OUTPUTS = {
  function_call_output: 'function_call',
  custom_tool_call_output: 'custom_tool_call',
  tool_search_output: 'tool_search_call',
} as const;

export const checkResponses: Speaker['check'] = (body, _headers, memory) =>
  checkMembers(body) ?? checkTools(body) ?? checkItems(inputItems(body), memory);

/** A server that knows the Responses API without OpenAI's own extensions: functions only, no client metadata.
 *  So do most local servers. Source: https://www.openresponses.org/specification */
export const checkPlainResponses: Speaker['check'] = (body, headers, memory) => {
  if (body['client_metadata'] !== undefined)
    return refuse("Unknown parameter: 'client_metadata'.", 'client_metadata', 'unknown_parameter');
  for (const [index, tool] of objects(body['tools']).entries()) {
    if (tool['type'] !== 'function') return badValue(text(tool['type']), ['function'], `tools[${index}].type`);
  }
  const plain = ['message', 'reasoning', 'function_call', 'function_call_output'];
  for (const [index, item] of inputItems(body).entries()) {
    const type = text(item['type'] ?? 'message');
    if (!plain.includes(type)) return badValue(type, plain, `input[${index}].type`);
    if (item['namespace'] !== undefined) {
      return refuse(
        `Unknown parameter: 'input[${index}].namespace'.`,
        `input[${index}].namespace`,
        'unknown_parameter',
      );
    }
  }
  return checkResponses(body, headers, memory);
};

export function responsesError(refusal: Refusal): JsonObject {
  const { message, type, param = null, code = null } = refusal;
  return { error: { message, type, param, code } };
}

function refuse(message: string, param: string, code?: string): Refusal {
  return { status: 400, type: 'invalid_request_error', message, param, ...(code === undefined ? {} : { code }) };
}

function badValue(value: string, supported: readonly string[], param: string): Refusal {
  const words = supported.map((word) => `'${word}'`).join(', ');
  return refuse(`Invalid value: '${value}'. Supported values are: ${words}.`, param, 'invalid_value');
}

function checkMembers(body: JsonObject): Refusal | undefined {
  const unknown = Object.keys(body).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) return refuse(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
  if (typeof body['model'] !== 'string')
    return refuse("Missing required parameter: 'model'.", 'model', 'missing_required_parameter');
  if (typeof body['input'] !== 'string' && !Array.isArray(body['input'])) {
    return refuse("Missing required parameter: 'input'.", 'input', 'missing_required_parameter');
  }
  return undefined;
}

function checkTools(body: JsonObject): Refusal | undefined {
  const names = new Set<string>();
  for (const [index, tool] of objects(body['tools']).entries()) {
    const place = `tools[${index}]`;
    if (tool['type'] === 'function' && isJsonObject(tool['function'])) {
      return refuse(`Missing required parameter: '${place}.name'.`, `${place}.name`, 'missing_required_parameter');
    }
    if (!['function', 'custom', 'namespace'].includes(text(tool['type']))) continue;
    const name = text(tool['name']);
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      return refuse(
        `Invalid '${place}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        `${place}.name`,
        'invalid_value',
      );
    }
    if (names.has(name))
      return refuse(`Duplicate tool name '${name}' found in 'tools'.`, `${place}.name`, 'invalid_value');
    names.add(name);
  }
  return undefined;
}

function checkItems(items: readonly JsonObject[], memory: Memory): Refusal | undefined {
  const calls = new Map<string, string>();
  const answered = new Set<string>();
  let thought = false;
  for (const [index, item] of items.entries()) {
    const type = text(item['type'] ?? 'message');
    const place = `input[${index}]`;
    switch (type) {
      case 'message':
        if (!ROLES.includes(text(item['role']))) return badValue(text(item['role']), ROLES, `${place}.role`);
        if (item['role'] !== 'assistant') thought = false;
        break;
      case 'reasoning': {
        if (!Array.isArray(item['summary']))
          return refuse(
            `Missing required parameter: '${place}.summary'.`,
            `${place}.summary`,
            'missing_required_parameter',
          );
        const state = item['encrypted_content'];
        if (typeof state === 'string' && !state.startsWith(STATE_PREFIX)) {
          return refuse(
            'The encrypted content could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
            place,
            'invalid_encrypted_content',
          );
        }
        thought = true;
        break;
      }
      case 'function_call':
      case 'custom_tool_call':
      case 'tool_search_call': {
        const id = text(item['call_id']);
        if (memory.thinkingOf.has(id) && !thought) {
          return refuse(
            `Item '${text(item['id'] ?? item['call_id'])}' of type '${type}' was provided without its required 'reasoning' item.`,
            'input',
          );
        }
        calls.set(id, type);
        break;
      }
      case 'function_call_output':
      case 'custom_tool_call_output':
      case 'tool_search_output': {
        const id = text(item['call_id']);
        if (calls.get(id) !== OUTPUTS[type]) {
          return refuse(`No tool call found for ${type.replaceAll('_', ' ')} with call_id ${id}.`, 'input');
        }
        answered.add(id);
        thought = false;
        break;
      }
      default:
        break;
    }
  }
  const open = [...calls].find(([id]) => !answered.has(id));
  if (open === undefined) return undefined;
  return refuse(`No tool output found for ${open[1].replaceAll('_', ' ')} ${open[0]}.`, 'input');
}
