import assert from 'node:assert/strict';
import type { EdgeCase } from './case.ts';
import { at, objectsAt, toolNames } from './read.ts';

/** Requests: Responses to Chat Completions. */
export const REQUEST_CASES: readonly EdgeCase[] = [
  {
    number: 1,
    title: 'Thinking goes back with a tool turn where the provider demands it, and stays away where it wants none',
    outcome: 'repaired',
    fixture: '01-thinking-goes-back',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => assert.equal(at(body, 'messages.1.reasoning_content'), 'I should list the files.'),
      },
      {
        to: 'mimo/mimo-v2.6-pro',
        request: 'mimo.json',
        sent: (body) => assert.equal(at(body, 'messages.1.reasoning_content'), 'I should list the files.'),
      },
      {
        to: 'zai/glm-4.5-air',
        request: 'zai.json',
        sent: (_, raw) => assert.doesNotMatch(raw, /I should list the files/),
        loss: /the provider does not want it back/,
      },
    ],
  },
  {
    number: 2,
    title: 'A turn without thinking goes back without any: no placeholder is made up',
    outcome: 'carried',
    fixture: '02-no-placeholder',
    trials: [{ to: 'moonshot/kimi-k2', sent: (_, raw) => assert.doesNotMatch(raw, /reasoning/) }],
  },
  {
    number: 3,
    title: 'Thinking belongs to the assistant message that comes next, before freeform and search calls too',
    outcome: 'carried',
    fixture: '03-thinking-before-any-call',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => {
          const turns = objectsAt(body, 'messages').filter((message) => message['role'] === 'assistant');
          assert.deepEqual(
            turns.map((turn) => [turn['reasoning_content'], at(turn, 'tool_calls.0.function.name')]),
            [
              ['Patch it.', 'apply_patch'],
              ['Search for more.', 'tool_search'],
            ],
          );
        },
      },
    ],
  },
  {
    number: 4,
    title: 'An output alone goes on from the reply that made its call; one that answers several calls is told apart',
    outcome: 'repaired',
    fixture: '04-bare-output',
    trials: [
      {
        to: 'openai-chat-server/m',
        request: 'bare.json',
        before: { request: 'first.json', reply: 'call.sse' },
        sent: (body) =>
          assert.deepEqual(
            objectsAt(body, 'messages').map((message) => [message['role'], at(message, 'tool_calls.0.id')]),
            [
              ['user', undefined],
              ['assistant', 'call_1'],
              ['tool', undefined],
            ],
          ),
      },
      {
        to: 'openai-chat-server/m',
        request: 'ambiguous.json',
        sent: (body) => assert.deepEqual(at(body, 'messages.1.tool_calls.1.id'), 'call_1_2'),
        loss: /Two tool calls bear the id call_1; the later one is sent as call_1_2/,
        besides: /has no output/,
      },
      {
        to: 'openai-chat-server/m',
        request: 'unknown.json',
        refusal: { status: 400, words: /resp_never_was/ },
      },
    ],
  },
  {
    number: 5,
    title: 'A call without an output gets one that says so; an output without a call is left out',
    outcome: 'repaired',
    fixture: '05-interrupted-turn',
    trials: [
      {
        to: 'moonshot/kimi-k2',
        sent: (body) => assert.match(String(at(body, 'messages.3.content')), /interrupted/),
        loss: /call_2 has no output/,
      },
      {
        to: 'moonshot/kimi-k2',
        request: 'orphan.json',
        sent: (_, raw) => assert.doesNotMatch(raw, /call_7/),
        loss: /call_7 answers no call/,
      },
    ],
  },
  {
    number: 6,
    title: 'A message between a call and its output waits until after the output',
    outcome: 'carried',
    fixture: '06-message-in-between',
    trials: [
      {
        to: 'openai-chat-server/m',
        sent: (body) => {
          const roles = objectsAt(body, 'messages').map((message) => message['role']);
          assert.deepEqual(roles.slice(0, 3), ['user', 'assistant', 'tool']);
          assert.equal(at(body, 'messages.3.content'), 'The user has interrupted.');
        },
      },
    ],
  },
  {
    number: 7,
    title: 'Calls in a row, and the text before them, are one assistant turn',
    outcome: 'carried',
    fixture: '07-parallel-calls',
    trials: [
      {
        to: 'openai-chat-server/m',
        sent: (body) => {
          assert.equal(at(body, 'messages.1.content'), 'Both.');
          assert.deepEqual(
            objectsAt(body, 'messages.1.tool_calls').map((call) => call['id']),
            ['call_1', 'call_2'],
          );
        },
      },
    ],
  },
  {
    number: 8,
    title: 'Where only one system message is taken, later instructions keep their place under a role that is',
    outcome: 'carried',
    fixture: '08-developer-mid-history',
    trials: [
      {
        to: 'minimax/MiniMax-M2.7',
        sent: (body) =>
          assert.deepEqual(
            objectsAt(body, 'messages').map((message) => [message['role'], message['content']]),
            [
              ['system', 'Base rules.\n\nMore rules.'],
              ['user', 'Hi.'],
              ['assistant', 'Hello.'],
              ['user', 'The model was switched.'],
              ['user', 'Go on.'],
            ],
          ),
      },
    ],
  },
  {
    number: 9,
    title: 'Tool schemas that are null, bare, or a union at the top become objects with properties',
    outcome: 'repaired',
    fixture: '09-strange-schemas',
    trials: [
      {
        to: 'openai-chat-server/m',
        sent: (body) => {
          for (const tool of objectsAt(body, 'tools')) {
            assert.equal(at(tool, 'function.parameters.type'), 'object');
            assert.ok(at(tool, 'function.parameters.properties'));
            assert.equal(at(tool, 'function.parameters.oneOf'), undefined);
          }
          assert.deepEqual(Object.keys(at(body, 'tools.3.function.parameters.properties') ?? {}).sort(), ['a', 'b']);
        },
        loss: /top-level "oneOf"/,
      },
    ],
  },
  {
    number: 10,
    title: 'With the last tool go the choice among tools and the wish for parallel calls',
    outcome: 'repaired',
    fixture: '10-no-tools-left',
    trials: [
      {
        to: 'vllm/m',
        sent: (body) => {
          for (const name of ['tools', 'tool_choice', 'parallel_tool_calls']) assert.ok(!(name in body), name);
        },
        loss: /no hosted tool "web_search"/,
      },
    ],
  },
  {
    number: 11,
    title: 'Names that are too long or collide are shortened by a digest, and come back as they were',
    outcome: 'carried',
    fixture: '11-long-names',
    trials: [
      {
        to: 'openai-chat-server/m',
        reply: 'upstream.sse',
        sent: (body) => {
          const names = toolNames(body).map(String);
          assert.equal(new Set(names).size, 4);
          for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
          assert.ok(names.includes('mcp__a_namespace_with_a_rather_long_name_of_a_server__t_601d8426'));
        },
        told: ({ text }) => {
          assert.match(text, /"name":"the_second_of_its_many_functions","namespace":"mcp__a_namespace_with/);
        },
      },
    ],
  },
  {
    number: 12,
    title: 'A tool that comes twice is offered once',
    outcome: 'carried',
    fixture: '12-tool-twice',
    trials: [{ to: 'openai-chat-server/m', sent: (body) => assert.deepEqual(toolNames(body), ['shell']) }],
  },
  {
    number: 13,
    title: 'Tools that are declared in the input, with no list of tools, are offered',
    outcome: 'carried',
    fixture: '13-lite-mode',
    trials: [
      { to: 'openai-chat-server/m', sent: (body) => assert.deepEqual(toolNames(body), ['functions__exec_command']) },
    ],
  },
  {
    number: 14,
    title: 'A freeform tool keeps its grammar on the way out and its raw text on the way back',
    outcome: 'carried',
    fixture: '14-freeform',
    trials: [
      {
        to: 'openai-chat-server/m',
        reply: 'upstream.sse',
        sent: (body) =>
          assert.match(String(at(body, 'tools.0.function.description')), /start: "\*\*\* Begin Patch" LF/),
        told: ({ events }) => {
          const item = events.find((event) => event['type'] === 'response.output_item.done')?.['item'];
          assert.deepEqual(
            [at(item, 'type'), at(item, 'name'), at(item, 'input')],
            ['custom_tool_call', 'apply_patch', '*** Begin Patch\n"quoted" \\ é\n'],
          );
        },
      },
    ],
  },
  {
    number: 15,
    title: 'The limit of tokens goes under the name that the provider takes',
    outcome: 'carried',
    fixture: '15-token-limit',
    trials: [
      { to: 'groq/openai/gpt-oss-120b', sent: (body) => assert.equal(body['max_completion_tokens'], 77) },
      { to: 'deepseek/deepseek-v4-pro', sent: (body) => assert.equal(body['max_tokens'], 77) },
    ],
  },
  {
    number: 16,
    title: 'Usage is asked for in a stream, but not where asking is refused',
    outcome: 'carried',
    fixture: '16-stream-usage',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => assert.deepEqual(body['stream_options'], { include_usage: true }),
      },
      { to: 'mistral/devstral-2512', sent: (body) => assert.ok(!('stream_options' in body)) },
    ],
  },
  {
    number: 17,
    title: 'A cache key goes only where one is understood, and is the same in each request',
    outcome: 'repaired',
    fixture: '17-cache-key',
    trials: [
      { to: 'moonshot/kimi-k2', sent: (body) => assert.equal(body['prompt_cache_key'], 'thread-1') },
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (_, raw) => assert.doesNotMatch(raw, /thread-1/),
        loss: /^prompt_cache_key/,
      },
    ],
  },
  {
    number: 18,
    title: 'Images in tool outputs are lifted into a user message after all parallel outputs',
    outcome: 'carried',
    fixture: '18-images-in-outputs',
    trials: [
      {
        to: 'openai-chat-server/m',
        sent: (body) => {
          const messages = objectsAt(body, 'messages');
          assert.deepEqual(
            messages.map((message) => message['role']),
            ['user', 'assistant', 'tool', 'tool', 'user'],
          );
          const parts = objectsAt(messages[4], 'content').map((part) => part['type']);
          assert.deepEqual(parts, ['text', 'image_url', 'text', 'image_url']);
          for (const message of messages.slice(2, 4)) assert.ok(String(message['content']).length < 100);
        },
      },
    ],
  },
  {
    number: 19,
    title: 'An image for a model that sees none leaves words in its place, and the tool message stays',
    outcome: 'repaired',
    fixture: '19-image-for-the-blind',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => {
          assert.equal(at(body, 'messages.2.role'), 'tool');
          assert.match(String(at(body, 'messages.2.content')), /An image stood here/);
        },
        loss: /An image is left out/,
      },
    ],
  },
  {
    number: 20,
    title:
      'Replayed arguments keep their bytes; where the API takes an object, the same text always gives the same one',
    outcome: 'carried',
    fixture: '20-arguments-keep-their-bytes',
    trials: [
      {
        to: 'openai-chat-server/m',
        sent: (body) =>
          assert.equal(
            at(body, 'messages.1.tool_calls.0.function.arguments'),
            '{ "cmd" :"ls",\t"b":1.50, "a": "\\u00e9" }',
          ),
      },
      {
        to: 'anthropic-messages-server/m',
        sent: (_, raw) => assert.ok(raw.includes('"input":{"cmd":"ls","b":1.5,"a":"é"}')),
      },
    ],
  },
  {
    number: 21,
    title: 'Messages between sub-agents that are only called encrypted are read by other models',
    outcome: 'carried',
    fixture: '21-messages-between-agents',
    trials: [
      {
        to: 'openai-chat-server/m',
        sent: (body) =>
          assert.equal(
            at(body, 'messages.1.content'),
            'Message from /root to /root/worker:\n\nPlease count the files.',
          ),
      },
    ],
  },
  {
    number: 22,
    title: 'An output schema becomes what the provider takes: a format, or an instruction and a Loss',
    outcome: 'repaired',
    fixture: '22-output-schema',
    trials: [
      {
        to: 'fireworks/m',
        sent: (body) => assert.equal(at(body, 'response_format.json_schema.name'), 'animal'),
      },
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => {
          assert.deepEqual(body['response_format'], { type: 'json_object' });
          assert.match(String(at(body, 'messages.0.content')), /"animal"/);
        },
        loss: /^text\.format/,
      },
      {
        to: 'anthropic/claude-opus-4-6',
        sent: (body) => assert.ok(at(body, 'output_config.format.schema.properties.animal')),
      },
    ],
  },
];
