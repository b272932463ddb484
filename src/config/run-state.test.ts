import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RunState, readRunState, removeRunState, runStateFile, writeRunState } from './run-state.ts';

function home(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-run-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const state: RunState = {
  pid: process.pid,
  url: 'http://127.0.0.1:38440',
  startedAt: 1,
  version: '0.1.0',
  configFile: '/home/me/.plugboard/config.yaml',
  instance: 'one',
};

test('what is written is read, while the process lives', (t) => {
  const place = home(t);
  assert.deepEqual(readRunState(place), { status: 'absent' });
  writeRunState(place, state);
  assert.deepEqual(readRunState(place), { status: 'running', state });
});

test('a process that is gone leaves a stale state', (t) => {
  const place = home(t);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  writeRunState(place, { ...state, pid: gone });
  assert.equal(readRunState(place).status, 'stale');
});

test('only its own instance removes it', (t) => {
  const place = home(t);
  writeRunState(place, state);
  removeRunState(place, 'two');
  assert.equal(readRunState(place).status, 'running');
  removeRunState(place, 'one');
  assert.equal(readRunState(place).status, 'absent');
});

test('half a file counts as none', (t) => {
  const place = home(t);
  mkdirSync(join(place, 'run'));
  writeFileSync(runStateFile(place), '{"pid": 1');
  assert.deepEqual(readRunState(place), { status: 'absent' });
});
