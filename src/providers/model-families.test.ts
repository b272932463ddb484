import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from './model-families.ts';

const OPENAI = [
  'gpt-5.5',
  'openai/gpt-4o-mini',
  'chatgpt-4o-latest',
  'o3',
  'o4-mini',
  'azure/o1-pro',
  'openai.gpt-5',
  'databricks-gpt-5',
  'openai/anything-new',
  'codex-mini-latest',
];
const OPEN = [
  'gpt-oss:20b',
  'openai/gpt-oss-120b',
  'openai.gpt-oss-120b-1:0',
  'accounts/fireworks/models/gpt-oss-120b',
  'deepseek-chat',
  'deepseek-ai/DeepSeek-V4-Pro',
  'qwen2.5-coder:3b',
  'Qwen/Qwen3-235B-A22B',
  'qwen/qwen3-coder',
  'moonshotai/kimi-k2-instruct',
  'zai-org/GLM-4.6',
  'glm-5.1',
  'zai-glm-4.7',
  'meta-llama/Llama-3.3-70B-Instruct',
  'llama3.1:8b',
  'mistralai/devstral-small',
  'gemma-4-31b',
  'MiniMaxAI/MiniMax-M2',
  'phi4:14b',
];
const CLOSED = [
  'claude-opus-5',
  'us.anthropic.claude-sonnet-5-v1:0',
  'gemini-3-pro',
  'grok-4',
  'qwen3-max',
  'qwen3-coder-plus',
  'mistral-medium-latest',
  'command-a-plus',
  'glm-4.5-x',
  'solar-pro3',
];

test('names of each kind are known', () => {
  for (const id of OPENAI) assert.deepEqual(facts(id), [false, true], id);
  for (const id of OPEN) assert.deepEqual(facts(id), [true, false], id);
  for (const id of CLOSED) assert.deepEqual(facts(id), [false, false], id);
});

test('a name that says nothing is unknown', () => {
  for (const id of ['team-model', 'openrouter/auto', 'ark', 'my-deployment', ''])
    assert.equal(familyOf(id), undefined, id);
});

function facts(id: string): readonly (boolean | undefined)[] {
  const family = familyOf(id);
  return [family?.openWeights, family?.openai];
}
