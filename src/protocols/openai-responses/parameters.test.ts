import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { GatewayError } from '../../ir/failure.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import { CHAT_DIALECT } from '../openai-chat/testing/requests.ts';
import { protocolById } from '../registry.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';

/** `honoured`: it reaches the provider or is answered here, and costs nothing. `loss`: left out, and told. `refused`: 400. */
type Outcome = 'honoured' | 'loss' | 'refused';
type Row = readonly [parameter: string, value: Json, outcome: Outcome];

const TOOL = { type: 'function', name: 'run', parameters: { type: 'object' } };
const part = (content: JsonObject): Json => [{ role: 'user', content: [content] }];

/** Every parameter of the API, with each value that makes a difference. */
const ROWS: readonly Row[] = [
  ['access_programs', { cyber: 'standard' }, 'refused'],
  ['background', false, 'honoured'],
  ['background', true, 'refused'],
  ['context_management', [{ type: 'compaction', compact_threshold: 1000 }], 'refused'],
  ['context_management', [], 'honoured'],
  ['conversation', 'conv_1', 'refused'],
  ['frequency_penalty', 0.5, 'honoured'],
  ['generate', false, 'refused'],
  ['image', { context_compression: 'enabled' }, 'refused'],
  ['image', { context_compression: 'disabled' }, 'honoured'],
  ['include', ['reasoning.encrypted_content'], 'honoured'],
  ['include', ['web_search_call.action.sources'], 'loss'],
  ['include', ['file_search_call.results'], 'loss'],
  ['include', ['code_interpreter_call.outputs'], 'loss'],
  ['include', ['computer_call_output.output.image_url'], 'loss'],
  ['include', ['message.input_image.image_url'], 'loss'],
  ['include', ['message.output_text.logprobs'], 'refused'],
  ['input', 'text', 'honoured'],
  ['input', part({ type: 'input_image', image_url: 'https://example.com/a.png' }), 'honoured'],
  ['input', part({ type: 'input_image', file_id: 'file_1' }), 'refused'],
  ['input', part({ type: 'input_file', file_id: 'file_1' }), 'refused'],
  ['input', part({ type: 'input_audio', input_audio: { data: '', format: 'mp3' } }), 'refused'],
  ['input', [{ type: 'item_reference', id: 'msg_1' }], 'refused'],
  ['instructions', 'Be brief.', 'honoured'],
  ['max_output_tokens', 100, 'honoured'],
  ['max_output_tokens', 0, 'refused'],
  ['max_tool_calls', 3, 'loss'],
  ['max_tool_calls', 0, 'refused'],
  ['metadata', { team: 'blue' }, 'honoured'],
  ['metadata', { count: 1 }, 'refused'],
  ['model', 'm', 'honoured'],
  ['model', '', 'refused'],
  ['moderation', { model: 'omni-moderation-latest' }, 'refused'],
  ['parallel_tool_calls', false, 'honoured'],
  ['presence_penalty', 0.5, 'honoured'],
  ['previous_response_id', 'resp_unknown', 'refused'],
  ['prompt', { id: 'pmpt_1' }, 'refused'],
  ['prompt_cache_key', 'k', 'honoured'],
  ['prompt_cache_options', { ttl: '12h' }, 'loss'],
  ['prompt_cache_options', { prewarm: true }, 'refused'],
  ['prompt_cache_retention', '24h', 'loss'],
  ['reasoning', { effort: 'high' }, 'honoured'],
  ['reasoning', { summary: 'auto' }, 'honoured'],
  ['reasoning', { generate_summary: 'auto' }, 'honoured'],
  ['reasoning', { context: 'all_turns' }, 'loss'],
  ['safety_identifier', 'u', 'loss'],
  ['service_tier', 'flex', 'honoured'],
  ['store', true, 'honoured'],
  ['store', false, 'honoured'],
  ['store', 'yes', 'refused'],
  ['stream', true, 'honoured'],
  ['stream_options', { include_obfuscation: false }, 'honoured'],
  ['stream_options', { include_obfuscation: true }, 'loss'],
  ['temperature', 0.3, 'honoured'],
  ['temperature', 3, 'refused'],
  ['text', { verbosity: 'low' }, 'honoured'],
  ['text', { format: { type: 'json_object' } }, 'honoured'],
  ['text', { format: { type: 'grammar' } }, 'refused'],
  ['tool_choice', { type: 'function', name: 'run' }, 'honoured'],
  ['tool_choice', 'required', 'honoured'],
  ['tool_choice', { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'run' }] }, 'honoured'],
  ['tool_choice', { type: 'file_search' }, 'refused'],
  ['tools', [TOOL, { type: 'web_search' }], 'loss'],
  ['tools', [TOOL, { type: 'mcp', server_label: 's', server_url: 'https://example.com' }], 'loss'],
  ['top_logprobs', 0, 'honoured'],
  ['top_logprobs', 3, 'refused'],
  ['top_p', 0.9, 'honoured'],
  ['truncation', 'disabled', 'honoured'],
  ['truncation', 'auto', 'loss'],
  ['truncation', 'middle', 'refused'],
  ['user', 'u', 'loss'],
  ['a_parameter_of_tomorrow', 1, 'loss'],
];

function outcomeOf(parameter: string, value: Json): Outcome {
  try {
    const decoded = decodeRequest({ model: 'm', input: 'x', tools: [TOOL], [parameter]: value });
    const target = { provider: 'p', model: 'm', dialect: CHAT_DIALECT };
    const { losses } = protocolById('openai-chat').egress.open(decoded.value, target);
    const paths = [...decoded.losses, ...losses].map(({ path }) => path.split(/[.[]/, 1)[0]);
    return paths.length === 0
      ? 'honoured'
      : paths.every((path) => path === parameter)
        ? 'loss'
        : assert.fail(String(paths));
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    assert.ok(error.failure.parameter?.startsWith(parameter), error.failure.parameter);
    return 'refused';
  }
}

test('each parameter is honoured, left out with a loss, or refused by its name', () => {
  const found = ROWS.map(([parameter, value]): Row => [parameter, value, outcomeOf(parameter, value)]);
  assert.deepEqual(found, ROWS);
});

test('no parameter that the SDK knows is missing from the table', () => {
  const root = dirname(createRequire(import.meta.url).resolve('openai'));
  const types = readFileSync(join(root, 'resources/responses/responses.d.ts'), 'utf8');
  const start = types.indexOf('export interface ResponseCreateParamsBase {');
  const body = types.slice(start, types.indexOf('\n}', start));
  const named = [...body.matchAll(/^ {4}(\w+)\??:/gm)].map((match) => match[1] ?? '');
  assert.ok(named.length > 25);
  const listed = new Set(ROWS.map(([parameter]) => parameter));
  assert.deepEqual(
    named.filter((name) => !listed.has(name)),
    [],
  );
});

test('a reply repeats every member that the SDK demands of one', () => {
  const { value: echo } = decodeRequest({ model: 'm', input: 'x', metadata: { team: 'blue' }, truncation: 'auto' });
  const context = { echo, caller: { id: 'local' }, responseId: 'r', createdAt: 1 };
  const reply = encodeResponse({ parts: [{ type: 'text', text: 'hi' }], cut: false, finish: 'stop' }, context);
  const root = dirname(createRequire(import.meta.url).resolve('openai'));
  const types = readFileSync(join(root, 'resources/responses/responses.d.ts'), 'utf8');
  const start = types.indexOf('export interface Response {');
  const body = types.slice(start, types.indexOf('\n}', start));
  const demanded = [...body.matchAll(/^ {4}(\w+):/gm)].map((match) => match[1] ?? '');
  assert.ok(demanded.length > 10);
  // Made by the SDK itself of the items.
  assert.deepEqual(
    demanded.filter((name) => name !== 'output_text' && !(name in reply)),
    [],
  );
  assert.deepEqual([reply['metadata'], reply['truncation']], [{ team: 'blue' }, 'auto']);
});
