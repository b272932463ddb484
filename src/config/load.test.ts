import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Environment } from './environment.ts';
import { loadConfig } from './load.ts';
import { issuesOf, setup, snapshotOf } from './testing/setup.ts';
import { fixedView } from './view.ts';

const KEYS = { DEEPSEEK_API_KEY: 'sk-deepseek-secret', OPENROUTER_API_KEY: 'or-secret', WORK_KEY: 'work-secret' };

const CONTRACT_EXAMPLE = `
server:   { host: 127.0.0.1, port: 38440, allowed_hosts: [], tag_headers: [X-Team] }
providers:
  deepseek: { preset: deepseek, api_key: "\${DEEPSEEK_API_KEY}" }
  local:    { preset: ollama }
  openrouter: { preset: openrouter, api_key: "\${OPENROUTER_API_KEY}" }
  work:
    protocol: openai-chat
    base_url: https://llm.example.com/v1/
    api_key: "\${WORK_KEY}"
    headers: { X-Client: codex, X-Team: "\${TEAM:-}" }
    query: { api-version: "2026-01-01" }
    timeouts: { connect: 10s, first_byte: 2m, idle: 500ms }
    concurrency: 8
    ca_file: ./company-ca.pem
    proxy: http://127.0.0.1:3128
    quirks: [{ kind: drop-field, field: user, source: "https://llm.example.com/docs" }]
models:
  - slug: deepseek-coder
    provider: deepseek
    model: deepseek-chat
    display_name: DeepSeek Coder
    context_window: 128000
    max_output_tokens: 8192
    input_modalities: [text]
    reasoning_levels: [low, high]
    price: { input: 0.14, cached_input: 0.014, output: 0.28 }
  - { slug: local-qwen, provider: local, model: "qwen2.5-coder:3b" }
  - { provider: openrouter, match: "*", pick: ["z-ai/*", "qwen/*coder*"] }
routes:
  codex-default: { strategy: fallback, targets: [deepseek-coder, local-qwen] }
default_model: codex-default
policy:
  default_provider: auto
  default_codex_provider: auto
  open_models_only: false
  avoid_openai: false
  local_only: false
  allowed_models: []
  max_cost_usd: 0.0
  max_cost_usd_per_session: 0.0
  max_cost_usd_per_month: 0.0
  task_provider_rules: { simple: auto, medium: auto, complex: auto }
  fallback_order: [gateway, standard]
dispatch:
  temperature: 0.2
  weights: { cost: 1, ttft: 1, latency: 1, tokens_per_second: 1, errors: 1, token_pressure: 1, queue: 1 }
  cooldown: { rate_limited: 5m, auth: 1h, not_found: 30m }
adaptive_router: { enabled: false, shadow_mode: true, canary: 0.0, min_confidence_delta: 0.15, cost_guard_enabled: true, max_cost_multiplier: 2.0, critical_risk_threshold: 0.65 }
`;

test("the contract's own example is taken whole", (t) => {
  const { home, load } = setup(t, CONTRACT_EXAMPLE, { 'company-ca.pem': 'pem' });
  const snapshot = snapshotOf(load(KEYS));
  assert.deepEqual(snapshot.warnings, []);
  assert.deepEqual(snapshot.disabled, []);
  assert.deepEqual([...snapshot.providers.keys()], ['deepseek', 'local', 'openrouter', 'work']);
  assert.deepEqual(snapshot.server, {
    host: '127.0.0.1',
    port: 38_440,
    allowedHosts: [],
    tagHeaders: ['x-team'],
    bodyLimitBytes: 64 * 1024 * 1024,
    websocket: true,
  });
  const work = snapshot.providers.get('work');
  assert.ok(work !== undefined);
  assert.equal(work.baseUrl, 'https://llm.example.com/v1');
  assert.deepEqual(work.headers, { 'X-Client': 'codex' });
  assert.deepEqual(work.query, { 'api-version': '2026-01-01' });
  assert.deepEqual(work.timeouts, { connectMs: 10_000, firstByteMs: 120_000, idleMs: 500 });
  assert.equal(work.concurrency, 8);
  assert.equal(work.caFile, join(home, 'company-ca.pem'));
  assert.equal(work.proxy, 'http://127.0.0.1:3128');
  assert.deepEqual(work.dialect.drop, ['user']);
  assert.equal(work.credentials[0]?.secret.reveal(), 'work-secret');
  assert.match(work.credentials[0]?.id ?? '', /^[0-9a-f]{12}$/);
  const [first, second] = snapshot.models;
  assert.equal(first?.upstreamId, 'deepseek-chat');
  assert.deepEqual(first?.price, { input: 140, cacheRead: 14, output: 280 });
  assert.deepEqual(first?.facts, {
    contextWindow: 128_000,
    maxOutputTokens: 8_192,
    inputModalities: ['text'],
    reasoningLevels: ['low', 'high'],
  });
  assert.equal(second?.provider.local, true);
  assert.deepEqual(second?.provider.auth, { type: 'none' });
  assert.deepEqual(snapshot.routes, [
    { slug: 'codex-default', strategy: 'fallback', targets: ['deepseek-coder', 'local-qwen'] },
  ]);
  assert.equal(snapshot.defaultModel, 'codex-default');
  assert.equal(snapshot.wildcards[0]?.match, '*');
});

test('without a file there is a snapshot with nothing in it', (t) => {
  const snapshot = snapshotOf(setup(t, undefined).load());
  assert.equal(snapshot.file, undefined);
  assert.equal(snapshot.providers.size, 0);
  assert.equal(snapshot.defaultModel, '');
  assert.equal(snapshot.server.port, 38_440);
});

test('a file that is named must be there', (t) => {
  const { home } = setup(t, undefined);
  const places = { home, codexHome: home };
  const [issue] = issuesOf(loadConfig({ places, environment: {}, file: join(home, 'mine.yaml') }));
  assert.match(issue?.message ?? '', /mine\.yaml cannot be read \(ENOENT\)/);
});

test('a snapshot is frozen and shows no key', (t) => {
  const snapshot = snapshotOf(setup(t, CONTRACT_EXAMPLE, { 'company-ca.pem': '' }).load(KEYS));
  assert.ok(Object.isFrozen(snapshot) && Object.isFrozen(snapshot.models[0]?.facts));
  const shown = inspect(snapshot, { depth: 20 }) + JSON.stringify([...snapshot.providers.values()]);
  for (const key of Object.values(KEYS)) assert.ok(!shown.includes(key), 'a key is shown');
});

test('a preset takes its key from its own variables', (t) => {
  const { load } = setup(t, 'providers: { ds: { preset: deepseek } }\nmodels: [{ slug: a, provider: ds }]');
  const provider = snapshotOf(load(KEYS)).providers.get('ds');
  assert.equal(provider?.credentials[0]?.secret.reveal(), KEYS.DEEPSEEK_API_KEY);
  assert.equal(provider?.priceId, 'deepseek');
});

test('an unset variable disables its provider with a clear word, and nothing else', (t) => {
  const { home, load } = setup(t, CONTRACT_EXAMPLE, { 'company-ca.pem': '' });
  const snapshot = snapshotOf(load({ ...KEYS, DEEPSEEK_API_KEY: '', WORK_KEY: undefined }));
  assert.deepEqual([...snapshot.providers.keys()], ['local', 'openrouter']);
  assert.deepEqual(snapshot.disabled, [
    {
      id: 'deepseek',
      reason: `the variable DEEPSEEK_API_KEY is set but empty. Export it, or write it into ${join(home, '.env')}.`,
      slugs: ['deepseek-coder'],
    },
    {
      id: 'work',
      reason: `the variable WORK_KEY is not set. Export it, or write it into ${join(home, '.env')}.`,
      slugs: [],
    },
  ]);
  assert.match(fixedView(snapshot).unavailable?.('deepseek-coder') ?? '', /deepseek is off: .*DEEPSEEK_API_KEY/);
  assert.equal(snapshot.warnings.length, 2);
});

test('the environment wins over .env, and an empty variable gives way to it', (t) => {
  const yaml = `providers: { w: { protocol: openai-chat, base_url: "https://\${HOST:-x.example.com}/v1", api_key: "\${K}" } }`;
  const { load } = setup(t, yaml, { '.env': '\uFEFFK=from-file # comment\nexport HOST="h.example.com"\n' });
  const of = (environment: Environment): string | undefined =>
    snapshotOf(load(environment)).providers.get('w')?.credentials[0]?.secret.reveal();
  assert.equal(of({}), 'from-file');
  assert.equal(of({ K: '' }), 'from-file');
  assert.equal(of({ K: 'from-shell' }), 'from-shell');
  assert.equal(snapshotOf(load()).providers.get('w')?.baseUrl, 'https://h.example.com/v1');
});

test('a file with keys is made private', { skip: process.platform === 'win32' && 'Windows has no modes' }, (t) => {
  const yaml = 'providers: { w: { protocol: openai-chat, base_url: "https://x.example.com/v1", api_key: sk-plain } }';
  const { home, load } = setup(t, yaml, { '.env': 'A=1' });
  chmodSync(join(home, 'config.yaml'), 0o644);
  chmodSync(join(home, '.env'), 0o640);
  const snapshot = snapshotOf(load());
  assert.equal(statSync(join(home, 'config.yaml')).mode & 0o777, 0o600);
  assert.equal(statSync(join(home, '.env')).mode & 0o777, 0o600);
  assert.equal(snapshot.warnings.length, 3);
  assert.ok(!snapshot.warnings.join().includes('sk-plain'));
  assert.equal(snapshotOf(load()).warnings.length, 1, 'the plain key is told again, the mended modes are not');
});

test('a pool leaves out keys that are not set, and is off without any', (t) => {
  const yaml = `providers: { w: { preset: groq, api_keys: ["\${A}", "\${B}", "\${A}"] } }`;
  const { load } = setup(t, yaml);
  const some = snapshotOf(load({ A: 'one' }));
  assert.deepEqual(
    some.providers.get('w')?.credentials.map((credential) => credential.secret.reveal()),
    ['one'],
  );
  assert.match(some.warnings.join(), /the key \$\{B\} of the pool is not set/);
  assert.equal(snapshotOf(load()).disabled[0]?.id, 'w');
});

test('a key with a line break or a blank inside is told and not sent', (t) => {
  const { load } = setup(t, 'providers: { w: { preset: groq } }');
  assert.match(snapshotOf(load({ GROQ_API_KEY: 'a b' })).disabled[0]?.reason ?? '', /copy it again/);
  assert.equal(
    snapshotOf(load({ GROQ_API_KEY: ' a\n' }))
      .providers.get('w')
      ?.credentials[0]?.secret.reveal(),
    'a',
  );
});

test('a variable that is no amount, no flag or no provider is refused', (t) => {
  const { load } = setup(t, undefined);
  assert.match(issuesOf(load({ PLUGBOARD_MAX_COST_USD: 'much' }))[0]?.message ?? '', /no amount/);
  assert.match(issuesOf(load({ PLUGBOARD_LOCAL_ONLY: 'maybe' }))[0]?.message ?? '', /neither true nor false/);
  assert.deepEqual(snapshotOf(load({ PLUGBOARD_LOCAL_ONLY: '0', PLUGBOARD_MAX_COST_USD: '0' })).warnings, []);
});

test('PLUGBOARD_MODEL names the default, and must name one', (t) => {
  const { load } = setup(t, CONTRACT_EXAMPLE, { 'company-ca.pem': '' });
  assert.equal(snapshotOf(load({ ...KEYS, PLUGBOARD_MODEL: 'local-qwen' })).defaultModel, 'local-qwen');
  assert.equal(snapshotOf(load({ ...KEYS, PLUGBOARD_MODEL: 'openrouter/a/b' })).defaultModel, 'openrouter/a/b');
  assert.match(issuesOf(load({ ...KEYS, PLUGBOARD_MODEL: 'local-qwn' }))[0]?.mend ?? '', /Did you mean "local-qwen"/);
});

test('sections with nothing in them, and an adaptive router that nobody follows', (t) => {
  const warnings = (yaml: string): readonly string[] => snapshotOf(setup(t, yaml).load()).warnings;
  assert.deepEqual(warnings('providers:\nmodels:\nadaptive_router: { enabled: true, canary: 0.5 }'), []);
  assert.match(warnings('adaptive_router: { enabled: true, shadow_mode: false }').join(), /canary is 0/);
});

test("a user's own preset is found in the home, and a broken one is told", (t) => {
  const preset = {
    id: 'mine',
    name: 'Mine',
    protocol: 'openai-chat',
    baseUrl: 'https://mine.example.com/v1',
    auth: { type: 'bearer' },
    keyVariables: ['MINE_KEY'],
    local: false,
    native: false,
    headers: {},
    quirks: [],
    models: [],
    keyNote: 'Ask me.',
    source: 'https://mine.example.com/docs',
  };
  const yaml = 'providers: { m: { preset: mine } }';
  const good = setup(t, yaml, { 'presets/mine.json': JSON.stringify(preset) });
  assert.equal(snapshotOf(good.load({ MINE_KEY: 'k' })).providers.get('m')?.name, 'Mine');
  const bad = setup(t, yaml, { 'presets/mine.json': JSON.stringify({ ...preset, protocol: 'x' }) });
  assert.match(issuesOf(bad.load())[0]?.message ?? '', /mine\.json:1:\d+: protocol: "x" is not one of the values/);
});

test("another protocol than the preset's drops what the preset says of the wire", (t) => {
  const yaml = `providers: { m: { preset: deepseek, protocol: anthropic-messages, base_url: "https://api.deepseek.com/anthropic/v1", api_key: "\${K}" } }`;
  const provider = snapshotOf(setup(t, yaml).load({ K: 'k' })).providers.get('m');
  assert.deepEqual(provider?.quirks, []);
  assert.deepEqual(provider?.auth, { type: 'header', name: 'x-api-key' });
  assert.equal(provider?.priceId, 'deepseek');
  assert.ok((provider?.knownModels ?? []).every((model) => model.quirks === undefined));
});

test('a missing ca_file turns its provider off', (t) => {
  const yaml = 'providers: { a: { preset: ollama, ca_file: ./none.pem } }';
  assert.match(snapshotOf(setup(t, yaml).load()).disabled[0]?.reason ?? '', /none\.pem cannot be read/);
});

test('law: whatever stands in the file, the answer is a snapshot or issues with a place', (t) => {
  const { home, load } = setup(t, '');
  const file = join(home, 'config.yaml');
  const cut = fc.record({
    from: fc.nat({ max: CONTRACT_EXAMPLE.length }),
    length: fc.nat({ max: 40 }),
    instead: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        ': ',
        '[',
        '{}',
        '\n',
        'null',
        '- ',
        '&a ',
        '*a',
        '!!js ',
        '"',
        `\${X}`,
        '<<: ',
        '__proto__: {}',
        '? ',
      ),
    ),
  });
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      const text = cuts.reduce(
        (result, { from, length, instead }) => result.slice(0, from) + instead + result.slice(from + length),
        CONTRACT_EXAMPLE,
      );
      writeFileSync(file, text);
      const loaded = load(KEYS);
      if (loaded.ok) return true;
      return (
        loaded.error.issues.length > 0 &&
        loaded.error.issues.every((issue) => (issue.line ?? 1) > 0 && issue.message !== '')
      );
    }),
    { numRuns: 60 },
  );
});

test('the quirk that the doctor proposes is taken, and a limit of nothing is told from one that is too small', (t) => {
  const entry = (more: string): string =>
    `providers: { w: { protocol: openai-chat, base_url: "https://x.example.com/v1", ${more} } }\n`;
  const quirk = 'quirks: [{ kind: drop-field, field: stream_options, source: doctor }]';
  assert.deepEqual(snapshotOf(setup(t, entry(quirk)).load()).providers.get('w')?.dialect.drop, ['stream_options']);
  const [issue] = issuesOf(setup(t, entry('concurrency: 0')).load());
  assert.match(issue?.mend ?? '', /^More than 0\.$/);
});
