import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { ensureToken, readToken, tokenFile } from './token.ts';

function home(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-token-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'home');
}

const posix = process.platform !== 'win32';

test('a token is made once, with 256 bits, for its owner alone', (t) => {
  const place = home(t);
  assert.equal(readToken(place), undefined);
  const token = ensureToken(place);
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  assert.equal(ensureToken(place), token);
  assert.equal(readToken(place), token);
  assert.deepEqual(readdirSync(place), ['token']);
  if (posix) {
    assert.equal(statSync(tokenFile(place)).mode & 0o777, 0o600);
    assert.equal(statSync(place).mode & 0o777, 0o700);
  }
});

test('a mode that is too open is mended', { skip: !posix && 'Windows has no modes' }, (t) => {
  const place = home(t);
  ensureToken(place);
  chmodSync(tokenFile(place), 0o644);
  ensureToken(place);
  assert.equal(statSync(tokenFile(place)).mode & 0o777, 0o600);
});

test('what is no token is replaced', (t) => {
  const place = home(t);
  ensureToken(place);
  writeFileSync(tokenFile(place), '');
  assert.equal(readToken(place), undefined);
  const token = ensureToken(place);
  assert.equal(readToken(place), token);
});

test('processes that make it at once agree on it', async (t) => {
  const place = home(t);
  const module = new URL('./token.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then((m) => process.stdout.write(m.ensureToken(process.argv[1])))`;
  const run = promisify(execFile);
  const results = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, ['-e', script, place])));
  assert.equal(new Set(results.map((result) => result.stdout)).size, 1);
  assert.deepEqual(readdirSync(place), ['token']);
});
