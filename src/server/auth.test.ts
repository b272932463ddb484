import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate, callerOf } from './auth.ts';

test('a client is known by its originator, else by its product, and by no more than a name', () => {
  assert.deepEqual(callerOf({ originator: 'codex_exec', 'user-agent': 'curl/8' }), {
    id: 'local',
    originator: 'codex_exec',
  });
  assert.deepEqual(callerOf({ originator: '', 'user-agent': 'OpenAI/JS 7.55.0' }), {
    id: 'local',
    originator: 'OpenAI/JS',
  });
  assert.deepEqual(callerOf({ 'user-agent': 'claude-cli/2.1.0 (external, cli)' }), {
    id: 'local',
    originator: 'claude-cli',
  });
  assert.deepEqual(callerOf({}), { id: 'local' });
  assert.equal(callerOf({ originator: 'x'.repeat(9_000) }).originator?.length, 100);
});

test('the token goes no further, and a login beside it does', () => {
  const tokens = ['token-of-the-test'];
  const own = authenticate({ authorization: 'Bearer token-of-the-test', 'x-other': '1' }, tokens);
  assert.deepEqual(own.ok && own.headers, { 'x-other': '1' });
  const login = authenticate({ 'x-api-key': 'token-of-the-test', authorization: 'Bearer login' }, tokens);
  assert.deepEqual(login.ok && login.headers, { authorization: 'Bearer login' });
  const twice = authenticate({ 'x-api-key': 'token-of-the-test', authorization: 'Bearer token-of-the-test' }, tokens);
  assert.deepEqual(twice.ok && twice.headers, {});
  assert.equal(authenticate({ authorization: 'Bearer token-of-the-tesT' }, tokens).ok, false);
  assert.equal(authenticate({ 'x-api-key': '', authorization: 'Bearer token-of-the-test' }, tokens).ok, false);
  assert.equal(authenticate({ authorization: 'Bearer x' }, []).ok, false);
});
