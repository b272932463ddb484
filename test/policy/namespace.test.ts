import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isJsonObject, parseJson } from '../../src/ir/json.ts';
import { shownErrors } from '../codex/harness/codex.ts';
import type { Seen, Step } from './inside.ts';

/** What the script said that ran in a namespace of its own; undefined where this system gives none. */
function inside(context: TestContext, mode: 'fenced' | 'open'): Seen | undefined {
  if (process.platform !== 'linux') return leftOut(context, 'only Linux has network namespaces');
  const hasIp = spawnSync('ip', ['-V']).status === 0;
  if (!hasIp) {
    console.log('not run: packets of a namespace, because ip (iproute2) is missing');
    return leftOut(context, 'ip is missing');
  }
  if (spawnSync('unshare', ['-rn', 'true']).status !== 0) return leftOut(context, 'this system gives no namespace');
  const script = join(import.meta.dirname, 'inside.ts');
  const { stdout, stderr } = spawnSync('unshare', ['-rn', process.execPath, script, mode], {
    encoding: 'utf8',
    timeout: 240_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  const said = parseJson(stdout);
  assert.ok(isJsonObject(said), `${stdout}\n${stderr}`);
  if (typeof said['closed'] === 'string') return leftOut(context, said['closed']);
  const seen: Seen = JSON.parse(stdout);
  return seen;
}

function leftOut(context: TestContext, why: string): undefined {
  context.skip(`left out: ${why}`);
  return undefined;
}

test('under local_only no packet leaves while the real Codex works, whatever is configured outside', (context) => {
  const seen = inside(context, 'fenced');
  if (seen === undefined) return;
  const { steps } = seen;
  assert.deepEqual([seen.out, seen.udp], [0, 0], 'packets that left, datagrams to anywhere');
  // The work was done, with images that nobody may describe and a judge that nobody may ask.
  for (const name of ['start', 'work', 'judged', 'stop']) assert.equal(steps[name]?.status, 0, told(steps[name]));
  assert.equal(seen.file, 'made here\n', told(steps['work']));
  assert.match(steps['work']?.out ?? '', /All done\./);
  // What Codex asks for on its own falls to the default route, and in it to the target that is inside.
  assert.equal(steps['background']?.status, 200, told(steps['background']));
  assert.equal(steps['background']?.err, 'local');
  // Nobody outside steps in for a target that fails.
  assert.notEqual(steps['broken']?.status, 0);
  assert.match(steps['broken']?.out ?? '', /model failing/);
  // Who asks for what is outside reads why at Codex's prompt, once.
  for (const [name, words] of [
    ['outside', /"far" is kept out by policy\.local_only \(config\.yaml, line \d+\): 203\.0\.113\.7 is neither/],
    ['direct', /"named" is kept out by policy\.local_only.*api\.deepseek\.com is neither this machine nor listed/],
    ['cloud', /"cloud" is kept out by policy\.local_only.*may forward gpt-oss:120b-cloud to a service elsewhere/],
    [
      'alias',
      /"alias" is kept out by policy\.local_only.*does not run mine itself but forwards it to https:\/\/ollama\.com/,
    ],
    ['wildcard', /"many\/qwen\/qwen3-coder" is kept out by policy\.local_only.*openrouter\.ai/],
  ] as const) {
    const step = steps[name];
    assert.equal(step?.status, 1, told(step));
    const errors = shownErrors({ events: jsonLines(step?.out ?? ''), status: 1, stdout: '', stderr: '', ms: 0 });
    assert.match(errors[0] ?? '', words);
    assert.doesNotMatch(step?.out ?? '', /Reconnecting/);
    // The same words as an event and as why the turn failed: Codex prints one of them.
    assert.equal(new Set(errors).size, 1, errors.join('\n'));
  }
  // The server that forwards was asked what it would do, and for nothing else.
  assert.deepEqual(
    seen.forwarded.filter((path) => !path.startsWith('/api/')),
    [],
  );
  const screen = `${steps['screen']?.out}${steps['screen']?.err}`;
  assert.equal(steps['screen']?.status, 1);
  assert.match(screen, /^ERROR: "named" is kept out by policy\.local_only/m);
  // Codex itself prints why a turn failed twice, as an error and as its end; it asked once, and so did `direct` and `speed`.
  const asked = jsonLines(steps['history']?.out ?? '').filter(({ route }) => route === 'named');
  assert.equal(asked.length, 3, told(steps['history']));
  // The commands keep to it as well.
  assert.match(steps['test']?.out ?? '', /failed {2}far\/gpt-5\.5: "far" is kept out by policy\.local_only/);
  assert.match(steps['speed']?.err ?? '', /"named" is kept out by policy\.local_only/);
  assert.match(
    steps['lists']?.out ?? '',
    /kept out by policy\.local_only \(config\.yaml, line \d+\): cloud, far, named, many\/\*/,
  );
  assert.match(steps['lists']?.out ?? '', /unknown: "far" is kept out by policy\.local_only/);
  assert.match(steps['doctor']?.out ?? '', /warning "far" is kept out by policy\.local_only/);
});

test('without the limit the same set-up sends packets out, so the count would have seen them', (context) => {
  const seen = inside(context, 'open');
  if (seen !== undefined) assert.ok(seen.out > 0, JSON.stringify(seen.steps));
});

function told(step: Step | undefined): string {
  return JSON.stringify(step, null, 1);
}

function jsonLines(text: string) {
  return text
    .split('\n')
    .map((line) => parseJson(line))
    .filter(isJsonObject);
}
