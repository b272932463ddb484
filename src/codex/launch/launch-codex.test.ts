import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Environment } from '../../config/environment.ts';
import { testProvider } from '../../providers/testing/provider.ts';
import { codexCatalog } from '../catalog.ts';
import type { GatewayAuth } from '../provider-entry.ts';
import { REAL_CODEX, runCodex, type Scratch, scratch } from '../testing/real-codex.ts';
import { stubGateway } from '../testing/stub-gateway.ts';
import type { LaunchGateway, LaunchOptions } from './launch-codex.ts';
import { codexProgram } from './launch-codex.ts';
import { appProgram } from './open-app.ts';

const POSIX = process.platform !== 'win32';
const MODELS = [testProvider(), testProvider({ local: true })].map((provider, index) => ({
  slug: ['far', 'near'][index] ?? '',
  displayName: '',
  provider,
  upstreamId: ['far-1', 'near:3b'][index] ?? '',
  facts: {},
  listed: true,
}));
const CATALOG = codexCatalog({ models: MODELS, routes: [], defaultModel: 'far' }, { instructions: 'Be of use.' });
const COMMAND: GatewayAuth = { kind: 'command', command: process.execPath, args: ['-e', 'console.log("pb-test")'] };
const EXEC = ['exec', '--strict-config', '--ephemeral', '--skip-git-repo-check'];

function launch(
  at: Scratch,
  gateway: Partial<LaunchGateway>,
  args: readonly string[],
  more: Partial<LaunchOptions> = {},
) {
  const entry = { baseUrl: 'http://127.0.0.1:9/v1', auth: COMMAND };
  const environment: Environment = process.env;
  return codexProgram({
    codex: REAL_CODEX,
    args,
    environment,
    codexHome: at.codexHome,
    ensureGateway: async () => ({ entry, variables: {}, defaultModel: 'far', models: MODELS, ...gateway }),
    writeCatalog: async () => join(at.home, 'catalog.json'),
    ...more,
  });
}

/** Runs what `launchCodex` would run, and shows what Codex asked for. */
async function turn(
  context: TestContext,
  at: Scratch,
  args: readonly string[],
  auth: GatewayAuth = COMMAND,
  variables: Record<string, string> = {},
  more: { readonly quiet?: boolean; readonly headers?: Record<string, string> } = {},
) {
  const gateway = await stubGateway(CATALOG);
  context.after(gateway.close);
  writeFileSync(join(at.home, 'catalog.json'), JSON.stringify({ models: CATALOG }));
  const { headers, quiet = false } = more;
  const entry = { baseUrl: gateway.baseUrl, auth, ...(headers === undefined ? {} : { headers }) };
  const program = await launch(at, { entry, variables, quiet }, args);
  const run = await runCodex(program.args, at, { ...program.environment, CODEX_HOME: at.codexHome });
  assert.match(run.stdout, /pong/, run.stderr);
  assert.doesNotMatch(run.stderr, /Model metadata for/);
  const request = gateway.requests.find(({ method }) => method === 'POST');
  assert.ok(request);
  return request;
}

test('the real Codex goes through the gateway, and its configuration stays unwritten', async (context) => {
  const at = scratch(context);
  const request = await turn(context, at, [...EXEC, 'ping']);
  assert.equal(request.body?.model, 'far');
  assert.equal(request.headers.authorization, 'Bearer pb-test');
  assert.ok(!readdirSync(at.codexHome).includes('config.toml'));
});

test('the limits of a launch go along, and Codex takes the lines that keep it quiet', async (context) => {
  const at = scratch(context);
  const headers = { 'x-plugboard-policy': 'local_only@PLUGBOARD_LOCAL_ONLY' };
  for (const auth of [COMMAND, { kind: 'token', token: { variable: 'PB' } } as const]) {
    const request = await turn(context, at, [...EXEC, 'ping'], auth, { PB: 'pb-test' }, { quiet: true, headers });
    assert.equal(request.headers['x-plugboard-policy'], headers['x-plugboard-policy']);
  }
});

test("the user's own -m and -c win", async (context) => {
  const at = scratch(context);
  assert.equal((await turn(context, at, [...EXEC, '-m', 'near', 'ping'])).body?.model, 'near');
  assert.equal((await turn(context, at, [...EXEC, '-c', 'model="near"', 'ping'])).body?.model, 'near');
});

test('--oss means a local model of ours, and Codex looks for no server', async (context) => {
  const at = scratch(context);
  const server = await stubGateway([]);
  context.after(server.close);
  const probes = { CODEX_OSS_BASE_URL: server.baseUrl };
  assert.equal((await turn(context, at, [...EXEC, '--oss', 'ping'], COMMAND, probes)).body?.model, 'near');
  assert.equal((await turn(context, at, [...EXEC, '--oss', '-m', 'near:3b', 'ping'])).body?.model, 'near');
  assert.deepEqual(server.requests, []);
});

test('a catalogue file, an entry of the same name and a login in the own configuration are no hindrance', async (context) => {
  const at = scratch(context);
  writeFileSync(
    join(at.codexHome, 'config.toml'),
    'model = "x"\nmodel_catalog_json = "none.json"\n[model_providers.plugboard]\nname = "Old"\nrequires_openai_auth = true\n',
  );
  const request = await turn(context, at, [...EXEC, 'ping']);
  assert.equal(request.body?.model, 'far');
  assert.equal(request.headers.authorization, 'Bearer pb-test');
});

test('a token for an old Codex, or beside a login, travels in a variable', async (context) => {
  const at = scratch(context);
  const token = { variable: 'PLUGBOARD_TOKEN' };
  const variables = { PLUGBOARD_TOKEN: 'pb-variable' };
  const old = await turn(context, at, [...EXEC, 'ping'], { kind: 'token', token }, variables);
  assert.equal(old.headers.authorization, 'Bearer pb-variable');
  writeFileSync(join(at.codexHome, 'auth.json'), JSON.stringify({ OPENAI_API_KEY: 'sk-made-up' }));
  const login = await turn(context, at, [...EXEC, 'ping'], { kind: 'login', token }, variables);
  assert.equal(login.headers.authorization, 'Bearer sk-made-up');
  assert.equal(login.headers['x-api-key'], 'pb-variable');
});

test('arguments and environment are passed on, the gateway past any proxy', async (context) => {
  const at = scratch(context);
  const environment = { PATH: '/w/node_modules/.bin:/usr/bin', npm_execpath: 'x', HTTPS_PROXY: 'http://p' };
  const entry = { baseUrl: 'http://[fd00::5]:38440/v1', auth: COMMAND };
  const program = await launch(at, { entry }, ['resume', '--last', 'say "hi"'], { environment });
  assert.deepEqual(program.args.slice(-3), ['resume', '--last', 'say "hi"']);
  assert.match(program.environment['NO_PROXY'] ?? '', /127\.0\.0\.1.*fd00::5/);
  assert.equal(program.environment['npm_execpath'], undefined);
});

test('Codex Desktop needs the takeover, and says so', () => {
  const options = { codex: REAL_CODEX, environment: {}, ensureGateway: async () => {} };
  const app = (platform: NodeJS.Platform, enabled: boolean, path?: string) =>
    appProgram({ ...options, platform, enabled, ...(path === undefined ? {} : { path }) });
  assert.throws(() => app('linux', true), /macOS and Windows only/);
  assert.throws(() => app('darwin', false), /plugboard enable/);
  assert.deepEqual(app('darwin', true, '/p').args, ['app', '/p']);
  assert.deepEqual(app('win32', true).args, ['app']);
});

/** Runs a small program through `runProgram` in a process of its own, as the command line does. */
const RUNNER = `
  import { endLike, runProgram } from ${JSON.stringify(new URL('./run-program.ts', import.meta.url).href)};
  endLike(await runProgram({ command: [process.execPath], args: ['-e', process.argv[1]], environment: process.env }));
`;
const runner = (script: string): [string, string[]] => [
  process.execPath,
  ['--input-type=module', '-e', RUNNER, script],
];

test('streams and exit status are those of the program', () => {
  const [file, args] = runner('process.stdin.pipe(process.stdout); process.on("exit", () => { process.exitCode = 7 })');
  const run = spawnSync(file, args, { input: 'as it is\r\n\u0000', encoding: 'utf8' });
  assert.equal(run.stdout, 'as it is\r\n\u0000');
  assert.equal(run.stderr, '');
  assert.equal(run.status, 7);
});

test('death by a signal is passed on', { skip: !POSIX }, () => {
  const [file, args] = runner('process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9000)');
  assert.equal(spawnSync(file, args).signal, 'SIGKILL');
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} reaches the program, which may decide what to do`, { skip: !POSIX }, async () => {
    const [file, args] = runner(
      `process.on("${signal}", () => { console.log("got it"); process.exit(5) }); console.log("up"); setTimeout(() => {}, 9000)`,
    );
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (chunk.includes('up')) child.kill(signal);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(text, 'up\ngot it\n');
    assert.equal(code, 5);
  });
}

test('a program that is not there is an error', { skip: !POSIX }, () => {
  const missing = RUNNER.replace('process.execPath', '"/no/such/program"');
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', missing, ''], { encoding: 'utf8' });
  assert.match(run.stderr, /ENOENT/);
  assert.equal(run.status, 1);
});

test('the terminal stays a terminal', { skip: !POSIX }, () => {
  if (spawnSync('script', ['--version']).status !== 0) {
    console.log('not run: the terminal of a launched program, because script (util-linux) is missing');
    return;
  }
  const [file, args] = runner('console.log(["terminal:", process.stdout.isTTY, process.stdin.isTTY].join(" "))');
  const quoted = [file, ...args].map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
  const run = spawnSync('script', ['-qec', quoted, '/dev/null'], { encoding: 'utf8' });
  assert.match(run.stdout, /terminal: true true/);
});
