import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isJsonObject, type Json, parseJson } from '../../src/ir/json.ts';
import { say, script } from '../../src/simulator/script.ts';
import { overflowCase, unauthorizedCase } from './cases/trouble.ts';
import { textCase, workCase } from './cases/work.ts';
import { runCodex } from './harness/codex.ts';
import { type Case, type Lab, startLab } from './harness/lab.ts';
import type { Exchange } from './harness/recorder.ts';

/** Codex on a socket, the provider over HTTP: every event goes through as it came, and each request is whole. */
const BYTES: readonly Case[] = [textCase, workCase];
const FAILURES: readonly Case[] = [unauthorizedCase, overflowCase];

const doctorCase: Case = {
  slug: 'doctor',
  title: "Codex's own doctor finds the socket",
  scenario: () => script([say('Well.')]),
  run: async ({ environment, workspace }) => {
    const done = await runCodex({ args: ['doctor'], cwd: workspace.directory, environment });
    assert.match(done.stdout, /websocket +connected \(HTTP 101/, done.stdout);
  },
};

describe('Codex on a socket before a native Responses provider', { concurrency: 2 }, () => {
  let lab: Lab | undefined;
  before(async () => {
    lab = await startLab('openai-responses', [...BYTES, ...FAILURES, doctorCase], 'preset: openai', {
      websocket: true,
    });
  });
  for (const one of BYTES) {
    test(`${one.slug}: ${one.title}, each event as it came`, async () => {
      await lab?.perform(one);
      const turns = (lab?.replies(one.slug) ?? []).filter(
        ({ requestBody }) => bodyOf(requestBody)['generate'] !== false,
      );
      const originals = lab?.upstreamReplies(one.slug) ?? [];
      assert.ok(turns.length > 0);
      assert.deepEqual(turns.map(dataOf), originals.map(dataOf));
      assert.ok(turns.every(({ requestBody }) => bodyOf(requestBody)['type'] === 'response.create'));
      // Only what is new came over the socket, and the provider got all of it, the part before it unchanged.
      const inputs = originals.map(({ requestBody }) => inputOf(requestBody));
      for (const [index, input] of inputs.entries()) {
        const sent = inputOf(turns[index]?.requestBody ?? Buffer.from('{}'));
        assert.deepEqual(input.slice(-sent.length), sent);
        const before = inputs[index - 1];
        if (before !== undefined) assert.deepEqual(input.slice(0, before.length), before);
        assert.ok(input.length > sent.length);
      }
      for (const { requestBody } of originals) {
        const body = bodyOf(requestBody);
        assert.deepEqual(
          ['type', 'generate', 'previous_response_id'].filter((name) => name in body),
          [],
        );
      }
    });
  }
  for (const one of [...FAILURES, doctorCase]) test(`${one.slug}: ${one.title}`, () => lab?.perform(one));
  after(() => lab?.close());
});

function bodyOf(bytes: Buffer): { readonly [key: string]: Json | undefined } {
  const body = parseJson(bytes.toString('utf8'));
  assert.ok(isJsonObject(body));
  return body;
}

function inputOf(bytes: Buffer): readonly string[] {
  const { input } = bodyOf(bytes);
  assert.ok(Array.isArray(input));
  return input.map((item: Json) => JSON.stringify(item));
}

function dataOf({ reply }: Exchange): readonly string[] {
  return [...reply.toString('utf8').matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? '');
}
