import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { InferenceEvent } from '../src/ir/event.ts';
import { foldEvents } from '../src/ir/response.ts';
import { decodeRequest } from '../src/protocols/openai-responses/decode-request.ts';
import { egress } from '../src/protocols/openai-responses/egress.ts';
import { ingress } from '../src/protocols/openai-responses/ingress.ts';
import type { EgressCall } from '../src/protocols/protocol.ts';
import { compileDialect } from '../src/providers/dialect.ts';
import { encodeSse } from '../src/wire/sse.ts';
import { type JudgedReply, judgeReplies } from './codex/harness/judge.ts';

const recorded = fileURLToPath(new URL('../../shared/protocols/upstream-replies/', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/openai-responses/', import.meta.url));

type Reply = { readonly name: string; readonly bytes: Uint8Array; readonly native: boolean };

const request = decodeRequest({
  model: 'slug',
  input: 'Go.',
  stream: true,
  include: ['reasoning.encrypted_content'],
}).value;

/** The Responses recordings, by the table of their index, each as from a provider with the whole API and without. */
function recordings(): readonly Reply[] {
  if (!existsSync(recorded)) {
    console.log('not run: the recorded replies of the Responses API because ../shared is missing');
    return [];
  }
  const files = readFileSync(`${recorded}INDEX.md`, 'utf8')
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells[2] === 'responses')
    .map(([, file = '']) => file);
  assert.ok(files.length > 0);
  return files.flatMap((file) =>
    [true, false].map((native) => ({ name: file.replace(/.*\//, ''), bytes: readFileSync(recorded + file), native })),
  );
}

function ownReplies(): readonly Reply[] {
  return readdirSync(fixtures).map((name) => ({
    name,
    bytes: readFileSync(`${fixtures}${name}/upstream.sse`),
    native: false,
  }));
}

function open({ native }: Reply): EgressCall {
  return egress.open(request, { provider: 'p', model: 'm', dialect: compileDialect('openai-responses', [], native) });
}

function decode(reply: Reply, chunks: readonly Uint8Array[]): readonly InferenceEvent[] {
  const decoder = open(reply).decodeStream();
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
}

test('every recorded reply is whole and counted, or fails as its provider failed', () => {
  for (const reply of recordings()) {
    const folded = foldEvents(decode(reply, [reply.bytes]));
    if (reply.name === 'openai-error.sse') {
      assert.ok(!folded.ok && folded.failure.kind === 'quota');
      continue;
    }
    assert.ok(folded.ok, reply.name);
    assert.ok((folded.response.usage?.output ?? 0) > 0, reply.name);
    assert.ok(folded.response.parts.length > 0, reply.name);
    assert.equal(folded.response.cut, false, reply.name);
  }
});

test('encrypted reasoning is kept for its maker', () => {
  const reply = recordings().find(({ name }) => name === 'openai-reasoning-encrypted-content.sse');
  if (reply === undefined) return;
  const ends = decode(reply, [reply.bytes]).filter((event) => event.type === 'reasoning-end');
  assert.ok(ends.every(({ state }) => String(state?.value['encrypted_content']).startsWith('gAAAA')));
});

test('any split of a recorded reply gives the same events', () => {
  for (const reply of recordings()) {
    const whole = decode(reply, [reply.bytes]);
    const cuts = fc.array(fc.nat(reply.bytes.length), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...new Set([...places, reply.bytes.length])].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => reply.bytes.subarray(ends[index - 1] ?? 0, end));
        assert.deepEqual(decode(reply, chunks), whole, reply.name);
      }),
      { numRuns: 20 },
    );
  }
});

test('every reply, as clients see it, passes the judge', () => {
  const judged = [...recordings(), ...ownReplies()].flatMap((reply) =>
    ['codex_exec', undefined].map((originator): JudgedReply => {
      const events = decode(reply, [reply.bytes]);
      const encoder = ingress.encodeStream({
        echo: request,
        caller: originator === undefined ? { id: 'local' } : { id: 'local', originator },
        responseId: 'judged',
        createdAt: 1_700_000_000,
      });
      const frames = [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()];
      const bytes = Buffer.from(frames.map(encodeSse).join(''));
      return { name: reply.name, bytes, mayFail: events.at(-1)?.type === 'error' };
    }),
  );
  judgeReplies(judged);
});
