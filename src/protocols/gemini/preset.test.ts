import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../ir/json.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { dialectOf } from '../../providers/presets/testing/dialect.ts';
import { egress } from './egress.ts';

const WEB_SEARCH = {
  kind: 'hosted',
  type: 'web_search',
  protocol: 'openai-responses',
  value: { type: 'web_search', external_web_access: true },
} as const;

function bodyFor(preset: string, model: string, request: Partial<InferenceRequest>): JsonObject {
  const whole: InferenceRequest = {
    model: 'slug',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'Go.' }] }],
    tools: [],
    toolChoice: { type: 'auto' },
    sampling: {},
    reasoning: {},
    outputFormat: { type: 'text' },
    stream: true,
    extensions: {},
    ...request,
  };
  return egress.open(whole, { provider: 'g', model, dialect: dialectOf(preset, model) }).body;
}

function thinking(model: string, reasoning: InferenceRequest['reasoning']): unknown {
  return bodyFor('gemini', model, { reasoning })['generationConfig'];
}

test('each generation thinks as it takes it: a level, a budget, or not at all', () => {
  const config = (thinkingConfig: JsonObject): object => ({
    thinkingConfig: { includeThoughts: true, ...thinkingConfig },
  });
  assert.deepEqual(thinking('gemini-3.8-flash', { effort: 'minimal' }), config({ thinkingLevel: 'low' }));
  assert.deepEqual(thinking('gemini-3.5-flash', { effort: 'minimal' }), config({ thinkingLevel: 'minimal' }));
  assert.deepEqual(thinking('gemini-3-pro-preview', { effort: 'medium' }), config({ thinkingLevel: 'high' }));
  assert.deepEqual(thinking('gemini-2.5-pro', { effort: 'none' }), config({ thinkingBudget: 1_024 }));
  assert.deepEqual(thinking('gemini-2.5-flash', { effort: 'xhigh' }), config({ thinkingBudget: 24_576 }));
  assert.deepEqual(thinking('gemini-2.5-flash', { effort: 'none' }), { thinkingConfig: { thinkingBudget: 0 } });
  assert.deepEqual(thinking('gemini-2.5-flash', { budgetTokens: 512 }), config({ thinkingBudget: 512 }));
  assert.deepEqual(thinking('gemini-2.5-flash', {}), config({}));
  assert.equal(thinking('gemini-2.0-flash', { effort: 'high' }), undefined);
});

test('the search of the web runs where the model takes it beside functions', () => {
  const tools = [WEB_SEARCH];
  const three = bodyFor('gemini', 'gemini-3.8-flash', { tools });
  assert.deepEqual(three['tools'], [{ googleSearch: {} }]);
  assert.deepEqual(three['toolConfig'], { includeServerSideToolInvocations: true });
  for (const [preset, model] of [
    ['gemini', 'gemini-2.5-pro'],
    ['vertex', 'gemini-3.8-flash'],
  ] as const)
    assert.equal(bodyFor(preset, model, { tools })['tools'], undefined, preset);
});

test('schemas go as JSON Schema, with references in place and without what is refused', () => {
  const parameters = {
    type: 'object',
    properties: { at: { $ref: '#/$defs/Point' }, propertyNames: { type: 'string' } },
    $defs: { Point: { type: 'object', properties: { x: { type: 'number', exclusiveMinimum: 0 } }, 'x-order': 1 } },
    patternProperties: { '^a': {} },
    additionalProperties: false,
  };
  const [tool] = bodyFor('gemini', 'gemini-3.8-flash', {
    tools: [{ kind: 'function', name: { name: 'draw' }, parameters }],
  })['tools'] as readonly { functionDeclarations: readonly JsonObject[] }[];
  assert.deepEqual(tool?.functionDeclarations[0]?.['parametersJsonSchema'], {
    type: 'object',
    properties: {
      at: { type: 'object', properties: { x: { type: 'number', exclusiveMinimum: 0 } } },
      propertyNames: { type: 'string' },
    },
    additionalProperties: false,
  });
});

test('a schema of the reply is enforced beside tools by the third generation only', () => {
  const outputFormat = { type: 'json-schema', name: 'out', schema: { type: 'object', properties: {} } } as const;
  const three = bodyFor('gemini', 'gemini-3.8-flash', { outputFormat })['generationConfig'];
  assert.ok(JSON.stringify(three).includes('"responseJsonSchema":{"type":"object"'));
  const two = bodyFor('gemini', 'gemini-2.5-pro', { outputFormat });
  assert.ok(!JSON.stringify(two['generationConfig']).includes('response'));
  assert.match(JSON.stringify(two['systemInstruction']), /JSON Schema/);
});
