import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { exampleOf } from '../../src/simulator/example.ts';
import { type Scenario, say, script } from '../../src/simulator/script.ts';
import { lastUserText } from '../../src/simulator/turn.ts';
import { codexEntry } from './harness/codex.ts';
import { type Case, type Stage, startLab } from './harness/lab.ts';

/** Plans where it is asked to, and says who it is. */
const answer: Scenario = (turn) => {
  if (turn.schema !== undefined) return script([say(JSON.stringify(exampleOf(turn.schema)))]);
  if (lastUserText(turn) === 'Implement the plan.') return script([say(`Done by ${turn.model}.`)]);
  return script([say(`Planned by ${turn.model}.\n<proposed_plan>\nFirst one, then the other.\n</proposed_plan>`)]);
};

/** Plan mode by its key, a plan, and its acceptance, in a terminal of 120 by 40. */
async function session({ workspace, environment, replies }: Stage): Promise<void> {
  const socket = `plugboard-plan-${process.pid}`;
  const tmux = (...args: readonly string[]) =>
    spawnSync('tmux', ['-L', socket, ...args], {
      cwd: workspace.directory,
      env: { ...environment, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      encoding: 'utf8',
    });
  const until = async (sign: RegExp, press?: string) => {
    for (let tries = 0; tries < 300; tries += 1) {
      if (sign.test(tmux('capture-pane', '-p').stdout)) return;
      // Keys that come while Codex still starts up are lost.
      if (press !== undefined && tries % 30 === 0) tmux('send-keys', press);
      await wait(100);
    }
    assert.fail(`the screen never showed ${sign}:\n${tmux('capture-pane', '-p').stdout}`);
  };
  const trusted = `[projects.${JSON.stringify(workspace.directory)}]\ntrust_level = "trusted"\n`;
  appendFileSync(join(workspace.codexHome, 'config.toml'), trusted);
  try {
    const started = tmux('new-session', '-d', '-x', '120', '-y', '40', process.execPath, codexEntry(), '--no-daemon');
    assert.equal(started.status, 0, started.stderr);
    await until(/Ask Codex to do anything/);
    await until(/Plan mode/, 'BTab');
    tmux('send-keys', 'plan the work');
    await until(/› plan the work/);
    tmux('send-keys', 'Enter');
    await until(/Planned by planner/);
    await until(/Implement this plan\?/);
    tmux('send-keys', 'Enter');
    await until(/Done by executor/);
  } finally {
    tmux('kill-server');
  }
  const turns = replies().filter(
    ({ requestHeaders }) => !String(requestHeaders['x-codex-turn-metadata']).includes('thread_title'),
  );
  assert.deepEqual(
    turns.map(({ headers }) => headers['x-plugboard-model']),
    ['planner', 'executor'],
  );
}

test("Codex's plan mode goes to the planner of a split route, and the accepted plan to its executor", async () => {
  if (spawnSync('tmux', ['-V']).status !== 0) {
    console.log('not run: test of the plan mode because tmux is missing');
    return;
  }
  const one: Case = {
    slug: 'plan-mode',
    title: 'plan mode',
    scenario: answer,
    strategy: 'split',
    route: { planner: answer, executor: answer },
    run: session,
  };
  const lab = await startLab('openai-chat', [one], 'protocol: openai-chat');
  try {
    await lab.perform(one);
  } finally {
    await lab.close();
  }
});
