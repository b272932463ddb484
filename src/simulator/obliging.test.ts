import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChat } from './chat/read.ts';
import { readMessages } from './messages/read.ts';
import { obligingScenario } from './obliging.ts';
import { readResponses } from './responses/read.ts';
import type { Turn } from './turn.ts';

const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };

function stepsOf(turn: Omit<Turn, 'earlier'>): readonly object[] {
  const reply = obligingScenario({ ...turn, earlier: 0 });
  return reply.type === 'script' ? reply.steps : assert.fail('the model answers by script');
}

test('a forced tool is called on every protocol', () => {
  const chat = readChat({
    model: 'm',
    messages: [{ role: 'user', content: 'Hello.' }],
    tools: [
      { type: 'function', function: { name: 'other' } },
      { type: 'function', function: { name: 'get_weather', parameters: PARAMETERS } },
    ],
    tool_choice: { type: 'function', function: { name: 'get_weather' } },
  });
  const messages = readMessages({
    model: 'm',
    messages: [{ role: 'user', content: 'Hello.' }],
    tools: [{ name: 'get_weather', input_schema: PARAMETERS }],
    tool_choice: { type: 'any' },
  });
  const responses = readResponses({
    model: 'm',
    input: 'Hello.',
    tools: [{ type: 'function', name: 'get_weather', parameters: PARAMETERS }],
    tool_choice: 'required',
  });
  const call = { type: 'call', tool: 'get_weather', input: { arguments: { city: 'Plugboard demo' } } };
  assert.deepEqual(stepsOf({ protocol: 'openai-chat', ...chat }).at(-1), call);
  assert.deepEqual(stepsOf({ protocol: 'anthropic-messages', ...messages }).at(-1), call);
  assert.deepEqual(stepsOf({ protocol: 'openai-responses', ...responses }).at(-1), call);
});

test('limits and stop texts end the answer', () => {
  const ask = { model: 'm', messages: [{ role: 'user', content: 'one two three four' }] };
  const cut = obligingScenario({ protocol: 'openai-chat', ...readChat({ ...ask, max_tokens: 3 }), earlier: 0 });
  assert.ok(cut.type === 'script');
  assert.equal(cut.finish, 'length');
  assert.deepEqual(cut.steps, [{ type: 'say', text: 'You said: one ' }]);
  const stopped = stepsOf({ protocol: 'openai-chat', ...readChat({ ...ask, stop: ['three'] }) });
  assert.deepEqual(stopped.at(-1), { type: 'say', text: 'You said: one two ' });
});
