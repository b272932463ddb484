import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bench, type TestBench } from '../testing/context.ts';

const CONFIG = `# mine
server: { port: 45671 }
providers: { work: { protocol: openai-chat, base_url: "http://127.0.0.1:1/v1" } }
models:
  - { slug: one, provider: work }
  - { slug: two, provider: work }
default_model: one # the first
`;
const CODEX_CONFIG = '# my own words\nmodel = "gpt-5"\n\n[features]\nplugins = false\n';

test('enable shows, takes, and disable gives back byte for byte', async (t) => {
  const made = withHomes(bench(t));
  const { run, said, codexHome } = made;
  const file = join(codexHome, 'config.toml');
  assert.equal(await run('enable', '--dry-run'), 0, said.err);
  assert.match(said.out, /^\+model = "one"$/m);
  assert.match(said.out, /^\+.*127\.0\.0\.1:45671\/v1/m);
  assert.equal(readFileSync(file, 'utf8'), CODEX_CONFIG);

  assert.equal(await run('enable'), 0);
  const taken = readFileSync(file, 'utf8');
  assert.match(taken, /model_provider = "plugboard"/);
  assert.match(taken, /"token", "--start"/);
  said.out = '';
  assert.equal(await run('enable'), 0);
  assert.match(said.out, /points at the gateway already/);

  assert.equal(await run('disable', '--json'), 0);
  assert.equal(readFileSync(file, 'utf8'), CODEX_CONFIG);
  assert.equal(await run('disable'), 0);
  assert.match(said.out, /was not pointed at the gateway/);
});

test('use changes the default, and Codex’s model while it is enabled', async (t) => {
  const made = withHomes(bench(t));
  const { run, said, home, codexHome } = made;
  assert.equal(await run('use', 'two'), 0, said.err);
  assert.equal(
    readFileSync(join(home, 'config.yaml'), 'utf8'),
    CONFIG.replace('default_model: one', 'default_model: two'),
  );
  assert.equal(readFileSync(join(codexHome, 'config.toml'), 'utf8'), CODEX_CONFIG);
  await run('enable');
  assert.equal(await run('model', 'use', 'one'), 0);
  assert.match(readFileSync(join(codexHome, 'config.toml'), 'utf8'), /^model = "one"/m);
  assert.equal(await run('use', 'onne'), 1);
  assert.match(said.err, /no model or route is called "onne"\n {2}mend: Nearest: one/);
});

test('stop gives Codex’s config back, unless it is to be kept', async (t) => {
  const { run, codexHome } = withHomes(bench(t));
  const file = join(codexHome, 'config.toml');
  await run('enable');
  assert.equal(await run('stop', '--keep'), 0);
  assert.notEqual(readFileSync(file, 'utf8'), CODEX_CONFIG);
  assert.equal(await run('stop'), 0);
  assert.equal(readFileSync(file, 'utf8'), CODEX_CONFIG);
});

test('a profile leaves the main config alone, and a file of the user’s too', async (t) => {
  const { run, said, codexHome } = withHomes(bench(t));
  assert.equal(await run('profile', 'write'), 0, said.err);
  assert.match(readFileSync(join(codexHome, 'plugboard.config.toml'), 'utf8'), /model_provider = "plugboard"/);
  assert.equal(readFileSync(join(codexHome, 'config.toml'), 'utf8'), CODEX_CONFIG);
  writeFileSync(join(codexHome, 'mine.config.toml'), 'model = "x"\n');
  assert.equal(await run('profile', 'write', 'mine'), 1);
  assert.equal(readFileSync(join(codexHome, 'mine.config.toml'), 'utf8'), 'model = "x"\n');
  assert.equal(await run('profile', 'write', 'mine', '--force'), 0);
  assert.equal(await run('profile', 'write', 'a/b'), 1);
});

test('a home that is not the usual one is named in Codex’s file, for a Codex without our variable', async (t) => {
  const made = bench(t, { PLUGBOARD_HOME: 'set' });
  const { run, home, codexHome } = withHomes(made);
  await run('enable');
  const text = readFileSync(join(codexHome, 'config.toml'), 'utf8');
  assert.ok(text.includes(`"token", "--start", "--home", ${JSON.stringify(home)}`), text);
});

test('without Codex: what to install', async (t) => {
  const { run, said } = withHomes(bench(t, { PATH: '' }));
  assert.equal(await run('codex', '--help'), 1);
  assert.match(said.err, /^plugboard: Codex was not found on the PATH\n {2}mend: npm install -g @openai\/codex\n$/);
  assert.equal(await run('enable'), 0);
  assert.match(said.out, /Codex itself was not found/);
});

test('the overview is five lines and the next step', async (t) => {
  const { run, said } = withHomes(bench(t, { PATH: '' }));
  assert.equal(await run(), 0, said.err);
  assert.match(said.out, /^gateway +not running\nmodels +2 models, 0 routes, default one\nproviders +work\n/);
  assert.match(said.out, /codex +not found\nlast +no request yet\n\nNext: npm install -g @openai\/codex\n$/);
  said.out = '';
  assert.equal(await run('--json'), 0);
  const { gateway, models, enabled, next } = JSON.parse(said.out);
  assert.deepEqual([gateway, models, enabled, next], [null, 2, false, 'npm install -g @openai/codex']);
});

test('uninstall gives back, removes what is ours, and names what is left', async (t) => {
  const { run, said, home, codexHome } = withHomes(bench(t));
  writeFileSync(join(home, '.env'), 'A=1\n');
  await run('enable');
  await run('profile', 'write');
  assert.equal(await run('uninstall'), 2);
  assert.match(said.err, /mend: plugboard uninstall --yes/);
  assert.equal(await run('uninstall', '--yes'), 0, said.err);
  assert.equal(readFileSync(join(codexHome, 'config.toml'), 'utf8'), CODEX_CONFIG);
  assert.deepEqual(readdirSync(home).sort(), ['.env', 'config.yaml']);
  assert.deepEqual(readdirSync(codexHome), ['config.toml']);
  assert.match(said.out, /Left, since it is yours: .*config\.yaml/);
  assert.match(said.out, /npm uninstall -g plugboard\n$/);
});

test('uninstall of nothing leaves no folder behind', async (t) => {
  const { run, home } = bench(t);
  await run('token');
  assert.equal(await run('uninstall', '--yes'), 0);
  assert.equal(existsSync(home), false);
});

function withHomes(made: TestBench): TestBench {
  mkdirSync(made.home);
  mkdirSync(made.codexHome);
  writeFileSync(join(made.home, 'config.yaml'), CONFIG);
  writeFileSync(join(made.codexHome, 'config.toml'), CODEX_CONFIG);
  return made;
}
