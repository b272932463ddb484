import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../ir/json.ts';
import { compileDialect } from '../../providers/dialect.ts';
import { toolNames } from '../tool-names.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';

/** What a provider of the whole protocol is sent, where a request cannot go as bytes. */
function encoded(body: JsonObject, native = true): { readonly body: JsonObject; readonly losses: readonly string[] } {
  const { value: request } = decodeRequest(body);
  const dialect = compileDialect('anthropic-messages', [], native);
  const target = { provider: 'p', model: 'm', dialect };
  const { value, losses } = encodeRequest(request, toolNames(request, dialect.tools.maxNameLength), target);
  return { body: value, losses: losses.map((loss) => loss.path) };
}

const MARK = { type: 'ephemeral' };
const text = (words: string, more: JsonObject = {}): JsonObject => ({ type: 'text', text: words, ...more });

const WHOLE: JsonObject = {
  model: 'm',
  max_tokens: 4_096,
  system: [text('Be brief.', { cache_control: MARK })],
  messages: [
    {
      role: 'user',
      content: [
        text('Read these.'),
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' }, cache_control: MARK },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        { type: 'document', title: 'Plan', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } },
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'Notes' },
          citations: { enabled: true },
        },
        { type: 'search_result', source: 'https://example.com', title: 'Hit', content: [text('found')] },
      ],
    },
    { role: 'system', content: [text('Now in French.')] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'EqQBCg==' },
        { type: 'redacted_thinking', data: 'EmwK' },
        text('I look.'),
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
        { type: 'tool_use', id: 'toolu_1', name: 'find', input: { at: { deep: [1, 'two', null] } } },
        { type: 'tool_use', id: 'toolu_2', name: 'bash', input: { command: 'ls' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [{ type: 'tool_reference', tool_name: 'late' }, text('and words', { cache_control: MARK })],
        },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: [text('no')], is_error: true, cache_control: MARK },
        text('And?'),
      ],
    },
  ],
  tools: [
    {
      name: 'find',
      description: 'Finds.',
      input_schema: { type: 'object', properties: {} },
      eager_input_streaming: true,
    },
    { type: 'bash_20250124', name: 'bash' },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
    { name: 'late', description: 'Late.', input_schema: { type: 'object', properties: {} }, defer_loading: true },
  ],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  top_k: 5,
  stop_sequences: ['END'],
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  stream: true,
};

test('a provider of the whole protocol is sent what the client sent, member for member', () => {
  const { body, losses } = encoded(WHOLE);
  assert.deepEqual(body, WHOLE);
  assert.deepEqual(losses, []);
});

test('a server that has a part of it is told in words, with the marks of its cache, and each loss is told', () => {
  const { body, losses } = encoded(WHOLE, false);
  const all = JSON.stringify(body);
  for (const unknown of ['document"', 'search_result', 'tool_reference', 'bash_20250124', 'context_management', 'EqQB'])
    assert.ok(!all.includes(unknown), unknown);
  for (const words of ['Notes', 'Hit', 'The tool late can be called', '<developer_message>', 'ephemeral'])
    assert.ok(all.includes(words), words);
  assert.ok(losses.includes('context_management'));
});

test('of more marks than four the last ones stay, and of none ours are placed', () => {
  const marked = (count: number): JsonObject => ({
    ...WHOLE,
    messages: [
      { role: 'user', content: Array.from({ length: count }, (_, at) => text(`t${at}`, { cache_control: MARK })) },
    ],
  });
  const marks = ({ body }: { readonly body: JsonObject }): number =>
    JSON.stringify(body).split('cache_control').length - 1;
  const six = encoded(marked(6));
  assert.equal(marks(six), 4);
  assert.deepEqual(six.losses, ['cache_control']);
  assert.match(JSON.stringify(six.body['messages']), /"t5","cache_control"|cache_control.*"t5"/);
  const { system: _, ...bare } = marked(0);
  assert.ok(marks(encoded({ ...bare, messages: [{ role: 'user', content: 'Go.' }] })) > 0);
});

test('any conversation of text and calls comes out as it went in', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const turn = fc.record({ said: word, thought: fc.option(word, { nil: undefined }), args: fc.jsonValue(), ask: word });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 4 }), (rounds) => {
      const messages: JsonObject[] = [{ role: 'user', content: [text('Go.')] }];
      for (const [at, { said, thought, args, ask }] of rounds.entries()) {
        const id = `toolu_${at}`;
        const input = JSON.parse(JSON.stringify({ args }));
        messages.push(
          {
            role: 'assistant',
            content: [
              ...(thought === undefined ? [] : [{ type: 'thinking', thinking: thought, signature: 'EqQB' }]),
              text(said),
              { type: 'tool_use', id, name: 'find', input },
            ],
          },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: [text(ask)] }, text(ask)] },
        );
      }
      const { tools } = WHOLE;
      assert.ok(Array.isArray(tools));
      const body = {
        model: 'm',
        max_tokens: 10,
        system: [text('S', { cache_control: MARK })],
        messages,
        tools: [tools[0]],
        stream: false,
      };
      assert.deepEqual(encoded(body).body, body);
    }),
    { numRuns: 60 },
  );
});
