import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  call,
  callFreeform,
  type Scenario,
  type ScriptedReply,
  type Step,
  say,
  script,
  think,
} from '../../../src/simulator/script.ts';
import { type CodexRun, cleanEnvironment, finalText, items, transcript } from '../harness/codex.ts';
import type { Case, Stage } from '../harness/lab.ts';
import { run } from './work.ts';

/** Who was asked, one after the other: a model that is asked again and again stands there once. */
const turns = ({ asked }: Stage): readonly string[] => asked().filter((model, at, all) => model !== all[at - 1]);

/** A command that takes longer than its tool waits for: on a machine under load, any. */
const RUNNING = /Process running with session ID (\d+)/;

/** Waits for a command that still runs, as models do; a model that waits is in the same round of its task. */
function patient(scenario: Scenario): Scenario {
  return (turn) => {
    const session = RUNNING.exec(turn.results.at(-1)?.text ?? '')?.[1];
    if (session !== undefined) {
      return script([call('write_stdin', { session_id: Number(session), chars: '', yield_time_ms: 30_000 })]);
    }
    const waits = turn.results.filter(({ text }) => RUNNING.test(text)).length;
    return scenario({ ...turn, rounds: turn.rounds - waits });
  };
}

/** A model that answers some rounds of a task, and fails the test where it is asked for another. */
const only = (rounds: { readonly [round: number]: ScriptedReply }): Scenario =>
  patient((turn) => rounds[turn.rounds] ?? script([say(`${turn.model} was not to be asked in round ${turn.rounds}.`)]));

const SOURCE = 'exports.sum = (a, b) => a + b;\n';
const TEST = `const assert = require('node:assert');
const { test } = require('node:test');
const { sum } = require('./sum.js');
test('sums two', () => assert.equal(sum(1, 2), 3));
test('sums many', () => assert.equal(sum(1, 2, 3), 6));
`;
const WRONG = 'exports.sum = (a, ...rest) => a + rest.length;';
const WORSE = 'exports.sum = (a) => a;';
const RIGHT = 'exports.sum = (...all) => all.reduce((a, b) => a + b, 0);';

const change = (from: string, to: string): Step =>
  callFreeform('apply_patch', `*** Begin Patch\n*** Update File: sum.js\n@@\n-${from}\n+${to}\n*** End Patch\n`);
const wrong = change(SOURCE.trim(), WRONG);
const right = change(WRONG, RIGHT);
/** With all the time that Codex gives: a machine under load is slow. */
const tests = call('exec_command', { cmd: 'node --test --test-reporter=spec', yield_time_ms: 30_000 });

function prepare({ workspace }: Stage): void {
  writeFileSync(join(workspace.directory, 'sum.js'), SOURCE);
  writeFileSync(join(workspace.directory, 'sum.test.js'), TEST);
}

/** The file is as the right change leaves it, and its tests pass here, too. */
function assertMended({ workspace }: Stage, done: CodexRun): void {
  assert.equal(done.status, 0, transcript(done));
  assert.equal(readFileSync(join(workspace.directory, 'sum.js'), 'utf8'), `${RIGHT}\n`, transcript(done));
  const checked = spawnSync(process.execPath, ['--test'], { cwd: workspace.directory, env: cleanEnvironment({}) });
  assert.equal(checked.status, 0, String(checked.stdout));
}

/** Every command was run once and every patch applied once: nothing was lost in a change of models, nothing made twice. */
function assertCalls(done: CodexRun, commands: number, patches: number): void {
  const started = items(done, 'command_execution').map(({ id }) => id);
  assert.equal(new Set(started).size, commands, transcript(done));
  assert.equal(items(done, 'file_change').length, patches, transcript(done));
}

export const failingTestCase: Case = {
  slug: 'auto-test',
  title: 'a test that the cheap model broke brings the strong one, which mends it',
  scenario: only({}),
  strategy: 'auto',
  route: {
    'test-cheap': only({
      0: script([think('I look.'), run('cat sum.js')]),
      1: script([think('I change it.'), wrong]),
      2: script([say('I run the tests.'), tests]),
    }),
    'test-strong': only({
      3: script([think('The rest is not summed.'), right]),
      4: script([tests]),
      5: script([say('Now it sums all of them.')]),
    }),
  },
  run: async (stage) => {
    prepare(stage);
    const done = await stage.codex('let sum take any number of arguments');
    assert.equal(finalText(done), 'Now it sums all of them.', transcript(done));
    assertMended(stage, done);
    assertCalls(done, 3, 2);
    assert.deepEqual(turns(stage), ['test-cheap', 'test-strong']);
    const why = stage.plugboard('why', 'last');
    assert.match(why, /failing test run \(node --test: 2 failed, first "sums two"\)/, why);
  },
};

export const failedPatchCase: Case = {
  slug: 'auto-patch',
  title: 'a patch that does not apply brings the strong model',
  scenario: only({}),
  strategy: 'auto',
  route: {
    'patch-cheap': only({ 0: script([change('exports.total = 1;', WRONG)]) }),
    'patch-strong': only({ 1: script([change(SOURCE.trim(), RIGHT)]), 2: script([say('Applied.')]) }),
  },
  run: async (stage) => {
    prepare(stage);
    const done = await stage.codex('let sum take any number of arguments');
    assert.equal(finalText(done), 'Applied.', transcript(done));
    assertMended(stage, done);
    assert.deepEqual(turns(stage), ['patch-cheap', 'patch-strong']);
    assert.match(stage.plugboard('why', 'last'), /1 patch that does not apply/);
  },
};

const look = script([run('cat README.md')]);

export const repeatedCallCase: Case = {
  slug: 'auto-repeat',
  title: 'the same call over and over brings the strong model',
  scenario: only({}),
  strategy: 'auto',
  route: {
    'repeat-cheap': only({ 0: look, 1: look, 2: look }),
    'repeat-strong': only({ 3: script([say('It says hello.')]) }),
  },
  run: async (stage) => {
    const done = await stage.codex('what does the readme say');
    assert.equal(finalText(done), 'It says hello.', transcript(done));
    assert.deepEqual(turns(stage), ['repeat-cheap', 'repeat-strong']);
    assert.match(stage.plugboard('why', 'last'), /1 call made once too often \(exec_command, 3 times\)/);
  },
};

const judge: Scenario = () => script([think('Many files.'), say('85')]);

export const judgeCase: Case = {
  slug: 'auto-judge',
  title: 'a judge is asked once for all the steps of a task, and its answer begins it with the strong model',
  scenario: only({}),
  strategy: 'auto',
  targets: ['judge-cheap', 'judge-strong'],
  routeOptions: 'judge: { model: judge, timeout: 5s, threshold: 0.6 }',
  route: {
    'judge-cheap': only({}),
    'judge-strong': only({ 0: look, 1: look, 2: script([say('It says hello.')]) }),
    judge,
  },
  run: async (stage) => {
    const done = await stage.codex('what does the readme say');
    assert.equal(finalText(done), 'It says hello.', transcript(done));
    assert.deepEqual(turns(stage), ['judge', 'judge-strong']);
    assert.match(stage.plugboard('why', 'last'), /The judge "judge" gives 0\.85/);
  },
};

const SUMMARY = 'So far: sum.js was changed twice and its tests fail.';

/** Full after its first reply, so that Codex condenses the history; then it goes on from the summary. */
const strongest: Scenario = patient((turn) => {
  if (turn.tools.length === 0) return script([say(SUMMARY)], { usage: { input: 9_000, output: 20 } });
  if (!turn.userTexts.some((text) => text.includes(SUMMARY))) {
    return script([run('echo before > before.txt')], { usage: { input: 100_000, output: 50 } });
  }
  const usage = { input: 2_000, output: 20 };
  return turn.rounds === 0
    ? script([change(WORSE, RIGHT)], { usage })
    : script([say('Finished after the summary.')], { usage });
});

export const compactedCase: Case = {
  slug: 'auto-compaction',
  title: 'a task that was moved up twice stays there when Codex condenses the history that shows why',
  scenario: only({}),
  strategy: 'auto',
  window: 100_000,
  route: {
    'compaction-cheap': only({ 0: script([wrong]), 1: script([tests]) }),
    'compaction-middle': only({ 2: script([change(WRONG, WORSE)]), 3: script([tests]) }),
    'compaction-strong': strongest,
  },
  run: async (stage) => {
    prepare(stage);
    const done = await stage.codex('let sum take any number of arguments');
    assert.equal(finalText(done), 'Finished after the summary.', transcript(done));
    assert.ok(existsSync(join(stage.workspace.directory, 'before.txt')), transcript(done));
    assertMended(stage, done);
    // The history that is left after the compaction would be reason for one step only.
    assert.deepEqual(turns(stage), ['compaction-cheap', 'compaction-middle', 'compaction-strong']);
    assert.match(stage.plugboard('why', 'last'), /gave the task to it before/);
  },
};

const PLAN = 'The plan:\n1. read sum.js\n2. sum all arguments\n3. run the tests';

/** The planner has the first reply and the one after the failure; the executor all others.
 *  @param name  tells the runs of several pairs of protocols apart. @param executor  the id of its provider. */
export function splitCase(name: string, executor: string): Case {
  const planner = `${name}-planner`;
  const worker = `${name}-executor`;
  return {
    slug: `split-${name}`,
    title: `one model plans, another of ${executor} executes, and the first is back after a failure`,
    scenario: only({}),
    strategy: 'split',
    providers: { [worker]: executor },
    route: {
      [planner]: only({
        0: script([think('I should plan this.'), say(PLAN), run('cat sum.js')]),
        3: script([think('The rest was counted.'), say(PLAN), run('cat sum.js'), run('cat sum.test.js')]),
      }),
      [worker]: only({
        1: script([think('By the plan.'), wrong]),
        2: script([think('Now the tests.'), tests]),
        4: script([think('By the new plan.'), right]),
        5: script([tests]),
        6: script([say('It is done.')]),
      }),
    },
    run: async (stage) => {
      prepare(stage);
      const done = await stage.codex('let sum take any number of arguments');
      assert.equal(finalText(done), 'It is done.', transcript(done));
      assertMended(stage, done);
      assertCalls(done, 5, 2);
      assert.deepEqual(turns(stage), [planner, worker, planner, worker]);
      assert.match(stage.plugboard('why', 'last'), /It executes: a plan is written down, in reply 4 of the task/);
    },
  };
}
