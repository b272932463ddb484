import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { object, objects, text } from '../json.ts';
import type { Memory, Refusal, Speaker } from '../speaker.ts';
import { blocks } from './read.ts';
import { signatureOf } from './signature.ts';

/** Source: https://platform.claude.com/docs/en/api/messages */
const MEMBERS: ReadonlySet<string> = new Set(
  `cache_control container context_management inference_geo max_tokens mcp_servers messages metadata model
  output_config output_format service_tier speed stop_sequences stream system temperature thinking tool_choice tools
  top_k top_p`.split(/\s+/),
);

const MAX_BREAKPOINTS = 4;

export const checkMessagesRequest: Speaker['check'] = (body, headers, memory) =>
  checkMembers(body, headers['anthropic-version']) ??
  checkThinking(body) ??
  checkTools(body) ??
  checkBreakpoints(body) ??
  checkTurns(objects(body['messages']), object(body['thinking']), memory);

export function messagesError(refusal: Refusal): JsonObject {
  return { type: 'error', error: { type: refusal.type, message: refusal.message }, request_id: 'req_simulator' };
}

function refuse(message: string): Refusal {
  return { status: 400, type: 'invalid_request_error', message };
}

function checkMembers(body: JsonObject, version: unknown): Refusal | undefined {
  if (version === undefined) return refuse('anthropic-version: header is required');
  if (typeof body['model'] !== 'string') return refuse('model: Field required');
  if (!Number.isInteger(body['max_tokens'])) return refuse('max_tokens: Field required');
  if (!Array.isArray(body['messages'])) return refuse('messages: Field required');
  if (body['messages'].length === 0) return refuse('messages: at least one message is required');
  const unknown = Object.keys(body).find((name) => !MEMBERS.has(name));
  return unknown === undefined ? undefined : refuse(`${unknown}: Extra inputs are not permitted`);
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
function checkThinking(body: JsonObject): Refusal | undefined {
  const thinking = object(body['thinking']);
  const on = thinking['type'] === 'enabled' || thinking['type'] === 'adaptive';
  if (!on) return undefined;
  const budget = thinking['budget_tokens'];
  if (thinking['type'] === 'enabled') {
    if (typeof budget !== 'number') return refuse('thinking.enabled.budget_tokens: Field required');
    if (budget < 1024) return refuse('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
    if (Number(body['max_tokens']) <= budget) {
      return refuse(
        '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
      );
    }
  }
  const choice = text(object(body['tool_choice'])['type']);
  if (choice === 'any' || choice === 'tool')
    return refuse('Thinking may not be enabled when tool_choice forces tool use.');
  if (body['temperature'] !== undefined && body['temperature'] !== 1) {
    return refuse('`temperature` may only be set to 1 when thinking is enabled.');
  }
  return undefined;
}

function checkTools(body: JsonObject): Refusal | undefined {
  const names = new Set<string>();
  for (const [index, tool] of objects(body['tools']).entries()) {
    const name = text(tool['name']);
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name))
      return refuse(`tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    if (names.has(name)) return refuse('tools: Tool names must be unique.');
    names.add(name);
    const hosted = typeof tool['type'] === 'string' && tool['type'] !== 'custom';
    if (hosted) continue;
    if (!isJsonObject(tool['input_schema'])) return refuse(`tools.${index}.custom.input_schema: Field required`);
    if (tool['input_schema']['type'] !== 'object')
      return refuse(`tools.${index}.custom.input_schema.type: Field required`);
    const union = ['oneOf', 'allOf', 'anyOf'].some(
      (word) => tool['input_schema'] !== null && word in object(tool['input_schema']),
    );
    if (union)
      return refuse(
        `tools.${index}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
      );
  }
  if (body['tool_choice'] !== undefined && names.size === 0)
    return refuse('tool_choice: may only be specified while providing tools');
  return undefined;
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
function checkBreakpoints(body: JsonObject): Refusal | undefined {
  const found = JSON.stringify(body).split('"cache_control":{').length - 1;
  if (found <= MAX_BREAKPOINTS) return undefined;
  return refuse(`A maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided. Found ${found}.`);
}

function checkTurns(messages: readonly JsonObject[], thinking: JsonObject, memory: Memory): Refusal | undefined {
  let waiting: readonly string[] = [];
  for (const [index, message] of messages.entries()) {
    const role = text(message['role']);
    if (role !== 'user' && role !== 'assistant') {
      return refuse(
        `messages: Unexpected role "${role}". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`,
      );
    }
    if (index === 0 && role !== 'user') return refuse('messages: first message must use the "user" role');
    const list = blocks(message);
    if (list.length === 0)
      return refuse(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      );
    const problem = checkResults(list, waiting, index, role) ?? checkBlocks(list, index, role, thinking, memory);
    if (problem !== undefined) return problem;
    waiting = list.filter((block) => block['type'] === 'tool_use').map((block) => text(block['id']));
  }
  if (waiting.length > 0) return refuse(withoutResults(messages.length - 1, waiting));
  if (text(messages.at(-1)?.['role']) === 'assistant') {
    return refuse(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  return undefined;
}

/** Every call of the turn before has its result here, results first of all. */
function checkResults(
  list: readonly JsonObject[],
  waiting: readonly string[],
  index: number,
  role: string,
): Refusal | undefined {
  const results = list.filter((block) => block['type'] === 'tool_result').map((block) => text(block['tool_use_id']));
  for (const [place, id] of results.entries()) {
    if (role !== 'user' || !waiting.includes(id)) {
      return refuse(
        `messages.${index}.content.${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
  }
  if (new Set(results).size !== results.length)
    return refuse(
      `messages.${index}.content: each tool_use must have a single result. Found multiple \`tool_result\` blocks with one id.`,
    );
  const missing = waiting.filter((id) => !results.includes(id));
  const resultsFirst = list.slice(0, results.length).every((block) => block['type'] === 'tool_result');
  if (missing.length > 0 || (waiting.length > 0 && !resultsFirst))
    return refuse(withoutResults(index - 1, missing.length > 0 ? missing : waiting));
  return undefined;
}

function withoutResults(index: number, ids: readonly string[]): string {
  return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

function checkBlocks(
  list: readonly JsonObject[],
  index: number,
  role: string,
  thinking: JsonObject,
  memory: Memory,
): Refusal | undefined {
  for (const [place, block] of list.entries()) {
    const at = `messages.${index}.content.${place}`;
    switch (text(block['type'])) {
      case 'text':
        if (text(block['text']).trim() === '') return refuse(`messages: text content blocks must be non-empty`);
        break;
      case 'thinking':
        if (typeof block['signature'] !== 'string') return refuse(`${at}.thinking.signature: Field required`);
        if (block['signature'] !== signatureOf(text(block['thinking'])))
          return refuse(`${at}: Invalid \`signature\` in \`thinking\` block`);
        break;
      case 'redacted_thinking':
      case 'image':
      case 'tool_result':
      case 'document':
        break;
      case 'tool_use':
        if (!isJsonObject(block['input'])) return refuse(`${at}.tool_use.input: Input should be a valid dictionary`);
        if (!/^[a-zA-Z0-9_-]+$/.test(text(block['id'])))
          return refuse(`${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
        if (
          thinking['type'] !== undefined &&
          thinking['type'] !== 'disabled' &&
          memory.thinkingOf.has(text(block['id'])) &&
          !startsWithThinking(list)
        ) {
          return refuse(
            `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${text(list[0]?.['type'])}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
          );
        }
        break;
      default:
        return refuse(
          `${at}: Input tag '${text(block['type'])}' found using 'type' does not match any of the expected tags: 'document', 'image', 'redacted_thinking', 'text', 'thinking', 'tool_result', 'tool_use'`,
        );
    }
    if (role === 'user' && ['thinking', 'redacted_thinking', 'tool_use'].includes(text(block['type']))) {
      return refuse(`messages.${index}: \`${text(block['type'])}\` blocks can only be in \`assistant\` messages`);
    }
  }
  return undefined;
}

function startsWithThinking(list: readonly JsonObject[]): boolean {
  return text(list[0]?.['type']).endsWith('thinking');
}
