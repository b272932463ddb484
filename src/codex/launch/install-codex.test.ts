import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REAL_CODEX, scratch } from '../testing/real-codex.ts';
import { installCodex, installedCodex, npmCommand } from './install-codex.ts';

const POSIX = process.platform !== 'win32';
const there =
  (...paths: string[]) =>
  (path: string): boolean =>
    paths.includes(path);

test('npm is found on each platform', () => {
  const windows = { Path: 'C:\\x;C:\\node' };
  const own = 'C:\\node\\node_modules\\npm\\bin\\npm-cli.js';
  assert.deepEqual(npmCommand(windows, 'win32', 'C:\\node.exe', there(own)), ['C:\\node.exe', own]);
  assert.deepEqual(npmCommand({ PATH: '/a:/b' }, 'linux', '/n', there('/b/npm')), ['/b/npm']);
  const started = { npm_execpath: '/lib/npm-cli.js', PATH: '/b' };
  assert.deepEqual(npmCommand(started, 'darwin', '/n', there('/lib/npm-cli.js', '/b/npm')), ['/n', '/lib/npm-cli.js']);
  assert.throws(() => npmCommand({ PATH: '/a' }, 'linux', '/n', there()), /no npm on the PATH.*npm install -g/);
});

test('Codex goes into our folder and is found there', { skip: !POSIX }, async (context) => {
  const { home, work } = scratch(context);
  const npm = join(work, 'npm-cli.js');
  const shell = `#!/bin/sh\nexec "${REAL_CODEX.command.join('" "')}" "$@"\n`;
  writeFileSync(
    npm,
    `const { chmodSync, mkdirSync, writeFileSync } = require('node:fs');
     const folder = process.argv[process.argv.indexOf('--prefix') + 1] + '/node_modules/.bin';
     mkdirSync(folder, { recursive: true });
     writeFileSync(folder + '/codex', ${JSON.stringify(shell)});
     chmodSync(folder + '/codex', 0o755);`,
  );
  const environment = { ...process.env, npm_execpath: npm };
  assert.equal(await installedCodex(environment, home), undefined);
  const codex = await installCodex(environment, home);
  assert.equal(codex.path, join(home, 'codex', 'node_modules', '.bin', 'codex'));
  assert.match(codex.version ?? '', /^\d/);
  assert.deepEqual(await installedCodex(environment, home), codex);
});

test('npm’s own words say why it failed', { skip: !POSIX }, async (context) => {
  const { home, work } = scratch(context);
  const npm = join(work, 'npm-cli.js');
  writeFileSync(npm, 'console.error("npm error code ENOTFOUND\\nnpm error no network"); process.exit(1)');
  await assert.rejects(installCodex({ ...process.env, npm_execpath: npm }, home), /installed: no network\. Run: npm/);
});
