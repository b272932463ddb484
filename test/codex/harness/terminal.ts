import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codexEntry } from './codex.ts';
import type { Stage } from './lab.ts';

/** The interactive Codex in a terminal of 120 by 40.
 *  @property until  waits for a sign on the screen. @returns the screen.
 *  @property type   into the prompt, once it is there, and sends it when the sign shows.
 *  @property key    by tmux's name for it. */
export type Terminal = {
  readonly until: (sign: RegExp) => Promise<string>;
  readonly type: (text: string, sign: RegExp) => Promise<void>;
  readonly key: (name: string) => void;
};

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}

/** Runs Codex's TUI as long as `use` does. */
export async function inTerminal(
  { workspace, environment }: Pick<Stage, 'workspace' | 'environment'>,
  use: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const socket = `plugboard-${process.pid}`;
  const tmux = (...args: readonly string[]) =>
    spawnSync('tmux', ['-L', socket, ...args], {
      cwd: workspace.directory,
      env: { ...environment, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      encoding: 'utf8',
    });
  const until = async (sign: RegExp): Promise<string> => {
    for (let tries = 0; tries < 300; tries += 1) {
      const screen = tmux('capture-pane', '-p').stdout;
      if (sign.test(screen)) return screen;
      await wait(100);
    }
    return assert.fail(`the screen never showed ${sign}:\n${tmux('capture-pane', '-p').stdout}`);
  };
  const key = (name: string): void => void tmux('send-keys', name);
  const trusted = `[projects.${JSON.stringify(workspace.directory)}]\ntrust_level = "trusted"\n`;
  appendFileSync(join(workspace.codexHome, 'config.toml'), trusted);
  try {
    const started = tmux('new-session', '-d', '-x', '120', '-y', '40', process.execPath, codexEntry(), '--no-daemon');
    assert.equal(started.status, 0, started.stderr);
    await use({
      until,
      key,
      type: async (text, sign) => {
        await until(/Ask Codex to do anything/);
        key(text);
        await until(sign);
        key('Enter');
      },
    });
  } finally {
    tmux('kill-server');
  }
}
