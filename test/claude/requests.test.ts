/** What Claude Code really sends, against our codec: nothing of it is refused, and all that is lost is named here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../src/ir/failure.ts';
import { isJsonObject, type Json } from '../../src/ir/json.ts';
import { decodeRequest } from '../../src/protocols/anthropic-messages/decode-request.ts';
import { outline } from '../../src/protocols/anthropic-messages/outline.ts';
import { foreignMembers } from '../../src/protocols/foreign-members.ts';
import { claudeBinary } from './harness/claude.ts';
import { pathsOf, recordRequests, type SentRequest } from './harness/record.ts';

const recorded: readonly SentRequest[] = JSON.parse(
  readFileSync(new URL('fixtures/requests.json', import.meta.url), 'utf8'),
);
const [webSearch, first, second] = recorded;
const names = ({ body }: SentRequest): readonly string[] =>
  decodeRequest(body).value.tools.map((tool) => (tool.kind === 'hosted' ? tool.type : tool.name.name));

test('nothing is refused, and on a provider of another protocol this is lost', () => {
  for (const { body } of recorded) {
    const { value, losses } = decodeRequest(body);
    const foreign = foreignMembers(value.extensions, 'openai-chat', 'Chat Completions');
    const lost = [...losses, ...foreign].map((loss) => loss.path);
    assert.deepEqual(
      lost,
      'thinking' in body ? ['system[0]', 'metadata', 'context_management'] : ['system[0]', 'metadata'],
    );
    assert.ok(value.messages.every((message) => message.parts.length > 0));
  }
});

test('its session is known by the header, and its effort and thinking are asked for', () => {
  assert.ok(first !== undefined);
  const headers = { 'x-claude-code-session-id': 's-1' };
  assert.equal(outline(Buffer.from(JSON.stringify(first.body)), headers).sessionId, 's-1');
  assert.deepEqual(decodeRequest(first.body).value.reasoning, { effort: 'high', summary: 'auto', returnState: true });
});

test('deferred tools come with the search that found them, and the hosted search is one', () => {
  assert.ok(webSearch !== undefined && first !== undefined && second !== undefined);
  assert.deepEqual(names(webSearch), ['web_search']);
  assert.ok(names(first).includes('ToolSearch') && !names(first).includes('DeferredToolPlaceholder'));
  assert.deepEqual(names(second), [...names(first), 'WebFetch']);
});

/** The request with one value of it replaced, wherever it stands. */
function broken(value: Json, at: number, by: Json): { readonly value: Json; readonly left: number } {
  if (at === 0) return { value: by, left: -1 };
  let left = at - 1;
  const inner = (one: Json): Json => {
    if (left < 0) return one;
    const done = broken(one, left, by);
    left = done.left;
    return done.value;
  };
  if (Array.isArray(value)) return { value: value.map(inner), left };
  if (!isJsonObject(value)) return { value, left };
  return { value: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one ?? null)])), left };
}

test('whatever stands in the place of whatever it sends, it is decoded or refused by its name', () => {
  const request = fc.constantFrom(...recorded.map(({ body }) => body));
  const other = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('text', 'tool_result', 'thinking', 'document'));
  fc.assert(
    fc.property(request, fc.nat(700), other, (body, at, by) => {
      try {
        decodeRequest(broken(body, at, JSON.parse(JSON.stringify(by))).value);
      } catch (error) {
        assert.ok(error instanceof GatewayError && error.message !== '', String(error));
      }
    }),
    { numRuns: 1_500 },
  );
});

const binary = claudeBinary();
if (binary === undefined) console.log('not run: the recorded requests, because Claude Code is not installed here');

test('the installed Claude Code sends what was recorded: else run node test/claude/record.ts', {
  skip: binary === undefined,
}, async () => {
  const live = await recordRequests(binary ?? '');
  const paths = (requests: readonly SentRequest[]): readonly string[] =>
    [...new Set(requests.flatMap(({ body }) => [...pathsOf({ ...body })]))].sort();
  assert.deepEqual(paths(live), paths(recorded));
  assert.deepEqual(
    live.map(({ url }) => url),
    recorded.map(({ url }) => url),
  );
  assert.deepEqual(
    live.map(({ headers }) => headers['anthropic-beta']),
    recorded.map(({ headers }) => headers['anthropic-beta']),
  );
});
