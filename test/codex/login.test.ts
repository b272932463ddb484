import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { say, script } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { cleanEnvironment, finalText, runCodex, transcript } from './harness/codex.ts';
import { startGateway } from './harness/gateway.ts';
import { newWorkspace } from './harness/workspace.ts';

const ACCOUNT = 'acct-made-up';
const ACCESS = jwt({ exp: 4_102_444_800, 'https://api.openai.com/auth': { chatgpt_account_id: ACCOUNT } });

/** A login as `codex login` leaves it, with tokens that nobody signed. */
function madeUpLogin(): string {
  const claims = { chatgpt_plan_type: 'plus', chatgpt_account_id: ACCOUNT, chatgpt_user_id: 'user-made-up' };
  const id_token = jwt({ email: 'test@example.invalid', exp: 4_102_444_800, 'https://api.openai.com/auth': claims });
  return JSON.stringify({
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: { id_token, access_token: ACCESS, refresh_token: 'refresh-made-up', account_id: ACCOUNT },
    last_refresh: new Date().toISOString(),
  });
}

function jwt(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.c2lnbmF0dXJl`;
}

test("Codex's own login goes to its own service alone; our token opens the gateway beside it", async () => {
  const scenario = () => script([say('Served.')]);
  const own = await startSimulator({ scenario, models: ['gpt-own'] });
  const other = await startSimulator({ scenario, models: ['other'], key: 'sk-other-key' });
  const gateway = await startGateway(`providers:
  login: { preset: chatgpt, base_url: ${own.url}/v1 }
  other: { protocol: openai-chat, base_url: ${other.url}/v1, api_key: sk-other-key }
models:
  - { slug: gpt-own, provider: login, context_window: 128000 }
  - { slug: other, provider: other, context_window: 128000 }
default_model: gpt-own
`);
  // Nothing that a login makes Codex ask for elsewhere leaves the machine.
  const workspace = newWorkspace(`model_provider = "plugboard"
chatgpt_base_url = "${own.url}/backend-api"
[model_providers.plugboard]
name = "Plugboard"
base_url = "${gateway.url}/v1"
model_catalog_url = "${gateway.url}/v1/models"
requires_openai_auth = true
http_headers = { "x-api-key" = "${gateway.token}" }
[analytics]
enabled = false
[features]
plugins = false
`);
  writeFileSync(join(workspace.codexHome, 'auth.json'), madeUpLogin(), { mode: 0o600 });
  try {
    for (const model of ['gpt-own', 'other']) {
      const done = await runCodex({
        args: ['exec', '--json', '--skip-git-repo-check', '-m', model, 'hi'],
        cwd: workspace.directory,
        environment: cleanEnvironment({ CODEX_HOME: workspace.codexHome }),
      });
      assert.equal(finalText(done), 'Served.', transcript(done));
    }
    const first = own.requests.find((request) => request.path === '/v1/responses');
    assert.equal(first?.headers['authorization'], `Bearer ${ACCESS}`);
    assert.equal(first?.headers['chatgpt-account-id'], ACCOUNT);
    assert.ok(!JSON.stringify(own.requests).includes(gateway.token));
    assert.equal(other.requests.length, 1);
    assert.equal(other.requests[0]?.headers['authorization'], 'Bearer sk-other-key');
    const foreign = JSON.stringify(other.requests);
    for (const secret of [ACCESS, ACCOUNT, gateway.token]) assert.ok(!foreign.includes(secret));
    assert.ok(!gateway.log().includes(ACCESS) && !gateway.log().includes(gateway.token));
  } finally {
    workspace.remove();
    await gateway.close();
    await own.close();
    await other.close();
  }
});
