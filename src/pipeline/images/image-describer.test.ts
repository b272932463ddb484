import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImagePart } from '../../ir/request.ts';
import type { Usage } from '../../ir/usage.ts';
import { protocolById } from '../../protocols/registry.ts';
import { openTraffic } from '../../upstream/testing/open-traffic.ts';
import { type Script, scriptedTransport } from '../../upstream/testing/scripted.ts';
import { testTarget } from '../../upstream/testing/targets.ts';
import { imageDescriber } from './image-describer.ts';

const IMAGE: ImagePart = { type: 'image', url: 'data:image/png;base64,AAAA' };
const SETTINGS = { model: 'eyes', prompt: 'What is it?' };
const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const TEXT = data({ choices: [{ index: 0, delta: { content: 'A dot.' }, finish_reason: null }] });
const STOP = data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const USAGE = data({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } });

function describer(scripts: readonly Script[], target = testTarget()) {
  const { transport, calls } = scriptedTransport(scripts);
  const describe = imageDescriber({
    protocols: protocolById,
    plan: () => ({ ok: true, plan: { route: 'eyes', targets: [target], why: [] } }),
    transport,
    traffic: openTraffic(),
    price: () => undefined,
    now: Date.now,
  });
  const spent: Usage[] = [];
  const ask = (signal = new AbortController().signal) =>
    describe(IMAGE, SETTINGS, { signal, spent: (_, usage) => spent.push(usage) });
  return { ask, spent, calls };
}

test('an image that two ask for at once is described once', async () => {
  const { ask, calls, spent } = describer([{ pieces: [TEXT, STOP, USAGE] }]);
  const found = await Promise.all([ask(), ask()]);
  assert.deepEqual(
    found.map((description) => description?.text),
    ['A dot.', 'A dot.'],
  );
  assert.deepEqual([calls.length, spent.length], [1, 1]);
});

test('who leaves takes a description from nobody else who waits for it', async () => {
  const { ask, calls } = describer([{ pieces: ['stay'] }, { pieces: [TEXT, STOP] }]);
  const leaver = new AbortController();
  const left = ask(leaver.signal);
  const stays = ask();
  await new Promise((resolve) => setImmediate(resolve));
  leaver.abort();
  assert.equal(await left, undefined);
  assert.equal((await stays)?.text, 'A dot.');
  assert.equal(calls.length, 2);
});

test('a description that breaks off is none, was paid for all the same, and is asked for again', async () => {
  const { ask, spent } = describer([{ pieces: [TEXT, USAGE] }, { pieces: [TEXT, STOP] }]);
  assert.equal(await ask(), undefined);
  assert.deepEqual(
    spent.map(({ freshInput, output }) => [freshInput, output]),
    [[12, 3]],
  );
  assert.equal((await ask())?.text, 'A dot.');
});

test('a model that takes no images is not asked', async () => {
  const { model, credential } = testTarget();
  const blind = { model: { ...model, facts: { inputModalities: ['text'] as const } }, credential };
  const { ask, calls } = describer([], blind);
  assert.equal(await ask(), undefined);
  assert.equal(calls.length, 0);
});
