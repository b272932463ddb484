import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { compileDialect } from '../../providers/dialect.ts';
import { makeEnvelope } from '../envelope.ts';
import type { EgressCall } from '../protocol.ts';
import { decodeRequest } from './decode-request.ts';
import { egress } from './egress.ts';

const native = compileDialect('openai-responses', [], true);
const plain = compileDialect('openai-responses', []);

const open = (body: JsonObject, dialect: Dialect): EgressCall =>
  egress.open(decodeRequest({ model: 'slug', ...body }).value, {
    provider: 'p',
    model: 'm',
    credentialId: 'k',
    dialect,
  });
const items = (body: JsonObject, dialect: Dialect): readonly Json[] => {
  const { input } = open(body, dialect).body;
  assert.ok(Array.isArray(input));
  return input;
};
const paths = (call: EgressCall): string[] => call.losses.map(({ path }) => path);

const words = fc.string({ minLength: 1, maxLength: 8 });
const name = fc.stringMatching(/^[a-z_]{1,9}$/);
const textPart = words.map((text) => ({ type: 'input_text', text }));
const imagePart = fc.constant({ type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' });
const content = fc.array(fc.oneof(textPart, imagePart), { minLength: 1, maxLength: 3 });
const namespace = fc.option(name, { nil: undefined });
const state = { protocol: 'openai-responses', provider: 'p', model: 'm', credentialId: 'k' } as const;
const item: fc.Arbitrary<Json> = fc
  .oneof(
    fc.record({ type: fc.constant('message'), role: fc.constantFrom('user', 'developer', 'system'), content }),
    fc.record({
      type: fc.constant('message'),
      role: fc.constant('assistant'),
      content: fc.tuple(words.map((text) => ({ type: 'output_text', text }))),
      phase: fc.option(fc.constantFrom('commentary', 'final_answer'), { nil: undefined }),
    }),
    fc.record({ type: fc.constant('function_call'), call_id: words, name, namespace, arguments: fc.string() }),
    fc.record({ type: fc.constant('custom_tool_call'), call_id: words, name, namespace, input: fc.string() }),
    fc.record({ type: fc.constant('function_call_output'), call_id: words, output: fc.oneof(fc.string(), content) }),
    fc.record({ type: fc.constant('custom_tool_call_output'), call_id: words, output: fc.string() }),
    fc.record({
      type: fc.constant('tool_search_call'),
      call_id: words,
      execution: fc.constant('client'),
      arguments: fc.record({ query: words }),
    }),
    fc.record({
      type: fc.constant('reasoning'),
      summary: fc.array(words.map((text) => ({ type: 'summary_text', text }))),
      encrypted_content: fc.oneof(
        words,
        words.map((blob) => makeEnvelope({ ...state, value: { encrypted_content: blob } })),
      ),
    }),
    fc.constant({ type: 'web_search_call', status: 'completed' }),
    fc.constant({ type: 'agent_message', author: 'a', recipient: 'b', content: [{ type: 'input_text', text: 'x' }] }),
  )
  .map((value) => JSON.parse(JSON.stringify(value)));

/** A provider's own blob loses our envelope on its way back to it; everything else is the same. */
function opened(request: InferenceRequest): Json {
  return JSON.parse(
    JSON.stringify(request.messages, (key, value) =>
      key === 'state' && isJsonObject(value) ? undefined : key === 'extensions' ? undefined : value,
    ),
  );
}

test('decode, encode, decode is the identity for a provider that has the whole API', () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), (input) => {
      const body: JsonObject = {
        model: 'slug',
        input,
        reasoning: { effort: 'low' },
        include: ['reasoning.encrypted_content'],
      };
      const once = decodeRequest(body).value;
      const call = egress.open(once, { provider: 'p', model: 'slug', credentialId: 'k', dialect: native });
      const twice = decodeRequest(JSON.parse(JSON.stringify(call.body))).value;
      // A state of another model is left out; these are all of model m.
      const own = decodeRequest({ ...body, input: input.filter((each) => !isEnveloped(each)) }).value;
      assert.deepEqual(opened(twice), opened(own));
    }),
    { numRuns: 200 },
  );
});

function isEnveloped(value: Json): boolean {
  return isJsonObject(value) && String(value['encrypted_content']).startsWith('pb1:');
}

test('ids never go out, nothing is stored, and the model is the one of the target', () => {
  const { body } = open({ input: [{ type: 'message', id: 'msg_1', role: 'user', content: 'x' }], store: true }, native);
  assert.equal(body['store'], false);
  assert.equal(body['model'], 'm');
  assert.ok(!JSON.stringify(body).includes('msg_1'));
});

test('what Codex tells of the working tree goes to the whole API alone', () => {
  const body: JsonObject = { input: 'x', client_metadata: { path: '/home/me' } };
  assert.ok(!JSON.stringify(open(body, plain).body).includes('/home/me'));
  assert.ok(paths(open(body, plain)).includes('client_metadata'));
});

test('reasoning goes back to the deployment that made it, and to no other', () => {
  const reasoning = (more: JsonObject): JsonObject => ({
    input: [
      { role: 'user', content: 'x' },
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'T' }],
        encrypted_content: makeEnvelope({ ...state, ...more, value: { encrypted_content: 'BLOB' } }),
      },
    ],
  });
  const sent = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'T' }], encrypted_content: 'BLOB' };
  assert.deepEqual(items(reasoning({}), plain)[1], sent);
  for (const other of [{ provider: 'q' }, { model: 'n' }, { credentialId: 'l' }, { protocol: 'openai-chat' }]) {
    assert.equal(items(reasoning(other), plain).length, 1);
    assert.ok(paths(open(reasoning(other), plain)).includes('input'));
  }
  const foreign = { input: [{ type: 'reasoning', summary: [], encrypted_content: 'gAAA' }] };
  assert.deepEqual(items(foreign, native), [{ type: 'reasoning', summary: [], encrypted_content: 'gAAA' }]);
  assert.deepEqual(items(foreign, plain), []);
  const kept = compileDialect('openai-responses', [
    { kind: 'reasoning-echo', echo: { field: 'none' }, source: 'https://example.com' },
  ]);
  assert.equal(items(reasoning({}), kept).length, 1);
  assert.equal(open(reasoning({}), kept).body['include'], undefined);
});

test('raw thinking goes back as such', () => {
  const item = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'R' }] };
  const envelope = makeEnvelope({ ...state, value: { raw: true } });
  assert.deepEqual(items({ input: [{ ...item, encrypted_content: envelope }] }, plain), [
    { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'R' }] },
  ]);
});

test('a provider that takes instructions first and once gets them so', () => {
  const first = compileDialect('openai-responses', [
    { kind: 'role-map', instructions: 'system', placement: 'first', laterAs: 'user', source: 'https://example.com' },
  ]);
  const developer = (text: string): JsonObject => ({ role: 'developer', content: text });
  const sent = items(
    { input: [developer('A'), developer('B'), { role: 'user', content: 'x' }, developer('C')] },
    first,
  );
  const message = (role: string, text: string): JsonObject => ({
    type: 'message',
    role,
    content: [{ type: 'input_text', text }],
  });
  assert.deepEqual(sent, [message('system', 'A\n\nB'), message('user', 'x'), message('user', 'C')]);
});

test('a format that the provider does not hold to is told to the model', () => {
  const words = compileDialect('openai-responses', [
    { kind: 'output-format', accepts: 'instruction', source: 'https://example.com' },
  ]);
  const body = { input: 'x', text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } } };
  const call = open(body, words);
  assert.equal(call.body['text'], undefined);
  assert.match(JSON.stringify(call.body['input']), /match this JSON Schema/);
  assert.ok(paths(call).includes('text.format'));
});

test('images that the model cannot see are told, never sent as text', () => {
  const blind = compileDialect('openai-responses', [{ kind: 'images', input: false, source: 'https://example.com' }]);
  const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
  const input = [
    { role: 'user', content: [image] },
    { type: 'function_call', call_id: 'c', name: 'view', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: [image] },
  ];
  const call = open({ input }, blind);
  assert.ok(!JSON.stringify(call.body).includes('base64'));
  assert.equal(JSON.stringify(call.body).match(/takes text only/g)?.length, 2);
  assert.ok(call.losses.some(({ why }) => why.startsWith('2 images')));
});

test('without a tool, tool_choice and parallel_tool_calls go too', () => {
  const { body } = open(
    { input: 'x', tools: [{ type: 'web_search' }], tool_choice: 'auto', parallel_tool_calls: true },
    plain,
  );
  assert.equal(body['tools'], undefined);
  assert.equal(body['tool_choice'], undefined);
  assert.equal(body['parallel_tool_calls'], undefined);
});
