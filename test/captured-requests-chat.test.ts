import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../src/ir/json.ts';
import { egress } from '../src/protocols/openai-chat/egress.ts';
import { decodeRequest } from '../src/protocols/openai-responses/decode-request.ts';
import { compileDialect } from '../src/providers/dialect.ts';

const shared = new URL('../../shared/', import.meta.url);
const captures = fileURLToPath(new URL('codex/captures/', shared));

/** The bodies of Codex's own calls to `/responses`, by capture and number. */
function capturedBodies(): ReadonlyMap<string, Json> {
  const bodies = new Map<string, Json>();
  for (const folder of readdirSync(captures).filter((name) => /^\d/.test(name))) {
    for (const file of readdirSync(`${captures}${folder}`).filter((name) => /^request-\d+\.json$/.test(name))) {
      const call = parseJson(readFileSync(`${captures}${folder}/${file}`, 'utf8'));
      if (!isJsonObject(call) || call['method'] !== 'POST' || !/\/responses\b/.test(String(call['path']))) continue;
      if (call['body'] !== undefined) bodies.set(`${folder}/${file}`, call['body']);
    }
  }
  return bodies;
}

const MISSING = 'not run: the captured requests of Codex because ../shared is missing';

function encode(body: Json): JsonObject {
  const dialect = compileDialect('openai-chat', []);
  return egress.open(decodeRequest(body).value, { provider: 'p', model: 'm', dialect }).body;
}

test('every captured request of Codex becomes a valid Chat Completions request', async () => {
  if (!existsSync(captures)) {
    console.log(MISSING);
    return;
  }
  const { loadSchema } = await import(new URL('judge/lib/schema.mjs', shared).href);
  const { Ajv } = await import(new URL('judge/lib/ajv.mjs', shared).href);
  const { j } = loadSchema('OpenAI_ChatCreateParams');
  const validate = new (Ajv.default ?? Ajv)({ strict: false, allErrors: true }).compile(j);
  const bodies = capturedBodies();
  assert.ok(bodies.size > 50);
  for (const [name, body] of bodies) {
    const encoded = encode(body);
    assert.ok(validate(encoded), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    assert.ok(!JSON.stringify(encoded).includes('installation_id'), `${name}: who calls is nobody else's business`);
  }
});

test('every captured call is answered at once, in order, and by nothing else', () => {
  if (!existsSync(captures)) {
    console.log(MISSING);
    return;
  }
  for (const [name, body] of capturedBodies()) {
    const { messages } = encode(body);
    assert.ok(Array.isArray(messages));
    let awaited: readonly (Json | undefined)[] = [];
    for (const message of messages) {
      assert.ok(isJsonObject(message));
      if (message['role'] === 'tool') {
        assert.equal(message['tool_call_id'], awaited[0], name);
        awaited = awaited.slice(1);
        continue;
      }
      assert.deepEqual(awaited, [], name);
      const calls = message['tool_calls'];
      if (Array.isArray(calls)) awaited = calls.map((call) => (isJsonObject(call) ? call['id'] : undefined));
    }
    assert.deepEqual(awaited, [], name);
  }
});
