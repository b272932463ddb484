import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../config/load.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { type Failure, GatewayError } from '../../ir/failure.ts';
import type { Transport, UpstreamReply } from '../../upstream/upstream.ts';
import { diagnose, type Patient } from './diagnose.ts';
import { probeProvider } from './provider-probe.ts';

const GATEWAY = 'http://127.0.0.1:38440';
const ENTRY = `[model_providers.plugboard]\nname = "Plugboard"\nbase_url = "${GATEWAY}/v1"\n`;
const MODELS = '{"data":[{"id":"big-model"},{"id":"other"}]}';
const CONFIG = `providers:
  work: { protocol: openai-chat, base_url: "https://llm.example.com/v1", api_key: "\${WORK_KEY}" }
models:
  - { slug: coder, provider: work, model: big-model, context_window: 128000 }
`;

/** A chain in which all is well; each test breaks one thing. */
const healthy: Patient = {
  codex: { path: '/usr/bin/codex', version: '0.169.0' },
  codexConfigs: [{ file: 'config.toml', text: `model_provider = "plugboard"\n${ENTRY}` }],
  projectConfigs: [],
  shell: {},
  gateway: { kind: 'up', url: GATEWAY, version: '0.1.0', disabled: [] },
  startsItself: true,
  snapshot: snapshotOf(CONFIG),
  probes: [],
  discovered: new Map(),
  catalogue: { run: { status: 0, stdout: '{"slug":"coder"}', stderr: '' }, slugs: ['coder'] },
  toolRecords: [],
  idleKeys: [],
  refused: [],
};

function snapshotOf(yaml: string, environment: Record<string, string> = { WORK_KEY: 'k' }): Snapshot {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-doctor-'));
  try {
    writeFileSync(join(home, 'config.yaml'), yaml, { mode: 0o600 });
    const loaded = loadConfig({ places: { home, codexHome: home }, environment });
    assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.message);
    return loaded.snapshot;
  } finally {
    rmSync(home, { recursive: true });
  }
}

const codexConfig = (text: string): Partial<Patient> => ({ codexConfigs: [{ file: 'config.toml', text }] });

function troubles(change: Partial<Patient>): string[] {
  return diagnose({ ...healthy, ...change })
    .filter(({ level }) => level !== 'ok')
    .map((finding) => {
      assert.ok(finding.mend, `${finding.check} names no mend`);
      return finding.check;
    });
}

type Answer = { readonly status: number; readonly text?: string } | { readonly failure: Failure };

/** A provider that answers each path in its own way. */
function transportOf(answers: Readonly<Record<string, Answer>>): Transport {
  return async (call): Promise<UpstreamReply> => {
    const answer = answers[call.path] ?? { status: 404 };
    if ('failure' in answer) throw new GatewayError(answer.failure);
    return {
      status: answer.status,
      headers: {},
      pipe: () => assert.fail('a probe reads text'),
      text: async () => answer.text ?? '',
      cancel: () => {},
    };
  };
}

async function probed(answers: Readonly<Record<string, Answer>>, yaml = CONFIG): Promise<string[]> {
  const snapshot = snapshotOf(yaml);
  const [model] = snapshot.models;
  assert.ok(model);
  return troubles({ snapshot, probes: [await probeProvider(model, transportOf(answers))] });
}

test('a healthy chain has nothing to mend', () => assert.deepEqual(troubles({}), []));

const slips: Readonly<Record<string, Partial<Patient>>> = {
  'codex-missing': { codex: {} },
  'codex-broken': { codex: { path: '/usr/bin/codex' } },
  'codex-too-old': { codex: { path: '/usr/bin/codex', version: '0.98.0' } },
  'codex-newer': { codex: { path: '/usr/bin/codex', version: '1.0.0' } },
  'codex-config-syntax': codexConfig('model = '),
  'provider-without-table': codexConfig('model_provider = "gone"\n'),
  'reserved-id': codexConfig('[model_providers.ollama]\nname = "O"\nbase_url = "http://localhost:11434/v1"\n'),
  'wire-api': codexConfig(`${ENTRY}wire_api = "chat"\n`),
  'legacy-profile': codexConfig(`profile = "work"\n${ENTRY}`),
  'base-url': codexConfig('[model_providers.gw]\nname = "G"\nbase_url = "localhost"\n'),
  'base-url-elsewhere': codexConfig('[model_providers.plugboard]\nname = "P"\nbase_url = "http://127.0.0.1:1/v1"\n'),
  'env-key': codexConfig(`${ENTRY}env_key = "GW_KEY"\n`),
  'project-config-ignored': { projectConfigs: [{ file: '.codex/config.toml', text: 'model_provider = "x"\n' }] },
  'project-config-syntax': { projectConfigs: [{ file: '.codex/config.toml', text: 'model_provider = \n' }] },
  'gateway-down': { gateway: { kind: 'down', url: GATEWAY }, startsItself: false },
  'gateway-token': { gateway: { kind: 'token-refused', url: GATEWAY } },
  'gateway-foreign': { gateway: { kind: 'foreign', url: GATEWAY, said: '404' } },
  'key-unset': { snapshot: snapshotOf(`${CONFIG}default_model: coder\n`, {}), gateway: { kind: 'down', url: GATEWAY } },
  'window-below-prompt': { snapshot: snapshotOf(CONFIG.replace('128000', '8192')) },
  'no-provider': { snapshot: snapshotOf('') },
  'search-off': { snapshot: snapshotOf(`${CONFIG}web_search: { service: tavily }\n`) },
  'window-small': { snapshot: snapshotOf(CONFIG.replace('128000', '32768')) },
  'catalogue-rejected': {
    catalogue: { run: { status: 1, stdout: '', stderr: 'model catalog must contain unique slugs' }, slugs: ['coder'] },
  },
  'model-too-weak': { toolRecords: [{ slug: 'coder', calls: 20, malformed: 4, failedPatches: 3 }] },
  'provider-refuses-feature': { refused: [{ provider: 'work', parameter: 'stream_options' }] },
};

for (const [check, change] of Object.entries(slips)) {
  test(`names ${check}`, () => assert.ok(troubles(change).includes(check), troubles(change).join(', ')));
}

for (const [slip, url] of Object.entries({
  'without /v1': '',
  'with /v1 twice': '/v1/v1',
  'with another path': '/v1/responses',
})) {
  test(`names a base URL ${slip}`, () => {
    const text = `model_provider = "plugboard"\n[model_providers.plugboard]\nname = "P"\nbase_url = "${GATEWAY}${url}"\n`;
    assert.deepEqual(troubles(codexConfig(text)), ['base-url-path']);
  });
}

test('an empty key variable is told from an unset one', () => {
  const said = (shell: Record<string, string>) =>
    diagnose({ ...healthy, ...codexConfig(`${ENTRY}env_key = "GW_KEY"\n`), shell }).find(
      ({ check }) => check === 'env-key',
    )?.cause ?? '';
  assert.match(said({ GW_KEY: '' }), /empty/);
  assert.match(said({}), /not set/);
  assert.equal(said({ GW_KEY: 'k' }), '');
});

test('a key that lives in another shell is named on both sides', () => {
  const off = [{ id: 'work', reason: 'WORK_KEY is not set.', slugs: ['coder'] }];
  const up = { kind: 'up', url: GATEWAY, version: '0.1.0' } as const;
  assert.deepEqual(troubles({ gateway: { ...up, disabled: off } }), ['key-only-here']);
  assert.deepEqual(troubles({ snapshot: snapshotOf(CONFIG, {}), gateway: { ...up, disabled: [] } }), [
    'key-only-in-gateway',
  ]);
});

test('a model that the gateway leaves alone is named with the reason', () => {
  const limited = [{ slug: 'coder', reason: 'its key was refused; it is tried again in 3540 s' }];
  const gateway = { kind: 'up', url: GATEWAY, version: '0.1.0', disabled: [], limited } as const;
  const found = diagnose({ ...healthy, gateway }).find(({ check }) => check === 'deployment-limited');
  assert.equal(
    found?.cause,
    'The gateway leaves coder alone for now: its key was refused; it is tried again in 3540 s.',
  );
});

test('a background process of Codex that kept old variables', () => {
  const config = codexConfig(`${ENTRY}env_key = "GW_KEY"\n`);
  const daemon = { pid: 7, startedAt: 1_000, variables: { GW_KEY: 'old' } };
  assert.deepEqual(troubles({ ...config, shell: { GW_KEY: 'new' }, daemon }), ['daemon-stale']);
  assert.deepEqual(troubles({ ...config, shell: { GW_KEY: 'old' }, daemon }), []);
  const older = { codexConfigs: [{ file: 'config.toml', text: `${ENTRY}env_key = "GW_KEY"\n`, changedAt: 2_000 }] };
  assert.deepEqual(troubles({ ...older, shell: { GW_KEY: 'k' }, daemon: { pid: 7, startedAt: 1_000 } }), [
    'daemon-stale',
  ]);
});

for (const [check, status] of Object.entries({
  'provider-401': 401,
  'provider-403': 403,
  'provider-404': 404,
  'provider-429': 429,
  'provider-5xx': 503,
})) {
  test(`names ${check}`, async () => assert.deepEqual(await probed({ '/models': { status } }), [check]));
}

for (const [check, message] of Object.entries({
  'provider-tls': 'self-signed certificate in certificate chain',
  'provider-proxy': 'the proxy refused the connection',
  'provider-unreachable': 'the host name is not known',
})) {
  test(`names ${check}`, async () => {
    const failure: Failure = { kind: 'transport', message };
    assert.deepEqual(await probed({ '/models': { failure } }), [check]);
  });
}

test('a model that the provider does not have', async () => {
  assert.deepEqual(await probed({ '/models': { status: 200, text: MODELS } }), []);
  assert.deepEqual(await probed({ '/models': { status: 200, text: '{"data":[{"id":"other"}]}' } }), ['model-absent']);
});

const OLLAMA = `providers:\n  local: { preset: ollama }\nmodels:\n  - { slug: q, provider: local, model: "qwen3:4b", context_window: 65536 }\n`;

test('a local server that does not run, or has not pulled the model', async () => {
  const refused: Failure = { kind: 'transport', message: 'connection refused' };
  assert.deepEqual(await probed({ '//api/tags': { failure: refused } }, OLLAMA), ['provider-not-running']);
  const tags = (name: string) => ({ '//api/tags': { status: 200, text: JSON.stringify({ models: [{ name }] }) } });
  assert.deepEqual(await probed(tags('llama3:8b'), OLLAMA), ['model-not-pulled']);
  assert.deepEqual(await probed(tags('qwen3:4b'), OLLAMA), []);
});

test('a provider that has no Responses endpoint', async () => {
  const yaml = CONFIG.replace('openai-chat', 'openai-responses');
  const list = { '/models': { status: 200, text: MODELS } };
  assert.deepEqual(await probed({ ...list, '/responses': { status: 404 } }, yaml), ['provider-chat-only']);
  assert.deepEqual(await probed({ ...list, '/responses': { status: 400 } }, yaml), []);
});

test('a provider whose base URL has its version twice, or an endpoint at its end', async () => {
  for (const path of ['/v1/v1', '/v1/chat/completions']) {
    const yaml = CONFIG.replace('example.com/v1', `example.com${path}`);
    assert.deepEqual(await probed({ '/models': { status: 200, text: MODELS } }, yaml), ['provider-path']);
  }
});

test('a key that no provider uses is told, and is no fault', () => {
  const findings = diagnose({ ...healthy, idleKeys: [{ variable: 'LONGCAT_API_KEY', preset: 'longcat' }] });
  const told = findings.find(({ check }) => check === 'key-idle');
  assert.equal(told?.level, 'ok');
  assert.match(told?.cause ?? '', /LONGCAT_API_KEY is set .*longcat: \{ preset: longcat \}/);
});
