import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { byModel, call, callFreeform, httpReply, rounds, say, script } from '../../simulator/script.ts';
import { startSimulator } from '../../simulator/server.ts';
import { type LiveBench, liveBench, runProgram } from '../testing/live.ts';

const PATCH = `*** Begin Patch
*** Update File: list.txt
@@
-- 3 apples
+- 5 apples
 - 2 pears
+- 1 marigold
*** End Patch
`;

const SCENARIO = byModel({
  talk: () => script([say('ready, and a few words more that stream')], { delivery: { paceMs: 5 } }),
  broken: () => httpReply(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }),
  able: rounds(
    script([call('exec_command', { cmd: 'cat secret.txt' })]),
    script([callFreeform('apply_patch', PATCH)]),
    script([say('Done.')]),
  ),
  lazy: () => script([say('I have done all of it.')]),
});

test('models, with what the provider really has', async (t) => {
  const { run } = await withProvider(t);
  const table = await run('models');
  assert.equal(table.status, 0, table.err);
  assert.match(table.out, /^talk \* +sim +talk +128k +\$1\/\$2 +-$/m);
  assert.match(table.out, /^gone +sim +gone +\d+k\? +unpriced/m);
  assert.match(table.out, /^both +route: fallback +broken, talk +128k +-/m);
  assert.match(table.out, /^off: away \(far\): /m);
  const live = await run('list', '--live', '--json');
  const rows: { slug: string; live?: { known: boolean | null } }[] = JSON.parse(live.out).models;
  const known = Object.fromEntries(rows.map((row) => [row.slug, row.live?.known]));
  assert.deepEqual([known['talk'], known['gone']], [true, false]);
  const told = (await run('models', '--live')).out;
  assert.match(told, /^gone .* absent$/m);
  assert.match(told, /^sim has no gone: the entry gone cannot be served$/m);
});

test('a route is checked, called, timed; the catalogue is written; why tells of it', async (t) => {
  const { run, home } = await withProvider(t);
  const looked = await run('test', 'talk');
  assert.equal(looked.status, 0, looked.err);
  assert.match(looked.out, /^ok {6}sim\/talk: sim answers at http/);
  assert.match(looked.out, /Nothing was called\. One call: plugboard test talk --call/);

  const absent = await run('test', 'gone');
  assert.equal(absent.status, 1);
  assert.match(absent.out, /^failed {2}sim\/gone: sim does not list gone/m);

  const called = await run('test', 'both', '--call', '--json');
  assert.equal(called.status, 0, called.err);
  assert.match(JSON.parse(called.out).checks.at(-1).words, /^sim\/talk answered "ready, and a few words/);

  const failed = await run('test', 'broken', '--call');
  assert.equal(failed.status, 1);
  assert.match(failed.out, /^failed {2}call: .*More: plugboard why [\w-]+$/m);

  const timed = await run('speed', 'talk', '--runs', '3', '--json');
  assert.equal(timed.status, 0, timed.err);
  const { runs, firstTokenMs, tokensPerSecond } = JSON.parse(timed.out);
  assert.equal(runs, 3);
  assert.ok(firstTokenMs.min <= firstTokenMs.median && firstTokenMs.median <= firstTokenMs.max);
  assert.ok(tokensPerSecond.median > 0);
  assert.match((await run('speed', 'talk', '-r', '1')).out, /^talk served by sim\/talk, 1 run\nfirst token /);

  const file = join(home, 'models.json');
  assert.equal((await run('generate', file)).status, 0);
  const slugs = JSON.parse(readFileSync(file, 'utf8')).models.map((model: { slug: string }) => model.slug);
  assert.ok(slugs.includes('talk') && slugs.includes('both'));

  await run('stop');
  const history = await run('history', '--json');
  const outcomes = JSON.parse(history.out).map((entry: { outcome: string }) => entry.outcome);
  assert.deepEqual(outcomes, ['completed', 'completed', 'completed', 'completed', 'failed', 'completed']);
  assert.match((await run('why', 'last')).out, /asked for {3}talk\nserved by {3}sim\/talk/);
});

test('an agent that does the job passes, one that only says so does not', async (t) => {
  const { run } = await withProvider(t);
  const able = await run('test', 'able', '--agent');
  assert.equal(able.status, 0, able.out + able.err);
  assert.match(able.out, /^runs {4}.*cat secret\.txt/m);
  assert.match(able.out, /^ok {6}result: the file is as it was asked for$/m);
  const lazy = await run('test', 'lazy', '--agent', '--json');
  assert.equal(lazy.status, 1);
  const states = JSON.parse(lazy.out).checks.map(
    (check: { name: string; state: string }) => `${check.name} ${check.state}`,
  );
  assert.ok(states.includes('result failed') && states.includes('commands failed'), lazy.out);
});

test('codex gets its arguments, its exit status and the gateway; --oss stays with us', async (t) => {
  const bench = await withProvider(t);
  const folder = fakeCodex(bench);
  const environment = { ...bench.environment, PATH: `${folder}${delimiter}${bench.environment['PATH'] ?? ''}` };
  const given = ['exec', '--help', '--json', '-m', 'talk', '--', '--oss', 'two words'];
  const end = await runProgram(['codex', ...given], environment);
  assert.equal(end.status, 7, end.err);
  const { args, noProxy } = JSON.parse(end.out);
  assert.deepEqual(args.slice(-given.length), given);
  const settings = args.slice(0, -given.length).join(' ');
  assert.match(settings, /model_provider="plugboard"/);
  assert.match(settings, /"token", "--start"/);
  assert.match(noProxy, /127\.0\.0\.1/);
  assert.ok(bench.gatewayPid() !== undefined);
  const oss = await runProgram(['codex', '--oss', 'exec', 'x'], environment);
  assert.equal(oss.status, 1);
  assert.match(oss.err, /^plugboard: No model of a local provider is set up/);
});

test('the demo does its job offline and leaves nothing', async (t) => {
  const bench = await liveBench(t);
  const end = await runProgram(['demo'], withRealCodex(bench.environment));
  assert.equal(end.status, 0, end.out + end.err);
  assert.match(end.out, /^patches plugboard-demo\.txt$/m);
  assert.match(end.out, /^It works: \d+ requests, 2 commands, /m);
  assert.deepEqual(readdirSync(bench.home), ['config.yaml']);
});

async function withProvider(t: TestContext): Promise<LiveBench> {
  const models = ['talk', 'broken', 'able', 'lazy'];
  const simulator = await startSimulator({ scenario: SCENARIO, models, rules: 'none' });
  t.after(() => simulator.close());
  const entries = models.map(
    (slug) => `{ slug: ${slug}, provider: sim, context_window: 128000, price: { input: 1, output: 2 } }`,
  );
  const bench = await liveBench(
    t,
    `providers:
  sim: { protocol: openai-chat, base_url: "${simulator.url}/v1" }
  away: { preset: deepseek, api_key: "\${UNSET_KEY_OF_A_TEST}" }
models: [${entries.join(', ')}, { slug: gone, provider: sim }, { slug: far, provider: away }]
routes: { both: { targets: [broken, talk] } }
default_model: talk
`,
  );
  const environment = withRealCodex(bench.environment);
  return { ...bench, environment, run: (...args) => runProgram(args, environment) };
}

/** The checkout's own Codex, which npm would put into the PATH. */
function withRealCodex(environment: LiveBench['environment']): LiveBench['environment'] {
  const modules = dirname(dirname(dirname(createRequire(import.meta.url).resolve('@openai/codex/package.json'))));
  return { ...environment, PATH: `${join(modules, '.bin')}${delimiter}${environment['PATH'] ?? ''}` };
}

/** A program that tells how it was called. @returns its folder. */
function fakeCodex({ home }: LiveBench): string {
  const folder = join(home, 'fake');
  mkdirSync(folder);
  const script = join(folder, 'codex.js');
  writeFileSync(
    script,
    `if (process.argv[2] === '--version') console.log('codex-cli 0.169.0');
else {
  console.log(JSON.stringify({ args: process.argv.slice(2), noProxy: process.env.NO_PROXY }));
  process.exitCode = 7;
}
`,
  );
  if (process.platform === 'win32') writeFileSync(join(folder, 'codex.cmd'), '@"%~dp0\\codex.js" %*\r\n');
  else {
    writeFileSync(join(folder, 'codex'), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
    chmodSync(join(folder, 'codex'), 0o755);
  }
  return folder;
}
