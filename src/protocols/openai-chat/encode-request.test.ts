import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject } from '../../ir/json.ts';
import type { InferenceRequest, ToolDefinition } from '../../ir/request.ts';
import { chatEgress } from './egress.ts';
import { CHAT_DIALECT, encode, objectsIn, requestWith, say } from './testing/requests.ts';

test('a plain request', () => {
  assert.deepEqual(encode({}), {
    body: {
      model: 'm-1',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
    },
    losses: [],
  });
  assert.equal(encode({ stream: false }).body['stream'], undefined);
  assert.equal(encode({}, { streamUsage: false }).body['stream_options'], undefined);
});

test('sampling, limits and hints go under the names that the provider takes', () => {
  const asked: Partial<InferenceRequest> = {
    sampling: {
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      stop: ['x'],
      seed: 1,
      presencePenalty: 1,
      frequencyPenalty: 2,
    },
    reasoning: { effort: 'xhigh', summary: 'auto' },
    verbosity: 'low',
    serviceTier: 'flex',
    cacheKey: 'session',
  };
  const taken = encode(asked, { tokenLimitField: 'max_completion_tokens' });
  const { model: _, messages: __, stream: ___, stream_options: ____, ...rest } = taken.body;
  assert.deepEqual(rest, {
    temperature: 0.5,
    top_p: 0.9,
    max_completion_tokens: 100,
    stop: ['x'],
    seed: 1,
    presence_penalty: 1,
    frequency_penalty: 2,
    prompt_cache_key: 'session',
    verbosity: 'low',
    service_tier: 'flex',
    reasoning_effort: 'high',
  });
  assert.deepEqual(taken.losses, ['reasoning.effort: The provider does not take "xhigh"; "high" was sent.']);
  const { cacheKeyField: _____, ...plain } = CHAT_DIALECT;
  const dialect: Dialect = { ...plain, verbosity: false, serviceTier: false, effort: { kind: 'none' } };
  const refused = chatEgress(() => 'n').open(requestWith(asked), { provider: 'p', model: 'm', dialect });
  assert.deepEqual(
    refused.losses.map((loss) => loss.path),
    ['prompt_cache_key', 'text.verbosity', 'service_tier', 'reasoning.effort'],
  );
  for (const member of ['prompt_cache_key', 'verbosity', 'service_tier', 'reasoning_effort']) {
    assert.equal(refused.body[member], undefined);
  }
});

test('a limit that the provider demands is sent where the client gave none', () => {
  assert.equal(encode({}, { defaultMaxTokens: 4096 }).body['max_tokens'], 4096);
});

test('members without a neutral form go to their own protocol only', () => {
  const { body, losses } = encode({
    extensions: { 'openai-chat': { logit_bias: { '1': 2 } }, 'openai-responses': { include: ['x'], store: false } },
  });
  assert.deepEqual(body['logit_bias'], { '1': 2 });
  assert.deepEqual(losses, ['include: It has no form in Chat Completions.']);
});

test('defaults, drops and renames come last', () => {
  const { body, losses } = encode(
    { sampling: { seed: 1, temperature: 0 } },
    {
      defaults: { top_k: 5, seed: 9 },
      drop: ['temperature'],
      rename: { seed: 'random_seed' },
    },
  );
  assert.equal(body['top_k'], 5);
  assert.equal(body['random_seed'], 1);
  assert.equal('seed' in body || 'temperature' in body, false);
  assert.deepEqual(losses, ['temperature: The provider does not take this member.']);
});

const TOOLS: readonly ToolDefinition[] = [
  { kind: 'function', name: { name: 'ls' }, description: 'Lists.', parameters: null, strict: true },
  {
    kind: 'custom',
    name: { name: 'apply_patch' },
    description: 'Edits.',
    grammar: { syntax: 'lark', definition: 'start: "x" LF' },
  },
  {
    kind: 'function',
    name: { name: 'add', namespace: 'mcp' },
    namespaceDescription: 'Sums.',
    description: 'Adds.',
    parameters: {},
  },
  { kind: 'function', name: { name: 'sub', namespace: 'mcp' }, namespaceDescription: 'Sums.', parameters: {} },
  {
    kind: 'search',
    name: { name: 'tool_search' },
    parameters: { type: 'object', properties: { query: { type: 'string' } } },
  },
  { kind: 'hosted', type: 'web_search', protocol: 'openai-responses', value: { type: 'web_search' } },
];

test('tools of every kind are functions', () => {
  const { body, losses } = encode({ tools: TOOLS, parallelToolCalls: true });
  const functions = objectsIn(body['tools']).map((tool) => (isJsonObject(tool['function']) ? tool['function'] : {}));
  assert.deepEqual(
    functions.map((each) => each['name']),
    ['ls', 'apply_patch', 'mcp__add', 'mcp__sub', 'tool_search'],
  );
  assert.deepEqual(functions[0], {
    name: 'ls',
    description: 'Lists.',
    parameters: { type: 'object', properties: {} },
    strict: true,
  });
  assert.match(String(functions[1]?.['description']), /^Edits\.\n\n[\s\S]*Lark grammar[\s\S]*\n\nstart: "x" LF$/);
  assert.equal(functions[2]?.['description'], 'Sums.\n\nAdds.');
  assert.equal(functions[3]?.['description'], undefined);
  assert.equal(body['tool_choice'], 'auto');
  assert.equal(body['parallel_tool_calls'], true);
  assert.deepEqual(losses, ['tools[5]: The provider has no hosted tool "web_search".']);
});

test('a hosted tool is kept where the provider has it, in its own form', () => {
  const hosted = encode({ tools: TOOLS.slice(5) }, { tools: { hosted: ['web_search'] } });
  assert.deepEqual(hosted.body['tools'], [{ type: 'web_search' }]);
  const member = encode(
    { tools: TOOLS.slice(5) },
    { tools: { hosted: ['web_search'], hostedForms: { web_search: { members: { enable_search: true } } } } },
  );
  assert.equal(member.body['enable_search'], true);
  assert.equal(member.body['tools'], undefined);
  assert.equal(member.body['tool_choice'], undefined);
  assert.deepEqual(member.losses, []);
});

test('without a tool no member speaks of tools', () => {
  const { body } = encode({ tools: TOOLS.slice(5), parallelToolCalls: true, toolChoice: { type: 'required' } });
  for (const member of ['tools', 'tool_choice', 'parallel_tool_calls']) assert.equal(member in body, false);
});

test('a choice goes under the flat name; one that the provider does not take is a Loss', () => {
  const toolChoice = { type: 'tool', name: { name: 'add', namespace: 'mcp' } } as const;
  assert.deepEqual(encode({ tools: TOOLS.slice(0, 5), toolChoice }).body['tool_choice'], {
    type: 'function',
    function: { name: 'mcp__add' },
  });
  const refused = encode(
    { tools: TOOLS.slice(0, 5), toolChoice, parallelToolCalls: false },
    { tools: { choices: ['auto'], parallelField: false } },
  );
  assert.equal(refused.body['tool_choice'], undefined);
  assert.deepEqual(refused.losses, ['tool_choice: The provider does not take the choice "tool".']);
});

const FORMAT = {
  type: 'json-schema',
  name: 'title',
  schema: { type: 'object', properties: {} },
  strict: true,
} as const;

test('an output format goes as the provider takes it', () => {
  assert.deepEqual(encode({ outputFormat: FORMAT }).body['response_format'], {
    type: 'json_schema',
    json_schema: { name: 'title', schema: FORMAT.schema, strict: true },
  });
  const object = encode(
    { outputFormat: FORMAT, messages: [say('system', 'a'), say('user', 'b')] },
    {
      outputFormat: 'json-object',
    },
  );
  assert.deepEqual(object.body['response_format'], { type: 'json_object' });
  const [first] = objectsIn(object.body['messages']);
  assert.match(String(first?.['content']), /^a\n\n.*JSON Schema:\n\{"type":"object","properties":\{\}\}$/s);
  const told = encode({ outputFormat: FORMAT }, { outputFormat: 'instruction' });
  assert.equal(told.body['response_format'], undefined);
  assert.deepEqual(
    told.losses.map((loss) => loss.split(':')[0]),
    ['text.format'],
  );
});

test('tools over the limit of the provider are left out from the end, long descriptions are cut', () => {
  const tool = (name: string): ToolDefinition => ({
    kind: 'function',
    name: { name },
    description: 'A description of thirty letters',
    parameters: { type: 'object', properties: {} },
  });
  const limits = { tools: { ...CHAT_DIALECT.tools, maxTools: 2, maxDescription: 13 } };
  const { body, losses } = encode({ tools: ['a', 'b', 'c', 'd'].map(tool) }, limits);
  assert.deepEqual(
    objectsIn(body['tools']).map((offer) => offer['function']),
    ['a', 'b'].map((name) => ({
      name,
      description: 'A description',
      parameters: { type: 'object', properties: {} },
    })),
  );
  assert.ok(losses.includes('tools[2]: The provider takes 2 tools: the rest is left out.'));
  assert.ok(losses.includes('tools.a.description: The provider takes 13 characters of it: the rest is cut off.'));
});

test('a cache key goes into the header that keeps a session at one server, if it can stand there', () => {
  const dialect: Dialect = { ...CHAT_DIALECT, cacheKeyHeader: 'x-session-affinity' };
  const headers = (cacheKey: string | undefined) =>
    chatEgress(() => '1').open(requestWith(cacheKey === undefined ? {} : { cacheKey }), {
      provider: 'p',
      model: 'm-1',
      dialect,
    }).headers;
  assert.deepEqual(headers('session-1'), { 'x-session-affinity': 'session-1' });
  assert.equal(headers(undefined), undefined);
  assert.equal(headers('two\r\nlines'), undefined);
  const { cacheKeyField: _, ...keyless } = dialect;
  assert.deepEqual(encode({ cacheKey: 'session-1' }, keyless).losses, []);
});
