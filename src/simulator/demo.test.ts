import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEMO_FILE, DEMO_LINES, DEMO_PROMPT, demoScenario } from './demo.ts';
import { exampleOf } from './example.ts';
import type { Step } from './script.ts';
import type { Turn } from './turn.ts';

const BASE: Turn = {
  protocol: 'openai-chat',
  model: 'demo',
  stream: true,
  tools: [
    { name: 'exec_command', kind: 'function' },
    { name: 'apply_patch', kind: 'freeform' },
  ],
  instructions: '',
  userTexts: ['<environment_context><shell>bash</shell></environment_context>', DEMO_PROMPT],
  results: [],
  rounds: 0,
  images: 0,
  earlier: 0,
};

function stepsOf(turn: Turn): readonly Step[] {
  const reply = demoScenario()(turn);
  assert.equal(reply.type, 'script');
  return reply.type === 'script' ? reply.steps : [];
}

function inputOf(steps: readonly Step[]): string {
  const made = steps.find((step) => step.type === 'call');
  return JSON.stringify(made?.input ?? null);
}

test('the demo looks, adds, patches, checks and reports', () => {
  assert.match(inputOf(stepsOf(BASE)), /git status/);
  assert.match(inputOf(stepsOf({ ...BASE, rounds: 1 })), /Add File/);
  assert.match(inputOf(stepsOf({ ...BASE, rounds: 2 })), /Update File/);
  assert.match(inputOf(stepsOf({ ...BASE, rounds: 3 })), new RegExp(`cat ${DEMO_FILE}`));
  const results = [{ callId: 'c', text: DEMO_LINES.join('\n'), images: 0 }];
  assert.match(JSON.stringify(stepsOf({ ...BASE, rounds: 4, results })), /Done/);
  assert.match(JSON.stringify(stepsOf({ ...BASE, rounds: 4 })), /did not show/);
});

test('without a patch tool the shell of the platform writes the file', () => {
  const tools = BASE.tools.slice(0, 1);
  assert.match(inputOf(stepsOf({ ...BASE, tools, rounds: 1 })), /printf/);
  const userTexts = ['<shell>powershell</shell>', DEMO_PROMPT];
  assert.match(inputOf(stepsOf({ ...BASE, tools, userTexts, rounds: 2 })), /Set-Content/);
});

test('any other prompt gets words only, and says how to add a provider', () => {
  const steps = stepsOf({ ...BASE, userTexts: ['delete everything'] });
  assert.deepEqual(
    steps.map((step) => step.type),
    ['say'],
  );
  assert.match(JSON.stringify(steps), /plugboard init/);
});

test('a demanded format is met', () => {
  const schema = {
    type: 'object',
    properties: {
      title: { type: 'string' },
      kind: { enum: ['a', 'b'] },
      list: { type: 'array' },
      n: { type: ['integer', 'null'] },
    },
  };
  assert.deepEqual(exampleOf(schema), { title: 'Plugboard demo', kind: 'a', list: [], n: 0 });
  assert.match(JSON.stringify(stepsOf({ ...BASE, schema })), /Plugboard demo/);
});
