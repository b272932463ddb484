import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REAL_CODEX, scratch } from '../testing/real-codex.ts';
import { codexOnPath, commandOf, findCodex, isAtLeast, parseVersion } from './find-codex.ts';

const there =
  (...paths: string[]) =>
  (path: string): boolean =>
    paths.includes(path);

test("the user's own Codex goes before a checkout's", () => {
  const environment = { PATH: '/w/node_modules/.bin:/usr/bin', npm_execpath: 'x' };
  const both = there('/w/node_modules/.bin/codex', '/usr/bin/codex');
  assert.equal(codexOnPath(environment, 'linux', both), '/usr/bin/codex');
  assert.equal(codexOnPath(environment, 'linux', there('/w/node_modules/.bin/codex')), '/w/node_modules/.bin/codex');
  assert.equal(codexOnPath({ PATH: environment.PATH }, 'linux', both), '/w/node_modules/.bin/codex');
  assert.equal(codexOnPath(environment, 'linux', there()), undefined);
});

test('on Windows programs and npm’s .cmd files count, whatever PATH is called', () => {
  const environment = { Path: 'C:\\a;C:\\b' };
  assert.equal(codexOnPath(environment, 'win32', there('C:\\b\\codex.cmd')), 'C:\\b\\codex.cmd');
  const both = there('C:\\b\\codex.cmd', 'C:\\b\\codex.exe');
  assert.equal(codexOnPath(environment, 'win32', both), 'C:\\b\\codex.exe');
});

test('a .cmd file is looked through to its script', () => {
  const npm =
    'endLocal & goto #_undefined_# 2>NUL || "%_prog%"  "%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*';
  const pnpm = '@"%~dp0\\node.exe"  "%~dp0\\..\\@openai\\codex\\bin\\codex.js" %*';
  const command = (text: string): readonly string[] => commandOf('C:\\b\\codex.cmd', 'win32', () => text);
  assert.deepEqual(command(npm), [process.execPath, 'C:\\b\\node_modules\\@openai\\codex\\bin\\codex.js']);
  assert.deepEqual(command(pnpm), [process.execPath, 'C:\\@openai\\codex\\bin\\codex.js']);
  assert.deepEqual(
    commandOf('C:\\b\\codex.exe', 'win32', () => ''),
    ['C:\\b\\codex.exe'],
  );
  assert.deepEqual(
    commandOf('/usr/bin/codex', 'linux', () => ''),
    ['/usr/bin/codex'],
  );
});

test('versions are read and compared', () => {
  assert.equal(parseVersion('codex-cli 0.169.0\n'), '0.169.0');
  assert.equal(parseVersion('codex-cli 0.170.0-alpha.4\n'), '0.170.0-alpha.4');
  assert.equal(parseVersion('?'), undefined);
  assert.equal(isAtLeast('0.118.0', '0.118'), true);
  assert.equal(isAtLeast('0.117.9', '0.118'), false);
  assert.equal(isAtLeast('1.0.0', '0.118'), true);
  assert.equal(isAtLeast('0.118.0-alpha.1', '0.118.0'), true);
});

test('the real Codex is found and tells its version', { skip: process.platform === 'win32' }, async (context) => {
  const { work } = scratch(context);
  const [node, script] = REAL_CODEX.command;
  writeFileSync(join(work, 'codex'), `#!/bin/sh\nexec "${node}" "${script}" "$@"\n`);
  chmodSync(join(work, 'codex'), 0o755);
  const codex = await findCodex({ ...process.env, PATH: work });
  assert.equal(codex?.path, join(work, 'codex'));
  assert.match(codex?.version ?? '', /^\d+\.\d+\.\d+/);
  assert.equal(await findCodex({ PATH: '/nowhere' }), undefined);
});

test('a Codex that does not run is found without a version', {
  skip: process.platform === 'win32',
}, async (context) => {
  const { work } = scratch(context);
  writeFileSync(join(work, 'codex'), '#!/bin/sh\nexit 3\n');
  chmodSync(join(work, 'codex'), 0o755);
  assert.deepEqual(await findCodex({}, join(work, 'codex')), {
    path: join(work, 'codex'),
    command: [join(work, 'codex')],
    version: undefined,
  });
});
