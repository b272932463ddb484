import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { exampleOf } from '../../src/simulator/example.ts';
import { type Scenario, say, script } from '../../src/simulator/script.ts';
import { codexEntry } from './harness/codex.ts';
import { type Case, startLab } from './harness/lab.ts';

const SLUGS = ['alpha', 'beta', 'gamma'] as const;

/** Codex asks for a title on its own, as JSON. */
const answer: Scenario = (turn) =>
  script([say(turn.schema === undefined ? `Hello from ${turn.model}.` : JSON.stringify(exampleOf(turn.schema)))]);

/** The interactive Codex in a terminal of 120 by 40: a turn, the picker, and a turn with the model picked there. */
async function session({ workspace, environment }: Parameters<Case['run']>[0]): Promise<void> {
  const socket = `plugboard-${process.pid}`;
  const tmux = (...args: readonly string[]) =>
    spawnSync('tmux', ['-L', socket, ...args], {
      cwd: workspace.directory,
      env: { ...environment, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      encoding: 'utf8',
    });
  const until = async (sign: RegExp) => {
    for (let tries = 0; tries < 300; tries += 1) {
      const screen = tmux('capture-pane', '-p').stdout;
      if (sign.test(screen)) return screen;
      await wait(100);
    }
    return assert.fail(`the screen never showed ${sign}:\n${tmux('capture-pane', '-p').stdout}`);
  };
  const trusted = `[projects.${JSON.stringify(workspace.directory)}]\ntrust_level = "trusted"\n`;
  appendFileSync(join(workspace.codexHome, 'config.toml'), trusted);
  try {
    const started = tmux('new-session', '-d', '-x', '120', '-y', '40', process.execPath, codexEntry(), '--no-daemon');
    assert.equal(started.status, 0, started.stderr);
    const type = async (text: string, sign: RegExp) => {
      await until(/Ask Codex to do anything/);
      tmux('send-keys', text);
      await until(sign);
      tmux('send-keys', 'Enter');
    };
    // The picker is closed until Codex has started up whole, so a turn comes first.
    await type('hello', /› hello/);
    await until(/Hello from alpha/);
    await type('/model', /choose what model/);
    const picker = await until(/Select Model/);
    for (const slug of SLUGS) assert.match(picker, new RegExp(`\\d\\. ${slug} `), picker);
    tmux('send-keys', 'Down');
    tmux('send-keys', 'Enter');
    await until(/Select Reasoning Level/i);
    tmux('send-keys', 'Enter');
    await type('hello again', /› hello again/);
    await until(/Hello from beta/);
  } finally {
    tmux('kill-server');
  }
}

test('the TUI lists our models in its picker and talks to the one that was picked', async () => {
  if (spawnSync('tmux', ['-V']).status !== 0) {
    console.log('not run: TUI test because tmux is missing');
    return;
  }
  const cases = SLUGS.map((slug): Case => ({ slug, title: slug, scenario: answer, run: session }));
  const lab = await startLab('openai-chat', cases, 'protocol: openai-chat');
  try {
    const [first] = cases;
    assert.ok(first);
    await lab.perform(first);
  } finally {
    await lab.close();
  }
});
