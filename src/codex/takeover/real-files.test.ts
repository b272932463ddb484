import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../providers/provider.ts';
import { nodeFiles } from './file-port.ts';
import { MARKER_ENTRY, MARKER_KEYS } from './marks.ts';
import type { TakeoverFacts } from './take.ts';
import { disable, enable, recover, takeoverStatus } from './takeover.ts';
import { TakeoverError } from './takeover-error.ts';

const POSIX = process.platform !== 'win32';
const FACTS: TakeoverFacts = {
  model: 'codex-default',
  entry: {
    baseUrl: 'http://127.0.0.1:38440/v1',
    auth: { kind: 'command', command: process.execPath, args: ['/opt/plugboard.js', 'token', '--start'] },
  },
};
const ORIGINAL = '# mine\r\nmodel = "gpt-5.5"   # best\r\n\r\n[tui]\r\nx = 1';

type Machine = { readonly home: string; readonly codexHome: string; readonly config: string };

function machine(context: TestContext, text?: string): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-takeover-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const codexHome = join(folder, 'codex');
  const config = join(codexHome, 'config.toml');
  if (text !== undefined) {
    mkdirSync(codexHome);
    writeFileSync(config, text);
  }
  return { home: join(folder, 'home'), codexHome, config };
}

const read = (path: string): string => readFileSync(path, 'utf8');
const mode = (path: string): number => statSync(path).mode & 0o777;

test('bytes and mode come back', (context) => {
  const at = machine(context, ORIGINAL);
  chmodSync(at.config, 0o640);
  const change = enable(at, FACTS);
  assert.match(change.diff, /^\+model_provider = "plugboard"/m);
  assert.deepEqual(takeoverStatus(at), { on: true, path: at.config, model: 'codex-default' });
  if (POSIX) assert.equal(mode(at.config), 0o640);
  disable(at);
  assert.equal(read(at.config), ORIGINAL);
  if (POSIX) assert.equal(mode(at.config), 0o640);
  assert.deepEqual(readdirSync(at.codexHome), ['config.toml']);
  assert.deepEqual(takeoverStatus(at), { on: false, path: at.config });
});

test('a dry run writes nothing at all', (context) => {
  const at = machine(context, ORIGINAL);
  const change = enable(at, FACTS, { dryRun: true });
  assert.equal(change.changed, true);
  assert.equal(read(at.config), ORIGINAL);
  assert.equal(existsSync(at.home), false);
});

test('without a file there is none afterwards, nor the folder that was made for it', (context) => {
  const at = machine(context);
  enable(at, FACTS);
  assert.match(read(at.config), /model_provider = "plugboard"/);
  disable(at);
  assert.equal(existsSync(at.codexHome), false);
});

test('without a file before, what Codex has written since stays', (context) => {
  const at = machine(context);
  enable(at, FACTS);
  writeFileSync(at.config, `${read(at.config)}\n[projects."/p"]\ntrust_level = "trusted"\n`);
  disable(at);
  assert.equal(read(at.config).trim(), '[projects."/p"]\ntrust_level = "trusted"');
});

test('a token in the file makes it the user’s alone, and the diff does not show it', { skip: !POSIX }, (context) => {
  const at = machine(context, ORIGINAL);
  chmodSync(at.config, 0o644);
  const token = { secret: new Secret('pb-secret-token') };
  for (const kind of ['token', 'login'] as const) {
    const change = enable(at, { ...FACTS, entry: { ...FACTS.entry, auth: { kind, token } } });
    assert.equal(mode(at.config), 0o600);
    assert.match(read(at.config), /pb-secret-token/);
    assert.doesNotMatch(change.diff, /pb-secret-token/);
  }
  assert.doesNotMatch(disable(at).diff, /pb-secret-token/);
  assert.equal(mode(at.config), 0o644);
  assert.equal(read(at.config), ORIGINAL);
});

test('a linked file is written through its link', { skip: !POSIX }, (context) => {
  const at = machine(context);
  const dotfiles = join(at.codexHome, '..', 'dotfiles.toml');
  mkdirSync(at.codexHome);
  writeFileSync(dotfiles, ORIGINAL);
  symlinkSync('../dotfiles.toml', at.config);
  enable(at, FACTS);
  assert.ok(lstatSync(at.config).isSymbolicLink());
  assert.match(read(dotfiles), /model_provider = "plugboard"/);
  disable(at);
  assert.equal(readlinkSync(at.config), '../dotfiles.toml');
  assert.equal(read(dotfiles), ORIGINAL);
});

test('a link to nothing leads to nothing again', { skip: !POSIX }, (context) => {
  const at = machine(context);
  mkdirSync(at.codexHome);
  symlinkSync('../dotfiles.toml', at.config);
  enable(at, FACTS);
  disable(at);
  assert.ok(lstatSync(at.config).isSymbolicLink());
  assert.equal(existsSync(at.config), false);
});

test('a read-only file is taken over and is read-only again', (context) => {
  const at = machine(context, ORIGINAL);
  chmodSync(at.config, 0o444);
  enable(at, FACTS);
  assert.match(read(at.config), /model_provider = "plugboard"/);
  disable(at);
  assert.equal(read(at.config), ORIGINAL);
  if (POSIX) assert.equal(mode(at.config), 0o444);
});

test('a folder in the place of the file is named', (context) => {
  const at = machine(context);
  mkdirSync(at.config, { recursive: true });
  assert.throws(() => enable(at, FACTS), TakeoverError);
});

test('a file that cannot be replaced is left as it is, and the error names the way around', (context) => {
  const at = machine(context, ORIGINAL);
  const rename = (from: string, to: string): void => {
    if (to === at.config) throw Object.assign(new Error('EBUSY: resource busy'), { code: 'EBUSY' });
    nodeFiles.rename(from, to);
  };
  const files = { ...nodeFiles, rename };
  assert.throws(() => enable(at, FACTS, { files }), /config\.toml cannot be replaced.*plugboard codex/);
  assert.equal(read(at.config), ORIGINAL);
  assert.deepEqual(readdirSync(at.codexHome), ['config.toml']);
  assert.equal(disable(at).changed, false);
});

test('a broken file is left as it is, with its line in the error', (context) => {
  const at = machine(context, 'model = "a"\nmodel = = "b"\n');
  assert.throws(
    () => enable(at, FACTS),
    (error) => error instanceof TakeoverError && /config\.toml:2:\d+ is not valid TOML/.test(error.message),
  );
  assert.equal(read(at.config), 'model = "a"\nmodel = = "b"\n');
});

test('a file that was broken meanwhile is not made worse', (context) => {
  const at = machine(context, ORIGINAL);
  enable(at, FACTS);
  const broken = `${read(at.config)}\nx = = 1\n`;
  writeFileSync(at.config, broken);
  assert.throws(() => disable(at), TakeoverError);
  assert.equal(read(at.config), broken);
  writeFileSync(at.config, broken.replace('x = = 1', 'x = 1'));
  disable(at);
  assert.match(read(at.config), /^# mine\r\nmodel = "gpt-5.5" {3}# best\r\n/);
});

test('a program that rewrites the file may drop our comments', (context) => {
  const at = machine(context, 'model = "gpt-5.5"\nmodel_catalog_json = "x.json"\n\n[tui]\nx = 1\n');
  enable(at, FACTS);
  const rewritten = read(at.config)
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  writeFileSync(at.config, `${rewritten.join('\n')}\n[new]\ny = 2\n`);
  assert.equal(takeoverStatus(at).on, true);
  disable(at);
  const text = read(at.config);
  assert.match(text, /^model = "gpt-5.5"\nmodel_catalog_json = "x.json"\n/);
  assert.match(text, /\[tui\]\nx = 1\n/);
  assert.match(text, /\[new\]\ny = 2\n/);
  assert.doesNotMatch(text, /plugboard/);
});

test("settings that Codex's own picker writes among ours stay, its model of ours goes", (context) => {
  const at = machine(context, 'model = "gpt-5.5"\n');
  enable(at, FACTS);
  const picked = read(at.config)
    .replace('model = "codex-default"', 'model = "other-slug"')
    .replace('model_provider = "plugboard"', 'model_provider = "plugboard"\nmodel_reasoning_effort = "high"');
  writeFileSync(at.config, picked);
  assert.deepEqual(takeoverStatus(at), { on: true, path: at.config, model: 'other-slug' });
  disable(at);
  assert.equal(read(at.config), 'model_reasoning_effort = "high"\nmodel = "gpt-5.5"\n');
});

test('a provider that the user has chosen since is the one that stays', (context) => {
  const at = machine(context, 'model = "gpt-5.5"\nmodel_provider = "gw"\n\n[model_providers.gw]\nname = "G"\n');
  enable(at, FACTS);
  const chosen = read(at.config)
    .replace('model_provider = "plugboard"', 'model_provider = "mine"')
    .replace('model = "codex-default"', 'model = "my-model"');
  writeFileSync(at.config, `${chosen}\n[model_providers.mine]\nname = "M"\n`);
  disable(at);
  const text = read(at.config);
  assert.match(text, /^model = "my-model"\nmodel_provider = "mine"\n/);
  assert.doesNotMatch(text, /gpt-5.5|plugboard/);
});

test('what was added to our own table goes with it', (context) => {
  const at = machine(context, ORIGINAL);
  enable(at, FACTS);
  writeFileSync(at.config, read(at.config).replace('wire_api = "responses"', 'wire_api = "responses"\r\nx = 1'));
  disable(at);
  assert.equal(read(at.config).trimEnd(), ORIGINAL);
});

test('`use` changes the model and nothing else, and the original still comes back', (context) => {
  const at = machine(context, ORIGINAL);
  enable(at, FACTS);
  const before = read(at.config);
  enable(at, { ...FACTS, model: 'other' });
  assert.equal(read(at.config), before.replace('codex-default', 'other'));
  disable(at);
  assert.equal(read(at.config), ORIGINAL);
});

test('settings that stand above ours are named', (context) => {
  const text = 'profile = "work"\nmodel_context_window = 9000\n[profiles.work]\nmodel_provider = "gw"\n';
  const { warnings } = enable(machine(context, text), FACTS);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? '', /refuse `profile = "work"`, older ones let \[profiles\.work\] win/);
});

test('each CODEX_HOME has a takeover of its own', (context) => {
  const first = machine(context, ORIGINAL);
  const second = { ...machine(context, 'model = "b"\n'), home: first.home };
  enable(first, FACTS);
  enable(second, FACTS);
  disable(first);
  assert.equal(takeoverStatus(second).on, true);
  disable(second);
  assert.equal(read(first.config), ORIGINAL);
  assert.equal(read(second.config), 'model = "b"\n');
});

/** Runs `enable`, `use` and `disable` in a process that sends itself SIGKILL at its nth change of a file. */
const VICTIM = `
  import { disable, enable } from ${JSON.stringify(new URL('./takeover.ts', import.meta.url).href)};
  import { nodeFiles } from ${JSON.stringify(new URL('./file-port.ts', import.meta.url).href)};
  const [at, facts, changes] = JSON.parse(process.argv[1]);
  let left = changes;
  const files = { ...nodeFiles };
  for (const name of ['write', 'rename', 'remove', 'makeDirectory', 'removeDirectory']) {
    files[name] = (...args) => {
      if (left-- === 0) process.kill(process.pid, 'SIGKILL');
      return nodeFiles[name](...args);
    };
  }
  enable(at, facts, { files });
  enable(at, { ...facts, model: 'other' }, { files });
  disable(at, files);
`;

async function kill(at: Machine, changes: number): Promise<'killed' | 'done'> {
  const argument = JSON.stringify([at, FACTS, changes]);
  const child = spawn(process.execPath, ['--input-type=module', '-e', VICTIM, argument], { stdio: 'inherit' });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code === 0 ? 'done' : 'killed')));
}

/** A few changes only, to save time: the property tests die at each one, in memory. */
test('a real kill -9 between two changes leaves a file that works or the original', async (context) => {
  const cut = async (changes: number): Promise<void> => {
    const at = machine(context, ORIGINAL);
    assert.equal(await kill(at, changes), 'killed');
    const left = read(at.config);
    const works = left.includes(MARKER_KEYS) && left.includes(MARKER_ENTRY) && left.includes('wire_api');
    assert.ok(left === ORIGINAL || works, `after ${changes} changes`);
    recover(at);
    disable(at);
    assert.equal(read(at.config), ORIGINAL, `after ${changes} changes`);
    assert.deepEqual(readdirSync(at.codexHome), ['config.toml']);
  };
  await Promise.all([cut(5), cut(6)]);
  await Promise.all([cut(12), cut(19)]);
});
