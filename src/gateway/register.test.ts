import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RunState, readRunState } from '../config/run-state.ts';
import { register } from './register.ts';

function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-register-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

const state = (instance: string): RunState => ({
  pid: process.pid,
  url: `http://127.0.0.1:1/${instance}`,
  startedAt: 1,
  version: '0',
  configFile: 'config.yaml',
  instance,
});

test('of two gateways the later is found, and when it ends the earlier again', (t) => {
  const home = homeFor(t);
  const endFirst = register(home, state('first'));
  const endSecond = register(home, state('second'));
  assert.deepEqual(readRunState(home), { status: 'running', state: state('second') });
  endSecond();
  assert.deepEqual(readRunState(home), { status: 'running', state: state('first') });
  endFirst();
  assert.deepEqual(readRunState(home), { status: 'absent' });
});

test('an earlier gateway that ends first leaves the later alone', (t) => {
  const home = homeFor(t);
  const endFirst = register(home, state('first'));
  register(home, state('second'));
  endFirst();
  assert.deepEqual(readRunState(home), { status: 'running', state: state('second') });
});
