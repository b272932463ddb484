import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../src/ir/json.ts';
import type { ProtocolId } from '../src/ir/protocol-id.ts';
import { makeEnvelope } from '../src/protocols/envelope.ts';
import { protocolById } from '../src/protocols/registry.ts';
import { compileDialect } from '../src/providers/dialect.ts';
import { requestThrough } from './prefix/doors.ts';
import { keepsPrefix, parting } from './prefix/law.ts';
import { callItem, message, outputItem, reasoning } from './prefix/sessions.ts';

/** What is known to break a prefix, each with its cost. `docs/caching.md` tells of them; a change here is one there. */

const PROTOCOLS = ['openai-chat', 'anthropic-messages', 'gemini'] as const satisfies readonly ProtocolId[];

function sent(protocol: ProtocolId, items: readonly JsonObject[]): JsonObject {
  const value = { encrypted_content: 'e', signature: 's' };
  const request = requestThrough(
    'openai-responses',
    items,
    makeEnvelope({ protocol, provider: 'p', model: 'm', value }),
  );
  const dialect = compileDialect(protocol, []);
  return protocolById(protocol).egress.open(request, { provider: 'p', model: 'm', dialect }).body;
}

const WORDS = 'Long words. '.repeat(500);
const run = (id: string) => ({ kind: 'function', output: 'text', id }) as const;
/** A finished step before the one that matters. */
const past = [
  message('developer', WORDS),
  message('user', WORDS),
  reasoning('Hm.'),
  callItem(run('a')),
  outputItem(run('a')),
];

/** The prefix is broken, and no earlier than where the unfinished step begins. */
function assertCostsTheStepAlone(before: readonly JsonObject[], after: readonly JsonObject[]): void {
  for (const protocol of PROTOCOLS) {
    const [earlier, later] = [sent(protocol, before), sent(protocol, after)];
    assert.ok(!keepsPrefix(earlier, later), `${protocol}: mended; say so in docs/caching.md`);
    assert.ok(keepsPrefix(sent(protocol, past), later), `${protocol}: ${JSON.stringify(parting(earlier, later))}`);
  }
}

test('a reply that was cut after a message: "Continue." stood behind it, and goes', () => {
  const cut = [...past, reasoning('So.'), message('assistant', 'First,')];
  assertCostsTheStepAlone(cut, [...cut, callItem(run('b')), outputItem(run('b'))]);
});

test('a request before an output came: the words that stood for it go', () => {
  const waiting = [...past, reasoning('So.'), callItem(run('b')), message('user', 'Well?')];
  assertCostsTheStepAlone(waiting, [...waiting, outputItem(run('b'))]);
});

test('outputs of one step that come with one request each', () => {
  const half = [...past, reasoning('So.'), callItem(run('b')), callItem(run('c')), outputItem(run('b'))];
  assertCostsTheStepAlone(half, [...half, outputItem(run('c'))]);
});

test('a tool loop that began without thinking, where thinking has a budget: it is off until the loop ends', () => {
  const loop = [message('user', WORDS), callItem(run('a')), outputItem(run('a'))];
  const [before, within] = [sent('anthropic-messages', loop.slice(0, 1)), sent('anthropic-messages', loop)];
  const ended = sent('anthropic-messages', [...loop, message('assistant', 'Done.'), message('user', 'And?')]);
  assert.deepEqual(
    [before, within, ended].map((body) => body['thinking'] !== undefined),
    [true, false, true],
  );
  const conversation = ({ tools, system, messages }: JsonObject): JsonObject => ({ tools, system, messages });
  assert.ok(keepsPrefix(conversation(before), conversation(within)), 'what is cached is the same all the same');
});
