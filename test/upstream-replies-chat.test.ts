import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { InferenceEvent } from '../src/ir/event.ts';
import { isJsonObject, parseJson } from '../src/ir/json.ts';
import { foldEvents } from '../src/ir/response.ts';
import { chatEgress } from '../src/protocols/openai-chat/egress.ts';
import { requestWith } from '../src/protocols/openai-chat/testing/requests.ts';
import { ingress } from '../src/protocols/openai-responses/ingress.ts';
import type { EgressCall } from '../src/protocols/protocol.ts';
import { compileDialect } from '../src/providers/dialect.ts';
import { encodeSse } from '../src/wire/sse.ts';
import { compose, type Transducer } from '../src/wire/transducer.ts';
import { type JudgedReply, judgeReplies } from './codex/harness/judge.ts';

/** Recorded replies of real providers, and our own fixtures. */
const recorded = fileURLToPath(new URL('../../shared/protocols/upstream-replies/', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/openai-chat/', import.meta.url));

type Reply = { readonly name: string; readonly bytes: Uint8Array; readonly members: Parameters<typeof requestWith>[0] };

const PLAIN = { extensions: { 'openai-responses': { include: ['reasoning.encrypted_content'] } } };

/** The recordings that end in an error of the provider. */
const FAILED: ReadonlySet<string> = new Set(['chat-error-mid-stream.sse', 'minimax-length-then-error.sse']);

/** The chat recordings, by the table of their index. */
function recordings(): readonly Reply[] {
  if (!existsSync(recorded)) {
    console.log('not run: the recorded replies of Chat Completions because ../shared is missing');
    return [];
  }
  const rows = readFileSync(`${recorded}INDEX.md`, 'utf8').split('\n');
  return rows
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells[2] === 'chat')
    .map(([, file = '']) => ({ name: file.replace(/.*\//, ''), bytes: readFileSync(recorded + file), members: PLAIN }));
}

function ownReplies(): readonly Reply[] {
  return readdirSync(fixtures).map((name) => {
    const file = `${fixtures}${name}/request.json`;
    const request = existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : {};
    assert.ok(isJsonObject(request));
    return { name, bytes: readFileSync(`${fixtures}${name}/upstream.sse`), members: { ...PLAIN, ...request } };
  });
}

function open(reply: Reply): EgressCall {
  let made = 0;
  const newId = (): string => {
    made += 1;
    return `made${made}`;
  };
  const dialect = compileDialect('openai-chat', []);
  return chatEgress(newId).open(requestWith(reply.members), { provider: 'p', model: 'm', dialect });
}

function run<Out>(decoder: Transducer<Uint8Array, Out>, chunks: readonly Uint8Array[]): readonly Out[] {
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
}

test('every recorded reply is whole and counted, or fails as its provider failed', () => {
  for (const reply of recordings()) {
    const events = run(open(reply).decodeStream(), [reply.bytes]);
    const folded = foldEvents(events);
    assert.equal(folded.ok, !FAILED.has(reply.name), reply.name);
    if (!folded.ok) continue;
    assert.ok((folded.response.usage?.output ?? 0) > 0, reply.name);
    assert.ok(folded.response.parts.length > 0, reply.name);
    assert.equal(folded.response.cut, false, reply.name);
  }
});

test('a recorded reply without a stream gives what it gives where a stream was asked for', () => {
  for (const reply of recordings().filter(({ name }) => name.endsWith('.json'))) {
    const body = parseJson(new TextDecoder().decode(reply.bytes));
    assert.ok(body !== undefined);
    assert.deepEqual(open(reply).decodeResponse(body), run(open(reply).decodeStream(), [reply.bytes]));
  }
});

test('any split of a recorded reply gives the same events', () => {
  for (const reply of recordings()) {
    const whole = run<InferenceEvent>(open(reply).decodeStream(), [reply.bytes]);
    const cuts = fc.array(fc.nat(reply.bytes.length), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...new Set([...places, reply.bytes.length])].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => reply.bytes.subarray(ends[index - 1] ?? 0, end));
        assert.deepEqual(run(open(reply).decodeStream(), chunks), whole, reply.name);
      }),
      { numRuns: 20 },
    );
  }
});

test('every reply, as a Responses client sees it, passes the judge', () => {
  const judged = [...recordings(), ...ownReplies()].map((reply): JudgedReply => {
    const call = open(reply);
    const encoder = ingress.encodeStream({
      echo: requestWith(reply.members),
      caller: { id: 'local', originator: 'codex_exec' },
      responseId: `test${reply.name.replace(/\W/g, '')}`,
      createdAt: 1_700_000_000,
    });
    const frames = run(compose(call.decodeStream(), encoder), [reply.bytes]);
    const failed = run(open(reply).decodeStream(), [reply.bytes]).at(-1)?.type === 'error';
    return { name: reply.name, bytes: Buffer.from(frames.map(encodeSse).join('')), mayFail: failed };
  });
  judgeReplies(judged);
});
