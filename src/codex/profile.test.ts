import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { Secret } from '../providers/provider.ts';
import { isOwnProfile, profileText, writeProfile } from './profile.ts';
import type { ProviderEntry } from './provider-entry.ts';
import { memoryFiles } from './testing/memory-files.ts';

const entry: ProviderEntry = {
  baseUrl: 'http://127.0.0.1:38440/v1',
  auth: {
    kind: 'command',
    command: 'C:\\Program Files\\node.exe',
    args: ['C:\\p b\\plugboard.js', 'token', '--start'],
  },
};
const PROFILE = join('/codex', 'plugboard.config.toml');
const options = { codexHome: '/codex', name: 'plugboard', model: 'slug', entry };

test('a profile is a file of its own, and ours may be written again', () => {
  const files = memoryFiles();
  assert.equal(writeProfile(options, files.port), PROFILE);
  writeProfile({ ...options, model: 'other', catalogFile: '/home/catalog.json' }, files.port);
  const file = files.content.get(PROFILE);
  const document = parse(Buffer.from(file?.bytes ?? []).toString('utf8'));
  assert.equal(document['model'], 'other');
  assert.equal(document['model_provider'], 'plugboard');
  assert.equal(document['model_catalog_json'], '/home/catalog.json');
  assert.match(JSON.stringify(document), /"command":"C:\\\\Program Files\\\\node.exe"/);
  assert.deepEqual([...files.content.keys()], [PROFILE]);
});

test('a file that is not ours is refused, with the way out', () => {
  const files = memoryFiles();
  files.content.set(PROFILE, { bytes: Buffer.from('model = "mine"\n'), mode: 0o644 });
  assert.throws(() => writeProfile(options, files.port), /not ours.*plugboard-gateway.*--force/);
  writeProfile({ ...options, overwrite: true }, files.port);
  writeProfile(options, files.port);
});

test('a token in it makes it private; a name with a path in it is no name', () => {
  const files = memoryFiles();
  const auth = { kind: 'token', token: { secret: new Secret('t') } } as const;
  writeProfile({ ...options, entry: { ...entry, auth } }, files.port);
  assert.equal(files.content.get(PROFILE)?.mode, 0o600);
  assert.throws(() => writeProfile({ ...options, name: '../x' }, files.port), /no name for a profile/);
});

test('a profile is ours to remove until the user adds to it', () => {
  const text = profileText(options);
  assert.equal(isOwnProfile(text), true);
  assert.equal(isOwnProfile(`${text}\n[features]\nx = true\n`), false);
  assert.equal(isOwnProfile(`${text}\n[model_providers.mine]\nname = "M"\n`), false);
  assert.equal(isOwnProfile('model = "mine"\n'), false);
  assert.equal(isOwnProfile(`${text}=`), false);
});
