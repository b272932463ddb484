import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Usage } from '../../ir/usage.ts';
import { protocolById } from '../../protocols/registry.ts';
import { openTraffic } from '../../upstream/testing/open-traffic.ts';
import { type Script, scriptedTransport } from '../../upstream/testing/scripted.ts';
import { testTarget } from '../../upstream/testing/targets.ts';
import { judgement, shortened } from './judge-words.ts';
import { taskJudge } from './task-judge.ts';

const SETTINGS = { model: 'judge', timeoutMs: 300 };
const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const text = (content: string): string => data({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const STOP = data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const USAGE = data({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } });

function judge(scripts: readonly Script[], reachable = true) {
  const { transport, calls } = scriptedTransport(scripts);
  const ask = taskJudge({
    protocols: protocolById,
    plan: () =>
      reachable
        ? { ok: true, plan: { route: 'judge', targets: [testTarget()], why: [] } }
        : { ok: false, failure: { kind: 'model-not-found', model: 'judge', message: 'it is out of the fence' } },
    transport,
    traffic: openTraffic(),
    price: () => undefined,
    now: Date.now,
  });
  const spent: Usage[] = [];
  const asks = (task: string, session = 's', signal = new AbortController().signal) =>
    ask(task, SETTINGS, {
      caller: 'c',
      session,
      signal,
      spent: (_, usage) => spent.push(usage),
    });
  return { asks, spent, calls };
}

test('a judge is asked once a task of a session, its answer is remembered, and what it used is told once', async () => {
  const answer = { pieces: [text('70'), STOP, USAGE] };
  const { asks, calls, spent } = judge([answer, answer]);
  const both = await Promise.all([asks('mend the parser'), asks('mend the parser')]);
  assert.deepEqual(both, [
    { by: 'judge', need: 0.7 },
    { by: 'judge', need: 0.7 },
  ]);
  assert.deepEqual(await asks('mend the parser'), { by: 'judge', need: 0.7 });
  assert.equal(calls.length, 1);
  assert.equal(spent.length, 1);
  await asks('mend the parser', 'another session');
  assert.equal(calls.length, 2);
});

test('what fails, answers no number or is out of reach is no verdict, and is not asked again', async () => {
  const wordy = judge([{ pieces: [text('It is hard.'), STOP, USAGE] }]);
  assert.equal(await wordy.asks('x'), undefined);
  assert.equal(await wordy.asks('x'), undefined);
  assert.equal(wordy.calls.length, 1);
  assert.equal(wordy.spent.length, 1);
  const refused = judge([{ status: 401, pieces: ['{"error":{"message":"no"}}'] }]);
  assert.equal(await refused.asks('x'), undefined);
  const fenced = judge([], false);
  assert.equal(await fenced.asks('x'), undefined);
  assert.equal(fenced.calls.length, 0);
});

test('where the client left whose request asked, who waits for the answer asks, and is answered once', async () => {
  const answer = { pieces: [text('70'), STOP, USAGE] };
  const { asks, calls } = judge([{ pieces: [text('7'), 'stay'] }, answer]);
  const leaving = new AbortController();
  const first = asks('x', 's', leaving.signal);
  const waiting = [asks('x'), asks('x')];
  setTimeout(() => leaving.abort(), 20);
  assert.equal(await first, undefined);
  const verdict = { by: 'judge', need: 0.7 };
  assert.deepEqual(await Promise.all([...waiting, asks('x')]), [verdict, verdict, verdict]);
  assert.equal(calls.length, 2);
});

test('nobody waits for it longer than its time limit', async () => {
  const { asks } = judge([{ pieces: [text('7'), 'stay'] }]);
  const started = performance.now();
  assert.equal(await asks('x'), undefined);
  assert.ok(performance.now() - started < 2_000);
  const again = performance.now();
  assert.equal(await asks('x'), undefined);
  assert.ok(performance.now() - again < 100);
});

test('a judge that is cut off, or counts nothing, has cost something all the same', async () => {
  const silent = judge([{ pieces: [text('70'), STOP] }]);
  assert.deepEqual(await silent.asks('x'), { by: 'judge', need: 0.7 });
  const late = judge([{ pieces: [text('7'), 'stay'] }]);
  assert.equal(await late.asks('x'), undefined);
  const mute = judge([{ pieces: ['stay'] }]);
  assert.equal(await mute.asks('x'), undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const { spent } of [silent, late, mute]) {
    assert.equal(spent.length, 1);
    assert.ok((spent[0]?.freshInput ?? 0) > 20);
  }
  assert.deepEqual([(silent.spent[0]?.output ?? 0) > 0, mute.spent[0]?.output], [true, 0]);
  const refused = judge([{ status: 401, pieces: ['{"error":{"message":"no"}}'] }]);
  assert.equal(await refused.asks('x'), undefined);
  assert.equal(refused.spent.length, 0);
});

test('the last number of an answer counts, and a long task is shown by its ends', () => {
  assert.equal(judgement('85'), 0.85);
  assert.equal(judgement('I think 3 files are touched, so: 40%'), 0.4);
  assert.equal(judgement('0'), 0);
  for (const answer of ['20/100', '20 / 100.', 'I would say 20 out of 100'])
    assert.equal(judgement(answer), 0.2, answer);
  assert.equal(judgement('none'), undefined);
  assert.equal(judgement('400'), undefined);
  const long = shortened(`begin ${'x'.repeat(100_000)} end`);
  assert.ok(long.length < 4_100 && long.startsWith('begin') && long.endsWith('end'));
});
