import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, type Json, type JsonObject } from '../src/ir/json.ts';
import { makeEnvelope } from '../src/protocols/envelope.ts';
import { protocolById } from '../src/protocols/registry.ts';
import { promptOfMessages } from '../src/simulator/messages/prompt.ts';
import { createPromptCache, type Prompt, USUAL_CACHE } from '../src/simulator/prompt-cache.ts';
import { DEPLOYMENTS, type Deployment } from './prefix/deployments.ts';
import { requestThrough } from './prefix/doors.ts';
import { callItem, message, outputItem, reasoning } from './prefix/sessions.ts';

/** Against an honest cache: it is written at marks alone, and read at a mark or up to 20 blocks before it. */

const MARKED = DEPLOYMENTS.filter(({ protocol, dialect }) => dialect.cacheBreakpoints && protocol !== 'gemini');

function promptOf(items: readonly JsonObject[], { protocol, dialect }: Deployment): Prompt {
  const value = { signature: 's', reasoning_details: [{ text: 't' }] };
  const request = requestThrough(
    'openai-responses',
    items,
    makeEnvelope({ protocol, provider: 'p', model: 'm', value }),
  );
  const { body } = protocolById(protocol).egress.open(request, { provider: 'p', model: 'm', dialect });
  return protocol === 'anthropic-messages' ? promptOfMessages(body) : promptOfChat(body);
}

/** Tools, then each part of a message's content and each call as a block of its own. */
function promptOfChat(body: JsonObject): Prompt {
  const list = (value: Json | undefined): readonly JsonObject[] =>
    Array.isArray(value) ? value.filter(isJsonObject) : typeof value === 'string' ? [{ text: value }] : [];
  const parts = [
    ...list(body['tools']),
    ...list(body['messages']).flatMap((one) => [...list(one['content']), ...list(one['tool_calls'])]),
  ];
  const marks = parts.flatMap((part, at) => (part['cache_control'] === undefined ? [] : [at]));
  return { pieces: parts.map(({ cache_control: _, ...part }) => JSON.stringify(part)), marks };
}

/** A session of so many calls in each of its steps. */
function stepsOf(sizes: readonly number[]): readonly (readonly JsonObject[])[] {
  const opening = [message('developer', 'Rules. '.repeat(900)), message('user', 'Do it.')];
  return [
    opening,
    ...sizes.map((size, step) => {
      const calls = Array.from({ length: size }, (_, at) => ({
        kind: 'function' as const,
        output: 'text' as const,
        id: `call_${step}_${at}`,
      }));
      return [reasoning(`Thought ${step}.`), ...calls.map(callItem), ...calls.map(outputItem)];
    }),
  ];
}

test('there are deployments that want marks', () => {
  assert.ok(MARKED.some(({ protocol }) => protocol === 'openai-chat'));
  assert.ok(MARKED.some(({ protocol }) => protocol === 'anthropic-messages'));
});

for (const deployment of MARKED) {
  test(`law: each request reads all that the last one left, however many calls came since: ${deployment.name}`, () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 45 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (calls) => {
        const cache = createPromptCache(USUAL_CACHE);
        const steps = stepsOf(calls);
        let before = 0;
        for (const at of steps.keys()) {
          const counted = cache('key', 'm', promptOf(steps.slice(0, at + 1).flat(), deployment), at);
          assert.equal(counted.cached, before, `request ${at}`);
          before = counted.input;
        }
      }),
      { numRuns: 25 },
    );
  });

  test(`a session that was served elsewhere for nine steps finds what it had left: ${deployment.name}`, () => {
    const cache = createPromptCache(USUAL_CACHE);
    const steps = stepsOf(Array.from({ length: 14 }, () => 1));
    const ask = (count: number) => cache('key', 'm', promptOf(steps.slice(0, count).flat(), deployment), 0);
    const left = ask(5).input;
    assert.equal(ask(14).cached, left);
  });
}
