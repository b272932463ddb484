import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../src/ir/json.ts';
import type { Role } from '../src/ir/request.ts';
import { decodeRequest } from '../src/protocols/openai-responses/decode-request.ts';
import { egress } from '../src/protocols/openai-responses/egress.ts';
import { outline } from '../src/protocols/openai-responses/outline.ts';
import type { Headers } from '../src/protocols/protocol.ts';
import { compileDialect } from '../src/providers/dialect.ts';

const shared = new URL('../../shared/', import.meta.url);
const captures = fileURLToPath(new URL('codex/captures/', shared));

type Captured = { readonly name: string; readonly headers: Headers; readonly body: JsonObject };

/** Codex's own calls to `/responses`; empty, with a word, where they are missing. */
function captured(): readonly Captured[] {
  if (!existsSync(captures)) {
    console.log('not run: the captured requests of Codex because ../shared is missing');
    return [];
  }
  const all: Captured[] = [];
  for (const folder of readdirSync(captures).filter((each) => /^\d/.test(each))) {
    for (const file of readdirSync(captures + folder).filter((each) => /^request-\d+\.json$/.test(each))) {
      const call = parseJson(readFileSync(`${captures}${folder}/${file}`, 'utf8'));
      if (!isJsonObject(call) || call['method'] !== 'POST' || !/\/responses\b/.test(String(call['path']))) continue;
      const { body, headers } = call;
      if (isJsonObject(body)) all.push({ name: `${folder}/${file}`, headers: headers as Headers, body });
    }
  }
  assert.ok(all.length > 50);
  return all;
}

/** The role of the message that an item becomes a part of; undefined for one that becomes none. */
const ROLE_OF: { readonly [type: string]: Role } = {
  reasoning: 'assistant',
  function_call: 'assistant',
  custom_tool_call: 'assistant',
  tool_search_call: 'assistant',
  web_search_call: 'assistant',
  compaction: 'assistant',
  compaction_trigger: 'user',
  function_call_output: 'tool',
  custom_tool_call_output: 'tool',
  tool_search_output: 'tool',
  agent_message: 'user',
};

function rolesOf(input: Json | undefined): string[] {
  if (!Array.isArray(input)) return input === '' ? ['user'] : [];
  const roles: string[] = [];
  for (const item of input) {
    if (!isJsonObject(item) || isEmptyReasoning(item)) continue;
    const role = item['type'] === 'message' ? String(item['role']) : ROLE_OF[String(item['type'])];
    if (role === undefined) continue;
    if ((role === 'assistant' || role === 'tool') && roles.at(-1) === role) continue;
    roles.push(role);
  }
  return roles;
}

function isEmptyReasoning(item: JsonObject): boolean {
  const isNothing = (value: Json | undefined): boolean => value === null || value === undefined || String(value) === '';
  return item['type'] === 'reasoning' && [item['summary'], item['content'], item['encrypted_content']].every(isNothing);
}

test('every captured request is outlined and decoded, without a loss', () => {
  for (const { name, headers, body } of captured()) {
    const bytes = Buffer.from(JSON.stringify(body));
    const query = outline(bytes, headers);
    const { value, losses } = decodeRequest(body);
    assert.deepEqual(losses, [], name);
    assert.equal(query.model, body['model'], name);
    assert.equal(value.model, body['model'], name);
    assert.equal(value.stream, query.stream, name);
    assert.equal(query.sessionId, headers['session-id'], name);
    assert.deepEqual(
      value.messages.map(({ role }) => role),
      rolesOf(body['input']),
      name,
    );
  }
});

test('every captured tool is known by kind, name and namespace', () => {
  for (const { name, body } of captured()) {
    const { tools } = decodeRequest(body).value;
    const declared = Array.isArray(body['tools']) ? body['tools'].filter(isJsonObject) : [];
    const count = declared.reduce((sum, tool) => sum + (Array.isArray(tool['tools']) ? tool['tools'].length : 1), 0);
    assert.ok(tools.length >= count, name);
    for (const tool of tools) {
      if (tool.kind === 'hosted') assert.equal(tool.type, 'web_search', name);
      else assert.ok(tool.name.name.length > 0, name);
    }
  }
});

test('Codex asks for these on its own', () => {
  const background = captured()
    .filter(({ headers, body }) => outline(Buffer.from(JSON.stringify(body)), headers).background)
    .map(({ name }) => name.replace(/\/.*/, ''));
  if (background.length === 0) return;
  assert.deepEqual([...new Set(background)], ['31-guardian-approval', '32-memories', '33-tui-turn-title-compact']);
});

test('encoded for a provider that has the whole API, every captured request is the same again', () => {
  const dialect = compileDialect('openai-responses', [], true);
  for (const { name, body } of captured()) {
    const once = decodeRequest(body).value;
    const call = egress.open(once, { provider: 'p', model: once.model, dialect });
    const twice = decodeRequest(JSON.parse(JSON.stringify(call.body))).value;
    // Thinking that came without a blob is the one thing that this provider does not take back.
    const bare = { ...body, input: withoutBareReasoning(body['input']) };
    const expected = decodeRequest(bare).value;
    assert.deepEqual(withoutIds(twice.messages), withoutIds(expected.messages), name);
    assert.deepEqual(twice.tools, expected.tools, name);
    assert.deepEqual(twice.outputFormat, expected.outputFormat, name);
  }
});

test('encoded for a lesser provider, every captured request holds nothing but messages and functions', () => {
  const dialect = compileDialect('openai-responses', []);
  for (const { name, body } of captured()) {
    const { body: sent } = egress.open(decodeRequest(body).value, { provider: 'p', model: 'm', dialect });
    const typesOf = (list: Json | undefined): (Json | undefined)[] =>
      Array.isArray(list) ? [...new Set(list.map((each) => (isJsonObject(each) ? each['type'] : undefined)))] : [];
    for (const type of typesOf(sent['input'])) {
      assert.ok(['message', 'function_call', 'function_call_output'].includes(String(type)), `${name}: ${type}`);
    }
    for (const type of typesOf(sent['tools'])) assert.equal(type, 'function', name);
    assert.ok(!JSON.stringify(sent).includes('installation_id'), name);
  }
});

function withoutBareReasoning(input: Json | undefined): Json {
  if (!Array.isArray(input)) return input ?? null;
  return input.filter(
    (item) => !isJsonObject(item) || item['type'] !== 'reasoning' || typeof item['encrypted_content'] === 'string',
  );
}

function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'id' ? undefined : inner)));
}
