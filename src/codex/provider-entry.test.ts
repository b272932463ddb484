import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { Secret } from '../providers/provider.ts';
import { holdsSecret, providerMembers, providerTable, toToml } from './provider-entry.ts';

const token = { secret: new Secret('pb-token') };
const command = { kind: 'command', command: '/n', args: ['/p.js', 'token', '--start'] } as const;

test('only an entry that holds a secret says so', () => {
  const holds = (auth: Parameters<typeof holdsSecret>[0]['auth']): boolean =>
    holdsSecret({ baseUrl: 'http://g/v1', auth });
  assert.equal(holds(command), false);
  assert.equal(holds({ kind: 'token', token }), true);
  assert.equal(holds({ kind: 'login', token }), true);
  assert.equal(holds({ kind: 'login', token: { variable: 'V' } }), false);
});

test('what the gateway can do is said where it is wanted alone', () => {
  const plain = providerTable({ baseUrl: 'http://g/v1', auth: command });
  assert.doesNotMatch(plain.join('\n'), /websocket|capabilities/);
  const lines = providerTable({ baseUrl: 'http://g/v1', auth: command, remoteCompaction: true, websocket: true });
  assert.ok(lines.includes('capabilities = { remote_compaction = "v2" }'));
  assert.ok(lines.includes('supports_websockets = true'));
});

test('headers of our own go along with every kind of credential', () => {
  const headers = { 'x-plugboard-tag': 'a run' };
  const members = (auth: Parameters<typeof holdsSecret>[0]['auth']) =>
    providerMembers({ baseUrl: 'http://g/v1', auth, headers });
  assert.deepEqual(members(command)['http_headers'], headers);
  assert.deepEqual(members({ kind: 'token', token })['http_headers'], headers);
  assert.deepEqual(members({ kind: 'login', token })['http_headers'], { ...headers, 'x-api-key': 'pb-token' });
  const variable = members({ kind: 'login', token: { variable: 'V' } });
  assert.deepEqual(variable['http_headers'], headers);
  assert.deepEqual(variable['env_http_headers'], { 'x-api-key': 'V' });
  assert.equal(providerMembers({ baseUrl: 'http://g/v1', auth: command })['http_headers'], undefined);
});

test('whatever a path holds, TOML gives it back', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'grapheme' })), (command, args) => {
      fc.pre(command.isWellFormed() && args.every((arg) => arg.isWellFormed()));
      const entry = { baseUrl: 'http://g/v1', auth: { kind: 'command', command, args } } as const;
      const inline = parse(`x = ${toToml(providerMembers(entry))}`);
      const table = parse(providerTable(entry).join('\n'));
      assert.deepEqual(JSON.parse(JSON.stringify(inline['x'])), providerMembers(entry));
      assert.deepEqual(JSON.parse(JSON.stringify(table)).model_providers.plugboard, providerMembers(entry));
    }),
  ));
