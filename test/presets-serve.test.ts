import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startGateway } from '../src/gateway/start.ts';
import { isJsonObject, parseJson } from '../src/ir/json.ts';
import { PRESET_IDS } from '../src/providers/presets/preset-files.ts';
import { findPreset } from '../src/providers/presets/presets.ts';
import { call, rounds, say, script, think } from '../src/simulator/script.ts';
import { type Simulator, startSimulator } from '../src/simulator/server.ts';

/** Presets that a key of ours opens: the client's own login is another matter. */
const SERVED = PRESET_IDS.filter((id) => findPreset(id)?.auth.type !== 'passthrough');

const TOOL = {
  type: 'function',
  name: 'exec_command',
  description: 'Runs a command.',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
};

test('every preset serves a turn with thinking and a call, and the turn that answers it', {
  timeout: 120_000,
}, async (t) => {
  const simulator = await startSimulator({
    scenario: rounds(script([think('I look.'), call('exec_command', { cmd: 'ls' })]), script([say('It is empty.')])),
    rules: 'none',
    keep: 10_000,
  });
  t.after(() => simulator.close());
  const ask = await gatewayBefore(t, simulator);
  for (const id of SERVED) {
    const question = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What is here?' }] };
    const first = await ask(id, [question]);
    const calls = first.filter((item) => item['type'] === 'function_call');
    assert.deepEqual(
      calls.map((item) => item['arguments']),
      ['{"cmd":"ls"}'],
      id,
    );
    const result = { type: 'function_call_output', call_id: calls[0]?.['call_id'] ?? '', output: 'nothing' };
    const second = await ask(id, [question, ...first, result]);
    assert.match(JSON.stringify(second), /It is empty\./, id);
  }
  const said = JSON.stringify(simulator.requests.map((request) => request.body));
  assert.doesNotMatch(said, /pb1:/, 'an envelope of ours goes to no provider');
});

type Item = { readonly [member: string]: unknown };

/** A gateway with one model of each preset, all of them at the simulator. */
async function gatewayBefore(
  t: TestContext,
  simulator: Simulator,
): Promise<(model: string, input: readonly unknown[]) => Promise<readonly Item[]>> {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-presets-'));
  const entries = SERVED.map((id) => {
    const base = findPreset(id)?.protocol === 'gemini' ? 'v1beta' : 'v1';
    return `  ${id}: { preset: ${id}, base_url: "${simulator.url}/${base}", api_key: k }`;
  });
  const models = SERVED.map((id) => `  - { slug: ${id}, provider: ${id}, model: some-model }`);
  writeFileSync(join(home, 'config.yaml'), ['providers:', ...entries, 'models:', ...models].join('\n'));
  const gateway = await startGateway(
    {
      version: '0',
      environment: {},
      places: { home, codexHome: join(home, 'codex') },
      port: 0,
      log: { write: () => {} },
    },
    () => {},
  );
  t.after(async () => {
    await gateway.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  return async (model, input) => {
    const reply = await fetch(`${gateway.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        input,
        tools: [TOOL],
        instructions: 'Be brief.',
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        prompt_cache_key: 'session',
        store: false,
      }),
    });
    const text = await reply.text();
    assert.equal(reply.status, 200, `${model}: ${text}`);
    const body = parseJson(text);
    const output = isJsonObject(body) ? body['output'] : undefined;
    assert.ok(Array.isArray(output), `${model}: ${text}`);
    return output.filter(isJsonObject);
  };
}
