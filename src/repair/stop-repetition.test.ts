import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { InferenceEvent } from '../ir/event.ts';
import { type MendOptions, replyMender } from './mend-reply.ts';
import { periodicText } from './periodic-text.ts';

const REPETITION: MendOptions = { tools: [], arguments: false, stops: [], oneCall: false, repetition: true };

function run(events: readonly InferenceEvent[], options: Partial<MendOptions> = {}): readonly InferenceEvent[] {
  return replyMender({ ...REPETITION, ...options }).whole(events);
}

const FINISH: InferenceEvent = { type: 'finish', reason: 'stop' };

function said(text: string, length = 7): readonly InferenceEvent[] {
  const events: InferenceEvent[] = [{ type: 'text-start' }];
  for (let at = 0; at < text.length; at += length)
    events.push({ type: 'text-delta', text: text.slice(at, at + length) });
  return [...events, { type: 'text-end' }, FINISH];
}

function called(name: string, input: string): readonly InferenceEvent[] {
  return [
    { type: 'tool-call-start', callId: 'c', kind: 'function', name: { name } },
    { type: 'tool-call-delta', input },
    { type: 'tool-call-end' },
  ];
}

const ENDLESS: readonly string[] = [
  'x'.repeat(40_000),
  `An answer. ${'I will try again.\n'.repeat(1_500)}`,
  'Let me look at the file once more, since the last attempt did not work as it should have.\n\n'.repeat(300),
  `Words first. ${' \n'.repeat(9_000)}`,
  `${'A whole paragraph of some length, number one.\n'.repeat(40)}And its end.\n`.repeat(20),
];

for (const text of ENDLESS) {
  test(`stopped: ${JSON.stringify(text.slice(0, 30))}`, () => {
    for (const length of [3, 1_000, text.length]) {
      const events = run(said(text, length));
      const last = events.at(-1);
      assert.ok(last?.type === 'error' && last.failure.kind === 'runaway');
      assert.ok(events.length < said(text, length).length);
      assert.ok(!last.failure.message.includes(text.slice(0, 12)), 'its words are not told');
    }
  });
}

test('thoughts and what is written into a call are watched too', () => {
  const loop = 'do it again; '.repeat(2_000);
  assert.equal(run([{ type: 'reasoning-start' }, { type: 'reasoning-delta', text: loop }]).at(-1)?.type, 'error');
  assert.equal(run(called('run', `{"cmd":"${loop}"}`)).at(-1)?.type, 'error');
});

test('what is held back, or left out, to be put right is watched too', () => {
  const tools: MendOptions['tools'] = [{ kind: 'function', name: { name: 'run' }, parameters: {} }];
  const spaces = run(called('run', `{${' '.repeat(20_000)}`), { tools, arguments: true });
  assert.equal(spaces.at(-1)?.type, 'error');
  const second = run([...called('run', '{}'), ...called('run', 'x'.repeat(40_000)), FINISH], { oneCall: true });
  assert.equal(second.at(-1)?.type, 'error');
});

const LEGITIMATE: readonly string[] = [
  `${'='.repeat(4_000)}\n${'-'.repeat(8_000)}\n`,
  Array.from({ length: 2_000 }, (_, row) => `| ${row} | yes | no |\n`).join(''),
  randomBytes(45_000).toString('base64'),
  Array.from({ length: 400 }, (_, line) => `${' '.repeat(120)}line(${line});\n`).join(''),
  'A'.repeat(12_000),
  `${'0, '.repeat(4_000)}\n`,
];

for (const [index, text] of LEGITIMATE.entries()) {
  test(`let through: ${index}`, () => {
    const events = said(text, 100);
    assert.equal(run(events).at(-1)?.type, 'finish');
    assert.equal(run(events).length, events.length);
  });
}

test('the sources of this product and of what it is built with are let through', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = ['src', 'test', 'node_modules/zod', 'node_modules/undici', 'node_modules/typescript/lib']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]s|json|md)$/.test(entry.name));
  assert.ok(files.length > 500);
  for (const { parentPath, name } of files) {
    assert.equal(periodicText().push(readFileSync(join(parentPath, name), 'utf8')), undefined, join(parentPath, name));
  }
});

test('the same call over and over in one reply is stopped before the sixteenth is whole; a few are not', () => {
  const same = Array.from({ length: 20 }, () => called('run', '{"cmd":"ls"}')).flat();
  const stopped = run([...same, FINISH]);
  assert.equal(stopped.filter((event) => event.type === 'tool-call-end').length, 15);
  const last = stopped.at(-1);
  assert.match(last?.type === 'error' ? last.failure.message : '', /the same call of run over and over/);
  const few = [...same.slice(0, 15 * 3), FINISH];
  assert.deepEqual(run(few), few);
  const different = Array.from({ length: 40 }, (_, at) => called('run', `{"cmd":"ls ${at}"}`)).flat();
  assert.deepEqual(run(different), different);
});
