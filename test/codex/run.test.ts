import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, liveBench, runProgram } from '../../src/cli/testing/live.ts';
import { byModel, call, httpReply, rounds, type Scenario, say, script } from '../../src/simulator/script.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';

const works: Scenario = rounds(
  script([call('exec_command', { cmd: `printf 'six\\n' > answer.txt` })]),
  script([say('Done.')]),
);
const refuses: Scenario = () => httpReply(401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } });
/** Changes a file, and then its provider refuses. */
const breaks: Scenario = rounds(
  script([call('exec_command', { cmd: 'printf half > half.txt' })]),
  httpReply(401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }),
);

/** Never ends: what stops it is the cap. */
const goesOn: Scenario = () =>
  script([call('exec_command', { cmd: 'echo step >> steps.txt' })], { usage: { input: 8_000, output: 200 } });

const hangs: Scenario = () => script([call('exec_command', { cmd: 'sleep 4243', yield_time_ms: 60_000 })]);

const LOG = Array.from({ length: 600 }, (_, index) => `2026-11-26 10:00:${index % 60} INFO beat ${index} ok`).join(
  '\n',
);
const FAILURE = '2026-11-26 10:07:00 ERROR cannot open /srv/data/index.db: permission denied';

type Stage = {
  readonly work: string;
  readonly simulator: Simulator;
  readonly run: (args: readonly string[], input?: string, begun?: (child: ChildProcess) => void) => Promise<Ended>;
};

/** @param more  of config.yaml. */
async function stage(t: TestContext, more = ''): Promise<Stage> {
  const simulator = await startSimulator({
    scenario: byModel({ worker: works, broken: refuses, breaker: breaks, dear: goesOn, hanger: hangs }),
    models: ['worker', 'broken', 'breaker', 'dear', 'hanger'],
    ollama: { version: '0.14.0' },
  });
  t.after(() => simulator.close());
  const bench = await liveBench(
    t,
    `providers:
  sim: { protocol: openai-chat, base_url: "${simulator.url}/v1" }
  ollama: { preset: ollama, base_url: "${simulator.url}/v1" }
models:
  - { slug: worker, provider: sim, context_window: 128000, price: { input: 1, output: 2 } }
  - { slug: broken, provider: sim, context_window: 128000 }
  - { slug: dear, provider: sim, context_window: 128000, price: { input: 2, output: 4 } }
  - { slug: breaker, provider: sim, context_window: 128000 }
  - { slug: hanger, provider: sim, context_window: 128000 }
  - { slug: near, provider: ollama, model: worker, context_window: 128000 }
${more}`,
  );
  const work = join(dirname(bench.home), 'work');
  mkdirSync(work);
  const environment = { ...bench.environment, OLLAMA_HOST: simulator.url, CODEX_OSS_BASE_URL: `${simulator.url}/v1` };
  const run: Stage['run'] = (args, input = '', begun = () => {}) =>
    runProgram(['run', ...args, '--', ...CODEX], environment, { cwd: work, input, begun });
  return { work, simulator, run };
}

const CODEX = ['--skip-git-repo-check', '--sandbox', 'danger-full-access', '--ephemeral'];

test('Codex does the task on the chosen model, and is given the log folded, its failure word by word', async (t) => {
  const { work, simulator, run } = await stage(t);
  const { status, err } = await run(['--model', 'worker', 'Write six into answer.txt.'], `${LOG}\n${FAILURE}\n`);
  assert.equal(status, 0, err);
  assert.equal(readFileSync(join(work, 'answer.txt'), 'utf8'), 'six\n');
  assert.match(err, /^plugboard: \d+ prompt tokens \(\d+k? fewer than written\), on worker\./m);
  const [first] = simulator.requests;
  const sent = JSON.stringify(first?.body);
  assert.ok(sent.includes('Write six into answer.txt.') && sent.includes('<stdin>') && sent.includes(FAILURE), sent);
  assert.ok(!sent.includes('beat 300 ok'), 'a line like all the others is folded');
});

test('a dry run tells tokens, price and ways, and calls nobody', async (t) => {
  const { simulator, run, work } = await stage(t);
  const { status, out, err } = await run(['--dry-run', '--json', '--model', 'worker', '--max-cost', '2', 'Do it.']);
  assert.equal(status, 0, err);
  const plan = JSON.parse(out);
  assert.equal(plan.model.slug, 'worker');
  assert.equal(plan.tokens.prompt, 3);
  assert.deepEqual(plan.price, { input: 1_000, output: 2_000 });
  assert.ok(plan.estimate.firstRequestNanoUsd > 1_000_000);
  assert.match(plan.codexProviders[1].excluded, /spending cap/);
  assert.equal(simulator.requests.length, 0);
  assert.ok(!existsSync(join(work, 'answer.txt')));
});

test('a budget that is broken before the start refuses, and Codex is not run', async (t) => {
  const { simulator, run } = await stage(t);
  const long = await run(['--model', 'worker', '--max-input-tokens', '3', 'One two three four five six.']);
  assert.equal(long.status, 1);
  assert.match(long.err, /more than --max-input-tokens 3/);
  const dear = await run(['--model', 'worker', '--max-cost', '0.001', 'Do it.']);
  assert.match(dear.err, /The first request alone would cost about \$0\.00\d+, more than --max-cost 0\.001/);
  const unpriced = await run(['--model', 'broken', '--max-cost', '1', 'Do it.']);
  assert.match(unpriced.err, /no known price, so --max-cost cannot be kept/);
  assert.equal(simulator.requests.length, 0);
});

test('a cap on the whole run stops it in the middle, and a limit on replies reaches the provider', async (t) => {
  const { simulator, run, work } = await stage(t);
  const { status, err } = await run(['--model', 'dear', '--max-cost', '0.05', '--max-output-tokens', '777', 'Go on.']);
  assert.equal(status, 1, err);
  assert.match(err, /--max-cost allows \$0\.05 for this session/);
  const sent = simulator.requests.filter(({ path }) => path.endsWith('/chat/completions'));
  assert.ok(sent.length >= 2 && sent.length < 8, `${sent.length} requests`);
  assert.ok(sent.every(({ body }) => JSON.stringify(body).includes('777')));
  assert.ok(existsSync(join(work, 'steps.txt')));
});

const LOCAL_NEXT = 'policy: { fallback_order: [huggingface, gateway, local] }\n';
const byDefault = (model: string): string => `default_model: ${model}\n${LOCAL_NEXT}`;

test('a way that is not ready, or ends badly before a file is changed, gives way to the next', async (t) => {
  const { work, run } = await stage(t, byDefault('broken'));
  const { status, err } = await run(['Write six.']);
  assert.equal(status, 0, err);
  assert.match(err, /huggingface is passed over\. No key is set: HF_TOKEN/);
  assert.match(err, /ended with status 1 on gateway and changed no file/);
  assert.equal(readFileSync(join(work, 'answer.txt'), 'utf8'), 'six\n');
});

test('once a file is changed nothing is tried again, and a way by name stands alone', async (t) => {
  const { work, run } = await stage(t, byDefault('breaker'));
  const { status, err } = await run(['Do it.']);
  assert.equal(status, 1, err);
  assert.match(err, /No other way is tried, since files were changed/);
  assert.equal(readFileSync(join(work, 'half.txt'), 'utf8'), 'half');
  assert.ok(!existsSync(join(work, 'answer.txt')));
  const alone = await run(['--codex-provider', 'huggingface', 'Do it.']);
  assert.equal(alone.status, 1);
  assert.match(alone.err, /Codex cannot be run: huggingface: No key is set/);
});

test('a model that was named goes nowhere else, and there is no run without a prompt', async (t) => {
  const { work, run, simulator } = await stage(t, LOCAL_NEXT);
  const named = await run(['--model', 'broken', 'Write six.']);
  assert.equal(named.status, 1);
  assert.match(named.err, /huggingface is passed over\. broken was asked for by name/);
  assert.ok(!existsSync(join(work, 'answer.txt')));
  const { length } = simulator.requests;
  const empty = await run(['  '], '\n');
  assert.equal(empty.status, 2);
  assert.match(empty.err, /there is no prompt/);
  assert.equal(simulator.requests.length, length);
});

test('who stops Codex has stopped the run: no other way is tried', async (t) => {
  const { work, run, simulator } = await stage(t, byDefault('hanger'));
  let child: ChildProcess | undefined;
  const end = run(['Write six.'], '', (begun) => {
    child = begun;
  });
  for (let tries = 0; simulator.requests.length === 0 && tries < 600; tries += 1) await sleep(50);
  await sleep(500);
  child?.kill('SIGINT');
  const { status, err } = await end;
  assert.notEqual(status, 0, err);
  assert.doesNotMatch(err, /changed no file/);
  assert.ok(!existsSync(join(work, 'answer.txt')));
});
