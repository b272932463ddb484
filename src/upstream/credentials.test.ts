import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../ir/failure.ts';
import type { AuthScheme } from '../providers/provider.ts';
import { withCredentials } from './credentials.ts';
import { testCall, testTarget } from './testing/targets.ts';
import type { Transport, UpstreamCall } from './upstream.ts';

const LOGIN = {
  authorization: 'Bearer made-up-login-of-chatgpt',
  'chatgpt-account-id': 'account-1',
  'x-codex-turn-metadata': '{"workspaces":{}}',
  originator: 'codex_exec',
  'session-id': 's1',
  cookie: 'secret=1',
  'x-forwarded-for': '10.0.0.1',
};

async function sent(auth: AuthScheme, options: { key?: string | null; local?: boolean; client?: object } = {}) {
  let seen: UpstreamCall | undefined;
  const wire: Transport = async (call) => {
    seen = call;
    throw new GatewayError({ kind: 'transport', message: 'enough' });
  };
  const target = testTarget(
    { auth, local: options.local ?? false, headers: { 'x-team': 'blue' } },
    options.key === undefined ? 'the-key' : options.key,
  );
  const call = testCall(target, { clientHeaders: { ...LOGIN, ...options.client } });
  await assert.rejects(async () => withCredentials(wire)(call));
  return seen?.headers;
}

test('a key goes where its scheme says, and of the client nothing', async () => {
  assert.deepEqual(await sent({ type: 'bearer' }), {
    'content-type': 'application/json',
    'x-team': 'blue',
    authorization: 'Bearer the-key',
  });
  assert.deepEqual(await sent({ type: 'header', name: 'x-api-key' }), {
    'content-type': 'application/json',
    'x-team': 'blue',
    'x-api-key': 'the-key',
  });
  assert.deepEqual(await sent({ type: 'none' }), { 'content-type': 'application/json', 'x-team': 'blue' });
  assert.deepEqual(await sent({ type: 'bearer' }, { key: null, local: true }), {
    'content-type': 'application/json',
    'x-team': 'blue',
  });
});

test("Codex's own login goes to a passthrough provider, with the headers of Codex and no others", async () => {
  const { authorization, cookie, 'x-forwarded-for': _, ...codex } = LOGIN;
  assert.equal(cookie, 'secret=1');
  assert.deepEqual(await sent({ type: 'passthrough' }, { key: null }), {
    'content-type': 'application/json',
    'x-team': 'blue',
    authorization,
    ...codex,
  });
});

test('nothing is sent without what signs it', async () => {
  assert.equal(await sent({ type: 'bearer' }, { key: null }), undefined);
  assert.equal(await sent({ type: 'passthrough' }, { key: null, client: { authorization: undefined } }), undefined);
});
