import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimate, identityOf, planRuns } from './plan.ts';
import type { Task } from './tasks/task.ts';
import { hashOf, receiptOf } from './testing/receipts.ts';

function taskOf(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    hash: hashOf(id),
    prompt: 'Do it.',
    source: { kind: 'empty' },
    files: {},
    check: 'true',
    checkFiles: {},
    timeoutMs: 60_000,
    setupTimeoutMs: 60_000,
    checkTimeoutMs: 10_000,
    sandbox: 'workspace-write',
    ...more,
  };
}

const tasks = [taskOf('a'), taskOf('b')];
const options = { models: ['x', 'y'], repetitions: 2, retryErrors: false };
const short = (runs: ReturnType<typeof planRuns>): readonly string[] =>
  runs.map(
    ({ task, model, repetition, receipt }) => `${task.id}${model}${repetition}${receipt === undefined ? '' : '!'}`,
  );

test('each run once, the models in turn first, and a round whole before the next', () => {
  assert.deepEqual(short(planRuns(tasks, [], options)), ['ax1', 'ay1', 'by1', 'bx1', 'ay2', 'ax2', 'bx2', 'by2']);
});

test('what has a receipt is done, unless its task changed, its setup failed, or errors are tried again', () => {
  const receipts = [
    receiptOf({ task: 'a', model: 'x', repetition: 1, verdict: 'failed' }),
    receiptOf({ task: 'a', model: 'y', repetition: 1, taskHash: hashOf('an older version') }),
    receiptOf({ task: 'b', model: 'x', repetition: 1, verdict: 'error', stage: 'setup' }),
    receiptOf({ task: 'b', model: 'y', repetition: 1, verdict: 'error', stage: 'codex' }),
    receiptOf({ task: 'a', model: 'z', repetition: 1 }),
  ];
  const once = { ...options, repetitions: 1 };
  assert.deepEqual(short(planRuns(tasks, receipts, once)), ['ax1!', 'ay1', 'by1!', 'bx1']);
  assert.deepEqual(short(planRuns(tasks, receipts, { ...once, retryErrors: true })), ['ax1!', 'ay1', 'by1', 'bx1']);
});

test('an estimate is of the same task and model where there is one, else of the model', () => {
  const receipts = [
    receiptOf({ task: 'a', model: 'x', repetition: 1, costNanoUsd: 100, times: { totalMs: 1_000 } }),
    receiptOf({ task: 'other', model: 'x', costNanoUsd: 700, times: { totalMs: 9_000 } }),
  ];
  const runs = planRuns(tasks, receipts, options);
  // Left are ax2, bx1, bx2 and four runs of y, of which nothing is known.
  assert.deepEqual(estimate(runs, receipts, 1), {
    left: 7,
    guessed: 3,
    ms: 1_000 + 2 * 1_000,
    costNanoUsd: 100 + 2 * 100,
    priced: 3,
    atMostMs: 7 * 70_000,
  });
  assert.equal(estimate(runs, receipts, 2).atMostMs, 245_000);
  assert.deepEqual(estimate([], [], 2), { left: 0, guessed: 0, ms: 0, priced: 0, atMostMs: 0 });
});

test('a run is known by its task as it stands, its model and its number', () => {
  const [first] = planRuns(tasks, [], options);
  assert.deepEqual(first && identityOf(first), { task: 'a', taskHash: hashOf('a'), model: 'x', repetition: 1 });
});
