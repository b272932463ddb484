/** Runs in a network namespace of its own, before a gateway and the real Codex on a local simulator: everything that a
 *  gateway may call on its own account is named and is outside. Prints what was seen as JSON.
 *  `node inside.ts fenced|open`: with `local_only`, or, as proof that the instrument measures, without. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, httpReply, type Scenario, type Step as ScriptStep, say, script } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { PIXEL_PNG } from '../codex/fixtures/pixel.ts';
import { cleanEnvironment, codexEntry } from '../codex/harness/codex.ts';
import { newWorkspace } from '../codex/harness/workspace.ts';
import { counted, openWayOut, settled } from './namespace.ts';

export type Step = { readonly status: number | null; readonly out: string; readonly err: string };
export type Seen = {
  readonly steps: { readonly [name: string]: Step };
  readonly out: number;
  readonly udp: number;
  readonly file: string;
  /** What the server that forwards was asked for. */
  readonly forwarded: readonly string[];
};

const PROGRAM = join(import.meta.dirname, '../../src/cli/testing/plugboard.ts');

/** Waited for, however busy the machine is. */
const run = (cmd: string): ScriptStep => call('exec_command', { cmd, yield_time_ms: 30_000 });

/** Does a small job: two commands, then an end. */
const worker: Scenario = (turn) => {
  if (turn.tools.length === 0) return script([say('Remembered.')]);
  if (turn.model === 'failing') return httpReply(500, { error: { message: 'Broken.' } });
  if (turn.rounds === 0) return script([run('echo made here > made.txt')]);
  if (turn.rounds === 1) return script([run('cat made.txt')]);
  return script([say('All done.')]);
};

/** Addresses for documentation (RFC 5737), which need no lookup, and names, which do. */
function config(url: string, forwarder: string, policy: string): string {
  return `server: { port: 38499 }
providers:
  near: { protocol: openai-chat, base_url: "${url}/v1" }
  forwarder: { preset: ollama, base_url: "${forwarder}/v1" }
  far: { protocol: openai-chat, base_url: "http://203.0.113.7/v1", api_key: k, timeouts: { connect: 500ms } }
  named: { preset: deepseek, api_key: k, timeouts: { connect: 500ms } }
  many: { preset: openrouter, api_key: k, timeouts: { connect: 500ms } }
models:
  - { slug: local, provider: near, model: worker, input_modalities: [text], context_window: 128000 }
  - { slug: failing, provider: near, model: failing }
  - { slug: cloud, provider: forwarder, model: "gpt-oss:120b-cloud" }
  - { slug: alias, provider: forwarder, model: mine }
  - { slug: far, provider: far, model: gpt-5.5, input_modalities: [text, image] }
  - { slug: named, provider: named, model: deepseek-chat }
  - { provider: many, match: "*", pick: ["*coder*"] }
routes:
  main: { strategy: fallback, targets: [local, far, named] }
  broken: { strategy: fallback, targets: [failing, far, named] }
  outside: { strategy: fallback, targets: [far, named] }
  judged: { strategy: auto, targets: [local, far], judge: { model: named, timeout: 1s, threshold: 0.5 } }
default_model: main
image_description: { model: far }
web_search: { service: searxng, base_url: "http://203.0.113.8" }
${policy}`;
}

const [mode = 'fenced'] = process.argv.slice(2);
const closed = openWayOut();
if (closed !== undefined) {
  process.stdout.write(JSON.stringify({ closed }));
  process.exit(0);
}
const simulator = await startSimulator({ scenario: worker, rules: 'none', models: ['worker', 'failing'] });
/** A server of this machine that has a model under a name of the user's and passes its calls on. */
const forwarder = await startSimulator({
  scenario: worker,
  rules: 'none',
  models: ['mine'],
  ollama: { version: '0.30.0', forwards: 'https://ollama.com:443' },
});
const folder = mkdtempSync(join(tmpdir(), 'plugboard-fence-'));
const workspace = newWorkspace('');
try {
  writeFileSync(
    join(folder, 'config.yaml'),
    config(simulator.url, forwarder.url, mode === 'fenced' ? 'policy: { local_only: true }' : ''),
  );
  const program = join(folder, 'codex');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${codexEntry()}" "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(join(workspace.directory, 'pixel.png'), Buffer.from(PIXEL_PNG, 'base64'));
  const clean = cleanEnvironment({ PLUGBOARD_HOME: folder, CODEX_HOME: workspace.codexHome });
  const environment = {
    ...clean,
    PATH: `${folder}:${clean['PATH'] ?? ''}`,
    HTTP_PROXY: 'http://203.0.113.9:3128',
    HTTPS_PROXY: 'http://203.0.113.9:3128',
  };
  const before = await settled();
  const plugboard = (...args: readonly string[]): Promise<Step> =>
    finished(process.execPath, [PROGRAM, ...args], workspace.directory, environment);
  const exec = (...args: readonly string[]): Promise<Step> =>
    plugboard(
      'codex',
      'exec',
      '--json',
      '--ephemeral',
      '--skip-git-repo-check',
      '--sandbox',
      'danger-full-access',
      ...args,
    );
  const steps: { [name: string]: Step } = {};
  steps['start'] = await plugboard('start');
  const job = 'Make the file, then say so.';
  steps['work'] = await (mode === 'fenced' ? exec('-i', 'pixel.png', '--', job) : exec(job));
  if (mode === 'fenced') {
    steps['judged'] = await exec('-m', 'judged', job);
    steps['outside'] = await exec('-m', 'outside', 'Say hello.');
    steps['direct'] = await exec('-m', 'named', 'Say hello.');
    steps['screen'] = await plugboard('codex', 'exec', '--ephemeral', '--skip-git-repo-check', '-m', 'named', 'Hello.');
    steps['cloud'] = await exec('-m', 'cloud', 'Say hello.');
    steps['alias'] = await exec('-m', 'alias', 'Say hello.');
    steps['wildcard'] = await exec('-m', 'many/qwen/qwen3-coder', 'Say hello.');
    steps['broken'] = await exec('-m', 'broken', 'Say hello.');
    steps['background'] = await background(folder);
    steps['test'] = await plugboard('test', 'far', '--call');
    steps['speed'] = await plugboard('speed', 'named', '--runs', '1');
    steps['lists'] = await plugboard('models', '--live');
    steps['doctor'] = await plugboard('doctor');
    steps['history'] = await plugboard('history', '--jsonl', '--limit', '100');
  }
  steps['stop'] = await plugboard('stop');
  const after = counted();
  const seen: Seen = {
    steps,
    out: after.out - before.out,
    udp: after.udp - before.udp,
    file: read(join(workspace.directory, 'made.txt')),
    forwarded: forwarder.requests.map(({ path }) => path),
  };
  process.stdout.write(JSON.stringify(seen));
} finally {
  await simulator.close();
  await forwarder.close();
  workspace.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** As Codex asks for its memory: a slug that nobody configured. */
async function background(home: string): Promise<Step> {
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  const reply = await fetch('http://127.0.0.1:38499/v1/responses', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      originator: 'codex_exec',
      'x-openai-memgen-request': 'true',
    },
    body: JSON.stringify({ model: 'gpt-6.1-terra', stream: true, input: 'Remember.' }),
  });
  return { status: reply.status, out: await reply.text(), err: String(reply.headers.get('x-plugboard-model')) };
}

function finished(
  file: string,
  args: readonly string[],
  cwd: string,
  env: { readonly [name: string]: string },
): Promise<Step> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000 });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, out, err }));
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
