import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type Json, parseJson } from '../src/ir/json.ts';
import { egress } from '../src/protocols/anthropic-messages/egress.ts';
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

test('every captured request of Codex becomes a valid Messages request', async () => {
  if (!existsSync(captures)) {
    console.log('not run: the captured requests of Codex because ../shared is missing');
    return;
  }
  const { loadSchema } = await import(new URL('judge/lib/schema.mjs', shared).href);
  const { Ajv } = await import(new URL('judge/lib/ajv.mjs', shared).href);
  const { j } = loadSchema('Anthropic_MessageCreateParams');
  const validate = new (Ajv.default ?? Ajv)({ strict: false, allErrors: true }).compile(j);
  const dialect = compileDialect('anthropic-messages', []);
  const bodies = capturedBodies();
  assert.ok(bodies.size > 50);
  for (const [name, body] of bodies) {
    const call = egress.open(decodeRequest(body).value, { provider: 'p', model: 'm', dialect });
    assert.ok(validate(call.body), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    const text = JSON.stringify(call.body);
    assert.ok(text.split('"cache_control"').length - 1 <= 4, `${name}: more than four cache breakpoints`);
    assert.ok(!text.includes('installation_id'), `${name}: who calls is nobody else's business`);
  }
});
