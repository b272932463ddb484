import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type LiveBench, liveBench, PROGRAM } from '../../src/cli/testing/live.ts';
import { readReceipts } from '../../src/receipts/receipts-file.ts';
import { byModel, call, httpReply, rounds, type Scenario, say, script } from '../../src/simulator/script.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { findChromium, withPage } from '../browser/chromium.ts';

const refuses: Scenario = () =>
  httpReply(401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } });

const EXIT_TEXT = 'All done.';

/** Writes what the task asks for. */
const works: Scenario = rounds(
  script([call('exec_command', { cmd: `printf 'six\\n' > answer.txt` })], {
    usage: { input: 900, cached: 100, output: 40 },
  }),
  script([say(EXIT_TEXT)], { usage: { input: 1_000, cached: 900, output: 10 } }),
);
/** Says so, and does nothing. */
const talks: Scenario = rounds(script([say(EXIT_TEXT)], { usage: { input: 900, output: 10 } }));
/** Starts a command that does not end, and one that left its parents. */
const hangs: Scenario = rounds(
  script([call('exec_command', { cmd: '(setsid sleep 4242 >/dev/null 2>&1 &) ; sleep 4241', yield_time_ms: 60_000 })]),
);

const TASKS = `sandbox: danger-full-access
check_timeout: 20s
tasks:
  - id: write-answer
    prompt: Write the number six in letters into answer.txt.
    files: { README.md: "A place to write answers.\\n" }
    setup: test -f README.md && test -d .git
    check: test "$(cat answer.txt)" = six && test -f hidden.txt
    check_files: { hidden.txt: "seen by the check alone\\n" }
  - id: from-folder
    prompt: Write the number six in letters into answer.txt, beside notes.txt.
    folder: notes
    check: grep -q six answer.txt && grep -q kept notes.txt
`;

type Stage = LiveBench & {
  readonly folder: string;
  readonly compare: (...args: string[]) => ReturnType<LiveBench['run']>;
};

async function stage(t: TestContext, tasks: string): Promise<Stage> {
  const simulator = await startSimulator({
    scenario: byModel({ worker: works, talker: talks, hanger: hangs, refused: refuses }),
    models: ['worker', 'talker', 'hanger', 'refused'],
    rules: 'plain',
  });
  t.after(() => simulator.close());
  const models = ['worker', 'talker', 'hanger', 'refused'].map(
    (slug, index) =>
      `  - { slug: ${slug}, provider: sim, context_window: 128000, price: { input: ${index + 1}, cached_input: 0.5, output: 2 } }`,
  );
  const bench = await liveBench(
    t,
    `providers: { sim: { protocol: openai-chat, base_url: "${simulator.url}/v1" } }\nmodels:\n${models.join('\n')}\nroutes: { both: { strategy: fallback, targets: [refused, worker] } }\n`,
  );
  const folder = dirname(bench.home);
  mkdirSync(join(folder, 'notes'));
  writeFileSync(join(folder, 'notes', 'notes.txt'), 'kept\n');
  writeFileSync(join(folder, 'tasks.yaml'), tasks);
  const compare = (...args: string[]) =>
    bench.run('compare', join(folder, 'tasks.yaml'), '--out', join(folder, 'out'), ...args);
  return { ...bench, folder, compare };
}

const copies = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('plugboard-compare-'));

test('two models on two tasks: one does them, one only says so', async (t) => {
  const { folder, compare, run, codexHome } = await stage(t, TASKS);
  const before = copies();
  const plan = await compare('--models', 'worker,talker', '--dry-run');
  assert.equal(plan.status, 0, plan.err);
  assert.match(plan.out, /4 runs to do, 0 done\. Nothing was started\./);
  assert.ok(!existsSync(join(folder, 'out')));

  const first = await compare('--models', 'worker,talker', '--repetitions', '1');
  assert.equal(first.status, 0, first.err);
  const file = join(folder, 'out', 'receipts.jsonl');
  const { receipts } = readReceipts(file);
  assert.equal(receipts.length, 4, first.err);
  for (const receipt of receipts) {
    const log = readFileSync(join(folder, 'out', 'logs', `${receipt.task}.${receipt.model}.1.log`), 'utf8');
    assert.equal(receipt.verdict, receipt.model === 'worker' ? 'passed' : 'failed', log);
    assert.equal(receipt.codexExit, 0);
    assert.equal(receipt.requests.made, receipt.model === 'worker' ? 2 : 1);
    assert.equal(receipt.requests.uncounted + receipt.requests.unpriced, 0);
    assert.deepEqual(
      receipt.served.map(({ slug, provider }) => [slug, provider]),
      [[receipt.model, 'sim']],
    );
    assert.equal(receipt.attempts.made, receipt.requests.made);
    assert.equal(receipt.turns, receipt.requests.made);
    assert.match(receipt.base ?? '', /^[0-9a-f]{40}$/);
    assert.ok(receipt.reasons.length > 0);
    assert.match(receipt.prices.table, /^genai-prices \d/);
  }
  const worked = receipts.find((receipt) => receipt.model === 'worker');
  assert.deepEqual(worked?.tokens, { freshInput: 900, cacheRead: 1_000, cacheWrite: 0, output: 50, reasoning: 0 });
  // 900 at $1, 1,000 at $0.5 and 50 at $2, each for a million.
  assert.equal(worked?.costNanoUsd, 900_000 + 500_000 + 100_000);
  assert.deepEqual(worked?.prices.sources, ['config']);
  assert.deepEqual(worked?.toolCalls, { made: 1, malformed: 0, failedPatches: 0 });

  // Nothing of the user's was touched, and nothing is left.
  assert.deepEqual(readdirSync(join(folder, 'notes')), ['notes.txt']);
  assert.deepEqual(readdirSync(codexHome), []);
  assert.deepEqual(copies(), before);
  const bytes = readFileSync(file);
  assert.doesNotMatch(bytes.toString('utf8'), /number six|All done|plugboard-compare-/);

  const page = readFileSync(join(folder, 'out', 'report.html'), 'utf8');
  assert.match(page, /worker passed 2 of 2 tasks and talker 0/);

  const chromium = findChromium();
  if (chromium !== undefined) {
    const address = pathToFileURL(join(folder, 'out', 'report.html')).href;
    const view = { width: 1100, height: 900, dark: false };
    await withPage(chromium, address, view, async ({ requests, trouble, evaluate }) => {
      assert.deepEqual([requests, trouble], [[], []]);
      assert.equal(await evaluate('document.querySelector("h1").innerText'), 'worker passed 2 of 2 tasks and talker 0');
      assert.equal(await evaluate('document.querySelectorAll("td .mark.passed").length'), 2);
      assert.equal(await evaluate('document.querySelectorAll("td .mark.failed").length'), 2);
    });
  }

  // The same again runs nothing and gives the same bytes; another repetition runs what is new.
  const second = await compare('--models', 'worker,talker');
  assert.equal(second.status, 0, second.err);
  assert.deepEqual(readFileSync(file), bytes);
  const report = await compare('--report-only');
  assert.equal(report.status, 0, report.err);
  assert.equal(readFileSync(join(folder, 'out', 'report.html'), 'utf8'), page);
  // A crash in the middle of the last line: that run alone is made again.
  writeFileSync(file, bytes.subarray(0, bytes.length - 40));
  const third = await compare('--models', 'worker,talker');
  assert.equal(third.status, 0, third.err);
  assert.match(third.err, /^1\/1 /m);
  assert.equal(readReceipts(file).receipts.length, 4);
  await run('stop');
});

/** Processes whose command line holds a text. */
function running(text: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
    } catch {
      return false;
    }
  });
}

const NO_END = `sandbox: danger-full-access
timeout: 4s
tasks:
  - { id: endless, prompt: "Work for ever.", check: "true" }
`;
const linux = { skip: process.platform === 'linux' ? false : 'reads /proc' };

test('a run that is not done in time ends whole: agent, command, and what left its parents', linux, async (t) => {
  const { folder, compare, run } = await stage(t, NO_END);
  const before = copies();
  const ended = await compare('--models', 'hanger');
  assert.equal(ended.status, 0, ended.err);
  const [receipt, ...more] = readReceipts(join(folder, 'out', 'receipts.jsonl')).receipts;
  assert.deepEqual(more, []);
  assert.equal(receipt?.verdict, 'timeout');
  assert.equal(receipt?.stage, 'codex');
  assert.equal(receipt?.codexExit, null);
  assert.equal(receipt?.requests.made, 1, JSON.stringify(receipt));
  assert.ok((receipt?.times.codexMs ?? 0) >= 4_000);
  assert.deepEqual([...running('sleep 4241'), ...running('sleep 4242')], []);
  assert.deepEqual(copies(), before);
  await run('stop');
});

test('Ctrl-C ends the children, keeps what is done, and the same command goes on', linux, async (t) => {
  const tasks = NO_END.replace('timeout: 4s', 'timeout: 5m');
  const { folder, environment, run } = await stage(t, `${tasks}  - { id: quick, prompt: "Work.", check: "true" }\n`);
  const before = copies();
  const file = join(folder, 'out', 'receipts.jsonl');
  const args = ['compare', join(folder, 'tasks.yaml'), '--out', join(folder, 'out'), '--models', 'talker,hanger'];
  const child = spawn(process.execPath, [PROGRAM, ...args, '--parallel', '3'], { env: environment, stdio: 'ignore' });
  const status = new Promise((resolve) => child.once('close', resolve));
  // Both runs of the one model are done, and one of the other is deep in its command.
  for (let tries = 0; tries < 300; tries += 1) {
    if (existsSync(file) && readReceipts(file).receipts.length === 2 && running('sleep 4241').length > 0) break;
    await sleep(100);
  }
  assert.ok(running('sleep 4242').length > 0);
  const second = await run(...args);
  assert.equal(second.status, 1);
  assert.match(second.err, /another comparison writes .*receipts\.jsonl/);
  child.kill('SIGINT');
  assert.equal(await status, 1);
  assert.deepEqual([...running('sleep 4241'), ...running('sleep 4242')], []);
  assert.deepEqual(copies(), before);
  assert.deepEqual(
    readReceipts(file).receipts.map(({ model, verdict }) => [model, verdict]),
    [
      ['talker', 'passed'],
      ['talker', 'passed'],
    ],
  );
  const plan = await run(...args, '--dry-run');
  assert.match(plan.out, /2 runs to do, 2 done/);
  assert.ok(existsSync(join(folder, 'out', 'report.html')));
  await run('stop');
});

test(
  'a provider that refuses is an error, a route falls back and says so, and what a killed comparison left is cleared',
  linux,
  async (t) => {
    const tasks = TASKS.replace('tasks:', 'timeout: 30s\ntasks:');
    const { folder, environment, compare, run } = await stage(t, tasks);
    const ended = await compare('--models', 'refused,both');
    assert.equal(ended.status, 0, ended.err);
    const { receipts } = readReceipts(join(folder, 'out', 'receipts.jsonl'));
    for (const receipt of receipts) {
      if (receipt.model === 'refused') {
        assert.deepEqual(
          [receipt.verdict, receipt.stage, receipt.failureKind, receipt.codexExit],
          ['error', 'codex', 'auth', 1],
        );
        assert.deepEqual(receipt.served, []);
        assert.equal(receipt.costNanoUsd, 0);
      } else {
        assert.equal(receipt.verdict, 'passed');
        assert.deepEqual(receipt.served, [{ slug: 'worker', provider: 'sim', model: 'worker', requests: 2 }]);
        assert.ok(receipt.attempts.failed >= 1 || receipt.attempts.made === 2, JSON.stringify(receipt.attempts));
        assert.ok(receipt.reasons.length >= 1, JSON.stringify(receipt.reasons));
      }
    }
    // Errors stand; with --retry-errors they are run again.
    assert.match((await compare('--models', 'refused,both', '--dry-run')).out, /0 runs to do, 4 done/);
    assert.match(
      (await compare('--models', 'refused,both', '--dry-run', '--retry-errors')).out,
      /2 runs to do, 2 done/,
    );

    const args = ['compare', join(folder, 'tasks.yaml'), '--out', join(folder, 'killed'), '--models', 'hanger'];
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment, stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    for (let tries = 0; tries < 300 && running('sleep 4241').length === 0; tries += 1) await sleep(100);
    child.kill('SIGKILL');
    await gone;
    assert.ok(copies().some((name) => name.includes(`-${child.pid}-`)));
    const next = await compare('--models', 'both', '--repetitions', '2');
    assert.equal(next.status, 0, next.err);
    assert.ok(!copies().some((name) => name.includes(`-${child.pid}-`)));
    assert.deepEqual([...running('sleep 4241'), ...running('sleep 4242')], []);
    await run('stop');
  },
);
