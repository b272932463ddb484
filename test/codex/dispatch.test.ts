import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isJsonObject, parseJson } from '../../src/ir/json.ts';
import { call, type Scenario, type Step, say, script } from '../../src/simulator/script.ts';
import { findTool, lastUserText } from '../../src/simulator/turn.ts';
import { run } from './cases/work.ts';
import { type CodexRun, cleanEnvironment, finalText, runCodex, shownErrors, transcript } from './harness/codex.ts';
import { type ScriptedDeployment, startDeployment, type Trouble } from './harness/deployment.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { type Recorder, startRecorder } from './harness/recorder.ts';
import { codexConfig, newWorkspace } from './harness/workspace.ts';

const KEY = 'sk-simulated-0123456789abcdef';
const ROUNDS = 8;

/** A job of some rounds, each of which leaves a line in a file.
 *  @param heard  is told of each round that this deployment is asked for, before it answers. */
const job =
  (heard: (round: number) => void = () => {}, thinkMs = 0): Scenario =>
  (turn) => {
    heard(turn.rounds);
    if (/hello/.test(lastUserText(turn))) return script([say('Hello.')]);
    const pause: Step = { type: 'pause', ms: thinkMs };
    return turn.rounds < ROUNDS
      ? script([pause, say(`Round ${turn.rounds}.`), run(`echo ${turn.rounds} >> rounds.txt`)])
      : script([pause, say('All done.')]);
  };

type Stage = {
  readonly gateway: Gateway;
  readonly recorder: Recorder;
  readonly codex: (prompt: string) => Promise<CodexRun & { readonly lines: readonly string[] }>;
  readonly state: () => Promise<string>;
  readonly why: (requestId?: string) => Promise<string>;
  readonly hello: (session?: string) => Promise<{ readonly status: number; readonly model: string | null }>;
};

async function staged(t: TestContext, config: string, slug: string): Promise<Stage> {
  const gateway = await startGateway(config);
  const recorder = await startRecorder(gateway.url);
  t.after(async () => {
    await recorder.close();
    await gateway.close();
  });
  return {
    gateway,
    recorder,
    codex: async (prompt) => {
      const workspace = newWorkspace(codexConfig({ url: recorder.url, token: gateway.token }, slug));
      try {
        const done = await runCodex({
          args: ['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
          cwd: workspace.directory,
          environment: cleanEnvironment({ CODEX_HOME: workspace.codexHome }),
          timeoutMs: 120_000,
        });
        return { ...done, lines: linesOf(join(workspace.directory, 'rounds.txt')) };
      } finally {
        workspace.remove();
      }
    },
    state: async () => {
      const reply = await fetch(`${gateway.url}/dispatch/state`, {
        headers: { authorization: `Bearer ${gateway.token}` },
      });
      return reply.text();
    },
    why: async (requestId = 'last') => {
      const serve = fileURLToPath(new URL('harness/serve.ts', import.meta.url));
      const environment = cleanEnvironment({ PLUGBOARD_HOME: gateway.home, CODEX_HOME: gateway.home });
      // The ledger is written a moment after the reply.
      await sleep(1_000);
      return spawnSync(process.execPath, [serve, 'why', requestId], { env: environment, encoding: 'utf8' }).stdout;
    },
    hello: async (session) => {
      const reply = await fetch(`${gateway.url}/v1/responses`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${gateway.token}`,
          'content-type': 'application/json',
          ...(session === undefined ? {} : { 'session-id': session }),
        },
        body: JSON.stringify({ model: slug, stream: true, input: 'hello' }),
      });
      await reply.text();
      return { status: reply.status, model: reply.headers.get('x-plugboard-model') };
    },
  };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').trim().split(/\r?\n/);
  } catch {
    return [];
  }
}

/** @param more  of each provider's entry. */
function poolConfig(deployments: readonly ScriptedDeployment[], strategy: string, more = ''): string {
  const names = deployments.map((_, at) => `d${at}`);
  return `providers:
${deployments.map(({ url }, at) => `  d${at}: { protocol: openai-chat, base_url: "${url}/v1", api_key: ${KEY}, timeouts: { connect: 1s, first_byte: 1s }${more} }`).join('\n')}
models:
${names.map((name) => `  - { slug: ${name}, provider: ${name}, model: coder, context_window: 128000 }`).join('\n')}
routes:
  team: { strategy: ${strategy}, targets: [${names}] }
default_model: team
`;
}

const TOLD: Readonly<Record<Exclude<Trouble, 'denies'>, RegExp>> = {
  refuses: /connection to the provider failed|refuses connections/,
  hangs: /did not answer in time/,
  limits: /limit was reached/,
  breaks: /failed inside/,
};

for (const trouble of ['refuses', 'hangs', 'limits', 'breaks'] as const) {
  test(`a deployment that ${trouble} in mid-session: the work goes on elsewhere, and nobody sees an error`, async (t) => {
    const deployments: ScriptedDeployment[] = [];
    let dead: ScriptedDeployment | undefined;
    const dies = (at: number) => (round: number) => {
      if (round !== 3 || dead !== undefined) return;
      dead = deployments[at];
      dead?.fails(trouble);
    };
    for (const at of [0, 1, 2]) deployments.push(await startDeployment(job(dies(at))));
    t.after(() => Promise.all(deployments.map((one) => one.close())));
    const stage = await staged(t, poolConfig(deployments, 'risk'), 'team');
    const done = await stage.codex('do the job');
    assert.equal(done.status, 0, transcript(done));
    assert.equal(finalText(done), 'All done.', transcript(done));
    assert.deepEqual(shownErrors(done), [], transcript(done));
    assert.deepEqual(
      done.lines,
      Array.from({ length: ROUNDS }, (_, round) => String(round)),
      transcript(done),
    );
    assert.ok(
      stage.recorder.exchanges.every(({ status }) => status === 200),
      'the agent saw an error',
    );
    assert.ok(dead !== undefined);
    const failedOver = stage.recorder.exchanges.find(({ headers }) => Number(headers['x-plugboard-attempts']) > 1);
    assert.match(await stage.why(String(failedOver?.headers['x-request-id'])), TOLD[trouble]);
    // The session goes on with who served it next; the dead one is met once, and no more.
    assert.ok(dead.troubled() <= 1, `${dead.troubled()} calls to the dead deployment`);
    t.diagnostic(`calls ${deployments.map((one) => one.calls())}, dead ${dead.troubled()}, ${Math.round(done.ms)} ms`);
  });
}

test('a dead deployment is left alone after five failures, met by one probe at a time, and taken back when it is well', async (t) => {
  const deployments = await Promise.all([0, 1].map(() => startDeployment(job())));
  t.after(() => Promise.all(deployments.map((one) => one.close())));
  const [first, second] = deployments;
  assert.ok(first !== undefined && second !== undefined);
  const stage = await staged(t, poolConfig(deployments, 'fallback'), 'team');
  first.fails('breaks');
  for (let at = 0; at < 5; at += 1) assert.equal((await stage.hello()).status, 200);
  assert.equal((await stage.hello()).model, 'd1');
  assert.equal(first.troubled(), 5);
  assert.match(await stage.why(), /"d0" is left alone for now: it fails; it is tried again in \d+ s/);
  assert.match(await stage.state(), /"hard_limit_reason":"it failed 5 times in a row; it is tried again in \d+ s"/);
  // Codex works on meanwhile: whatever it asks, the dead one is met by no more than the probes that fall into its time.
  const done = await stage.codex('do the job');
  assert.deepEqual([done.status, finalText(done)], [0, 'All done.'], transcript(done));
  assert.ok(first.troubled() <= 7, `${first.troubled()} calls to the dead deployment`);
  while (/"breaker":"open"/.test(await stage.state())) await sleep(100);
  const before = first.troubled();
  await Promise.all(Array.from({ length: 6 }, () => stage.hello()));
  assert.equal(first.troubled(), before + 1, 'one probe');
  first.fails(undefined);
  assert.equal((await stage.hello()).model, 'd1');
  while (/"breaker":"open"/.test(await stage.state())) await sleep(200);
  await stage.hello();
  assert.equal((await stage.hello()).model, 'd0');
});

test('a pool of two keys, one of which is refused: it is met once, and every session works', async (t) => {
  const bad = 'sk-revoked-0123456789abcdef';
  const deployment = await startDeployment(job());
  t.after(() => deployment.close());
  deployment.fails('denies', bad);
  const config = poolConfig([deployment], 'fallback').replace(`api_key: ${KEY}`, `api_keys: [${bad}, ${KEY}]`);
  const stage = await staged(t, config, 'd0');
  // As often as it takes for a session to be given the bad key first.
  for (let at = 0; at < 12 && deployment.troubled() === 0; at += 1) await stage.hello(`session-${at}`);
  for (let at = 0; at < 3; at += 1) {
    const done = await stage.codex('do the job');
    assert.deepEqual([done.status, finalText(done), shownErrors(done)], [0, 'All done.', []], transcript(done));
  }
  assert.equal(deployment.troubled(), 1);
  assert.match(await stage.state(), /"hard_limit_reason":"its key was refused; it is tried again in \d+ s"/);
  assert.ok(stage.recorder.exchanges.every(({ status }) => status === 200));
});

for (const count of [1, 2]) {
  test(`eight at once before ${count} deployments with two places each: all complete, none sees a 429`, async (t) => {
    const deployments = await Promise.all(Array.from({ length: count }, () => startDeployment(job(() => {}, 200))));
    t.after(() => Promise.all(deployments.map((one) => one.close())));
    const stage = await staged(t, poolConfig(deployments, 'risk', ', concurrency: 2'), 'team');
    const all = await Promise.all(Array.from({ length: 8 }, () => stage.codex('do the job')));
    for (const done of all) {
      assert.deepEqual([done.status, finalText(done), shownErrors(done)], [0, 'All done.', []], transcript(done));
      assert.equal(done.lines.length, ROUNDS);
    }
    assert.deepEqual(
      deployments.map((one) => one.most()),
      deployments.map(() => 2),
    );
    const { exchanges } = stage.recorder;
    assert.ok(exchanges.every(({ status }) => status === 200));
    t.diagnostic(`${exchanges.length} replies; calls by deployment: ${deployments.map((one) => one.calls())}`);
  });
}

const AGENTS = 4;

/** Four helpers at once, each of which works for some rounds; then their parent waits for one after the other. */
const delegating: Scenario = (turn) => {
  const pause: Step = { type: 'pause', ms: 150 };
  const isChild = findTool(turn.tools, 'spawn_agent', 'multi_agent_v1') === undefined;
  if (isChild) {
    const [name = 'nobody'] = /helper \d/.exec(turn.userTexts.join(' ')) ?? [];
    return turn.rounds < 3
      ? script([pause, run(`echo '${name}, round ${turn.rounds}' >> rounds.txt`)])
      : script([pause, say(`${name} is done.`)]);
  }
  if (turn.rounds === 0) {
    const spawns = Array.from({ length: AGENTS }, (_, at) =>
      call('spawn_agent', { message: `You are helper ${at}` }, 'multi_agent_v1'),
    );
    return script([pause, ...spawns]);
  }
  if (turn.rounds > AGENTS) return script([say(`All done: ${turn.results.slice(AGENTS).map(({ text }) => text)}`)]);
  const spawned = parseJson(turn.results[turn.rounds - 1]?.text ?? '');
  const id = isJsonObject(spawned) ? String(spawned['agent_id']) : 'none';
  return script([call('wait_agent', { targets: [id], timeout_ms: 60_000 }, 'multi_agent_v1')]);
};

test('four sub-agents at once before two deployments with one place each: all finish their work', async (t) => {
  const deployments = await Promise.all([0, 1].map(() => startDeployment(delegating)));
  t.after(() => Promise.all(deployments.map((one) => one.close())));
  const stage = await staged(t, poolConfig(deployments, 'risk', ', concurrency: 1'), 'team');
  const done = await stage.codex('delegate it');
  assert.deepEqual([done.status, shownErrors(done)], [0, []], transcript(done));
  for (let at = 0; at < AGENTS; at += 1) assert.match(finalText(done), new RegExp(`helper ${at} is done`));
  assert.equal(done.lines.length, AGENTS * 3, transcript(done));
  assert.deepEqual(
    deployments.map((one) => one.most()),
    [1, 1],
  );
  assert.ok(stage.recorder.exchanges.every(({ status }) => status === 200));
  t.diagnostic(`calls by deployment: ${deployments.map((one) => one.calls())}`);
});
