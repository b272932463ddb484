import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../ir/json.ts';
import type { Message, Part, ProviderState } from '../../ir/request.ts';
import { type Change, call, encode, objectsIn, result, say, words } from './testing/requests.ts';

function messagesOf(messages: readonly Message[], change: Change = {}): readonly JsonObject[] {
  return objectsIn(encode({ messages }, change).body['messages']);
}

const PNG = 'data:image/png;base64,AAAA';
const image = { type: 'image', url: PNG, detail: 'high' } as const;

test('leading instructions are one message where only one is taken; later ones stay in place', () => {
  const messages = [
    say('developer', 'a'),
    say('system', 'b'),
    say('user', 'hi'),
    say('assistant', 'ho'),
    say('developer', 'c'),
  ];
  const turns = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'ho' },
  ];
  assert.deepEqual(messagesOf(messages), [
    { role: 'system', content: 'a\n\nb' },
    ...turns,
    { role: 'user', content: 'c' },
  ]);
  assert.deepEqual(messagesOf(messages, { roles: { instructions: 'developer', placement: 'anywhere' } }), [
    { role: 'developer', content: 'a' },
    { role: 'developer', content: 'b' },
    ...turns,
    { role: 'developer', content: 'c' },
  ]);
});

test('a session that goes on keeps its prefix byte for byte', () => {
  const history = [
    say('developer', 'a'),
    say('user', 'hi'),
    { role: 'assistant', parts: [words('ok'), call('c1', 'ls', '{ "dir" :"/"}')] } as const,
    { role: 'tool', parts: [result('c1', words('x'))] } as const,
  ];
  const before = JSON.stringify(messagesOf(history));
  const after = JSON.stringify(messagesOf([...history, say('developer', 'later'), say('user', 'more')]));
  assert.ok(after.startsWith(before.slice(0, -1)));
});

test('a conversation that ends with the model is handed back to it by the user', () => {
  const { body, losses } = encode({ messages: [say('user', 'hi'), say('assistant', 'half')] });
  assert.deepEqual(objectsIn(body['messages']).at(-1), { role: 'user', content: 'Continue.' });
  assert.deepEqual(losses, [
    'messages: Nobody had spoken to the model since it spoke; a user turn "Continue." was added.',
  ]);
});

test('images go to a model that sees them, words to one that does not', () => {
  const messages: Message[] = [{ role: 'user', parts: [words('look'), image] }];
  assert.deepEqual(messagesOf(messages), [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        { type: 'image_url', image_url: { url: PNG, detail: 'high' } },
      ],
    },
  ]);
  const blind = encode({ messages }, { images: { input: false } });
  assert.deepEqual(blind.body['messages'], [
    { role: 'user', content: 'look\n\n[An image stood here. This model takes text only.]' },
  ]);
  assert.deepEqual(blind.losses, ['messages: An image is left out: the model takes text only.']);
});

const TWO_PICTURES: readonly Message[] = [
  { role: 'assistant', parts: [call('c1', 'view', '{}'), call('c2', 'view', '{}')] },
  { role: 'tool', parts: [result('c1', words('one'), image), result('c2', image)] },
];

test('images in outputs are lifted behind all parallel outputs', () => {
  const messages = messagesOf(TWO_PICTURES);
  assert.ok(Array.isArray(messages));
  assert.deepEqual(messages.slice(1), [
    { role: 'tool', tool_call_id: 'c1', content: 'one\n[The image follows in the next user message.]' },
    { role: 'tool', tool_call_id: 'c2', content: '[The image follows in the next user message.]' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Image output of the tool call c1:' },
        { type: 'image_url', image_url: { url: PNG, detail: 'high' } },
        { type: 'text', text: 'Image output of the tool call c2:' },
        { type: 'image_url', image_url: { url: PNG, detail: 'high' } },
      ],
    },
  ]);
});

test('images in outputs: kept where they are taken, words on a text-only model', () => {
  const kept = messagesOf(TWO_PICTURES, { images: { inToolResults: true } });
  assert.ok(Array.isArray(kept));
  assert.equal(kept.length, 3);
  const blind = encode({ messages: TWO_PICTURES }, { images: { input: false } });
  assert.ok(Array.isArray(blind.body['messages']));
  assert.deepEqual(blind.body['messages'].slice(1), [
    { role: 'tool', tool_call_id: 'c1', content: 'one\n[An image stood here. This model takes text only.]' },
    { role: 'tool', tool_call_id: 'c2', content: '[An image stood here. This model takes text only.]' },
  ]);
  assert.deepEqual(blind.losses, ['messages: An image is left out: the model takes text only. (2 times)']);
});

test('arguments go back byte for byte, raw texts in their wrapping, malformed ones inside of an object', () => {
  const parts: Part[] = [
    words('I call.'),
    call('c1', 'ls', '{ "dir" :\t"/" }'),
    { type: 'tool-call', callId: 'c2', kind: 'custom', name: { name: 'apply_patch' }, input: '*** "x"\n' },
    call('c3', 'ls', '{"dir": "a"b"}'),
    call('c4', 'now', ''),
  ];
  const results = ['c1', 'c2', 'c3', 'c4'].map((id) => result(id, words('ok')));
  const { body, losses } = encode({
    messages: [
      { role: 'assistant', parts },
      { role: 'tool', parts: results },
    ],
  });
  const fn = (id: string, name: string, input: string) => ({
    id,
    type: 'function',
    function: { name, arguments: input },
  });
  assert.deepEqual(objectsIn(body['messages'])[0], {
    role: 'assistant',
    content: 'I call.',
    tool_calls: [
      fn('c1', 'ls', '{ "dir" :\t"/" }'),
      fn('c2', 'apply_patch', '{"input":"*** \\"x\\"\\n"}'),
      fn('c3', 'ls', '{"malformed_arguments":"{\\"dir\\": \\"a\\"b\\"}"}'),
      fn('c4', 'now', '{}'),
    ],
  });
  assert.deepEqual(losses, [
    'messages: A tool call whose arguments are no JSON object goes back as `malformed_arguments`.',
  ]);
});

test('call ids are fitted on both sides alike', () => {
  const messages = messagesOf(
    [
      { role: 'assistant', parts: [call('call_abc|1', 'ls', '{}')] },
      { role: 'tool', parts: [result('call_abc|1', words('x'))] },
    ],
    { tools: { callId: { pattern: '^[a-zA-Z0-9]{9}$', length: 9 } } },
  );
  const [first] = objectsIn(messages[0]?.['tool_calls']);
  assert.match(String(first?.['id']), /^[a-z0-9]{9}$/);
  assert.equal(messages[1]?.['tool_call_id'], first?.['id']);
});

const own = (value: JsonObject): ProviderState => ({ protocol: 'openai-chat', provider: 'p', model: 'm-1', value });
const thought = (text: string, state?: ProviderState): Part =>
  state === undefined ? { type: 'reasoning', texts: [text] } : { type: 'reasoning', texts: [text], state };
const FIELD = own({ field: 'reasoning_content' });

const THINKING: readonly Message[] = [
  say('user', 'one'),
  { role: 'assistant', parts: [thought('plain', FIELD), words('done')] },
  say('user', 'two'),
  { role: 'assistant', parts: [thought('deep', FIELD), call('c1', 'ls', '{}')] },
  { role: 'tool', parts: [result('c1', words('x'))] },
  { role: 'assistant', parts: [thought('last', FIELD), words('done')] },
  say('user', 'three'),
];

function echoed(change: Change['reasoning'], messages = THINKING) {
  const { body, losses } = encode({ messages }, { reasoning: change ?? {} });
  const assistants = objectsIn(body['messages']).filter((message) => message['role'] === 'assistant');
  return { assistants, losses };
}

test('thinking goes back always, in turns with tools, or not at all', () => {
  const field = 'reasoning_content';
  const texts = (list: readonly JsonObject[]) => list.map((message) => message[field]);
  assert.deepEqual(texts(echoed({ echo: { field, when: 'always' } }).assistants), ['plain', 'deep', 'last']);
  const tools = echoed({ echo: { field, when: 'tool-turns' } });
  assert.deepEqual(texts(tools.assistants), [undefined, 'deep', 'last']);
  const none = echoed({ echo: { field: 'none' } });
  assert.deepEqual(texts(none.assistants), [undefined, undefined, undefined]);
  assert.deepEqual(none.losses, [
    'messages: A piece of thinking is left out: the provider does not want it back. (3 times)',
  ]);
});

test('thinking of another model, and thinking alone, are left out', () => {
  const other: ProviderState = { ...FIELD, provider: 'q' };
  const { assistants, losses } = echoed({}, [
    { role: 'assistant', parts: [thought('a', other), words('x')] },
    { role: 'assistant', parts: [thought('b'), words('y')] },
    { role: 'assistant', parts: [thought('c', FIELD)] },
    say('user', 'go on'),
  ]);
  assert.deepEqual(assistants, [
    { role: 'assistant', content: 'x' },
    { role: 'assistant', content: 'y' },
  ]);
  assert.deepEqual(losses, [
    'messages: A piece of thinking is left out: another model thought it. (2 times)',
    'messages: A turn that holds nothing but thinking is left out.',
  ]);
});

test('thinking goes back in the field in which it came', () => {
  const details = [{ type: 'reasoning.text', text: 'd', signature: 'S', index: 0 }];
  const turn = (state: ProviderState): readonly Message[] => [
    { role: 'assistant', parts: [thought('d', state), words('x')] },
  ];
  const whole = own({ field: 'reasoning_details', reasoning_details: details });
  assert.deepEqual(echoed({ echo: { field: 'reasoning_details', when: 'always' } }, turn(whole)).assistants, [
    { role: 'assistant', content: 'x', reasoning_details: details },
  ]);
  assert.deepEqual(echoed({ echo: { field: 'reasoning_details', when: 'always' } }, turn(FIELD)).assistants, [
    { role: 'assistant', content: 'x', reasoning: 'd' },
  ]);
  const ofAnother = echoed({ echo: { field: 'reasoning_details', when: 'always' } }, turn({ ...whole, model: 'm-2' }));
  assert.deepEqual(ofAnother.assistants, [{ role: 'assistant', content: 'x', reasoning: 'd' }]);
  assert.ok(ofAnother.losses.includes('messages: What another model signed or encrypted is left out.'));
  assert.deepEqual(echoed({ echo: { field: 'reasoning', when: 'always' } }, turn(FIELD)).assistants, [
    { role: 'assistant', content: 'x', reasoning: 'd' },
  ]);
  assert.deepEqual(echoed({ echo: { field: 'thinking-parts', when: 'always' } }, turn(FIELD)).assistants, [
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'd' }] },
        { type: 'text', text: 'x' },
      ],
    },
  ]);
});

test('what came beside a call goes back beside it, to its own provider', () => {
  const extra = { google: { thought_signature: 'SIG' } };
  const turn = (state: ProviderState): Message[] => [
    {
      role: 'assistant',
      parts: [{ type: 'reasoning', texts: [], state }, call('c1', 'ls', '{}'), call('c2', 'ls', '{}')],
    },
    { role: 'tool', parts: [result('c1', words('x')), result('c2', words('y'))] },
  ];
  const state = own({ extra_content: extra });
  const sent = encode({ messages: turn(state) }, { reasoning: { echo: { field: 'none' } } });
  const calls = objectsIn(objectsIn(sent.body['messages'])[0]?.['tool_calls']);
  assert.deepEqual(
    calls.map((each) => each['extra_content']),
    [extra, undefined],
  );
  assert.deepEqual(sent.losses, []);
  for (const other of [{ provider: 'q' }, { model: 'm-2' }]) {
    assert.equal(JSON.stringify(messagesOf(turn({ ...state, ...other }))).includes('SIG'), false);
  }
});

test('members that the provider demands of every call stand in each, unless it gave its own', () => {
  const state = own({ extra_content: { sig: 'own' } });
  const { body } = encode(
    {
      messages: [
        {
          role: 'assistant',
          parts: [call('c1', 'ls', '{}'), { type: 'reasoning', texts: [], state }, call('c2', 'ls', '{}')],
        },
        { role: 'tool', parts: [result('c1', words('x')), result('c2', words('y'))] },
      ],
    },
    { tools: { callMembers: { extra_content: { sig: 'none' } } } },
  );
  assert.deepEqual(
    objectsIn(objectsIn(body['messages'])[0]?.['tool_calls']).map((each) => each['extra_content']),
    [{ sig: 'none' }, { sig: 'own' }],
  );
});

test("cache points stand after the instructions and at the ends of the last two turns that are not the model's", () => {
  const messages = messagesOf(
    [
      say('developer', 'a'),
      say('user', 'b'),
      { role: 'assistant', parts: [call('c1', 'ls', '{}'), call('c2', 'ls', '{}')] },
      { role: 'tool', parts: [result('c1', words('x')), result('c2', words('y'))] },
    ],
    { cacheBreakpoints: true },
  );
  const marked = (text: string) => [{ type: 'text', text, cache_control: { type: 'ephemeral' } }];
  assert.deepEqual(
    messages.map((message) => message['content']),
    [marked('a'), marked('b'), null, [{ type: 'text', text: 'x' }], marked('y')],
  );
});

test('items of another protocol are left out, each kind told once', () => {
  const search: Part = { type: 'opaque', protocol: 'openai-responses', value: { type: 'web_search_call' } };
  const { body, losses } = encode({
    messages: [
      { role: 'assistant', parts: [search, words('x')] },
      { role: 'assistant', parts: [search] },
      say('user', 'y'),
    ],
  });
  assert.deepEqual(body['messages'], [
    { role: 'assistant', content: 'x' },
    { role: 'user', content: 'y' },
  ]);
  assert.deepEqual(losses, ['messages: An item of type "web_search_call" has no form in Chat Completions. (2 times)']);
});

test('text without a visible character is not sent, and a conversation without any word of the user gets one', () => {
  const { body } = encode({
    messages: [
      say('developer', 'Rules.'),
      { role: 'user', parts: [words(''), { type: 'image', url: 'data:image/png;base64,AA==' }] },
      { role: 'assistant', parts: [words(' \n'), call('c1', 'ls', '{}')] },
      { role: 'tool', parts: [result('c1', words(''))] },
      say('user', '  '),
    ],
  });
  assert.deepEqual(
    objectsIn(body['messages']).map(({ role, content }) => [role, content]),
    [
      ['system', 'Rules.'],
      ['user', [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }]],
      ['assistant', null],
      ['tool', ''],
    ],
  );
  const alone = encode({ messages: [say('developer', 'Rules.'), say('user', '')] }).body;
  assert.deepEqual(objectsIn(alone['messages']).at(-1), { role: 'user', content: 'Continue.' });
});

test('what a tool search found is told by the names that the model may call', () => {
  const found = [{ type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'spawn' }] }];
  const { body } = encode({
    messages: [
      say('user', 'Go.'),
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', callId: 's', kind: 'search', name: { name: 'tool_search' }, input: '{}' }],
      },
      {
        role: 'tool',
        parts: [{ type: 'tool-result', callId: 's', kind: 'search', content: [words(JSON.stringify(found))] }],
      },
    ],
  });
  assert.match(String(objectsIn(body['messages']).at(-1)?.['content']), /agents__spawn/);
});
