import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServeOptions } from './context.ts';
import { bench } from './testing/context.ts';

test('version and help are asked for, not wrong', async (t) => {
  const { run, said } = bench(t);
  assert.equal(await run('--version'), 0);
  assert.equal(said.out, '9.9.9\n');
  assert.equal(await run('--help'), 0);
  for (const name of ['init', 'serve', 'models|list', 'codex', 'why', 'uninstall', 'doctor']) {
    assert.match(said.out, new RegExp(`^ {2}${name.replace('|', '\\|')}\\b`, 'm'));
  }
  assert.equal(said.err, '');
});

test('every command has a help of its own', async (t) => {
  const { run, said } = bench(t);
  for (const name of ['start', 'stop', 'models', 'test', 'history', 'token', 'config', 'model', 'profile', 'run']) {
    assert.equal(await run(name, '--help'), 0, name);
    assert.match(said.out, new RegExp(`Usage: plugboard ${name}`));
  }
});

test('wrong usage is status 2, in one shape, with the nearest right word', async (t) => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['modles'], /^plugboard: unknown command 'modles'\n {2}mend: Did you mean models\?\n$/],
    [['stop', '--kepe'], /^plugboard: unknown option '--kepe'\n {2}mend: Did you mean --keep\?\n$/],
    [['use'], /^plugboard: missing required argument 'slug'\n {2}mend: plugboard --help\n$/],
    [['start', 'now'], /^plugboard: too many arguments.*\n {2}mend: /],
    [['history', '--limit', 'few'], /^plugboard: option .* argument 'few' is invalid\. Give a whole number/],
    [['serve', '--port', '70000'], /Give a port from 0 to 65535/],
    [['model'], /Usage: plugboard model/],
  ];
  for (const [args, words] of cases) {
    const { run, said } = bench(t);
    assert.equal(await run(...args), 2, args.join(' '));
    assert.match(said.err, words);
    assert.equal(said.out, '');
  }
});

test('what is not built yet says so in one sentence, whatever it is given', async (t) => {
  const cases = [['keys'], ['key', 'set', 'openai'], ['import', 'litellm', 'file'], ['connect', 'https://example.com']];
  for (const args of cases) {
    const { run, said } = bench(t);
    assert.equal(await run(...args), 1, args.join(' '));
    assert.match(said.err, /^plugboard: 'plugboard [a-z ]+' is not built yet; it is to .*\.\n$/);
  }
});

test('serve is main’s, with its options and its status', async (t) => {
  const given: ServeOptions[] = [];
  const { run } = bench(
    t,
    {},
    {
      serve: async (options) => {
        given.push(options);
        return 1;
      },
    },
  );
  assert.equal(await run('serve', '--config', 'c.yaml', '--host', '::1', '--port', '0'), 1);
  assert.equal(await run('serve', '--local-only', '--max-cost', '0.5'), 1);
  assert.deepEqual(given, [
    { config: 'c.yaml', host: '::1', port: 0, flags: {} },
    { flags: { localOnly: true, maxCostUsd: 0.5 } },
  ]);
});

test('an error that nobody foresaw keeps the shape', async (t) => {
  const { run, said } = bench(t, {}, { serve: () => Promise.reject(new Error('the sky fell')) });
  assert.equal(await run('serve'), 1);
  assert.equal(said.err, 'plugboard: the sky fell\n');
});

test('config schema is JSON that names the sections', async (t) => {
  const { run, said } = bench(t);
  assert.equal(await run('config', 'schema'), 0);
  const schema = JSON.parse(said.out);
  for (const section of ['server', 'providers', 'models', 'routes', 'policy']) assert.ok(section in schema.properties);
});
