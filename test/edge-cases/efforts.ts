import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/ir/json.ts';
import type { EdgeCase } from './case.ts';
import { at } from './read.ts';

const NO_EFFORT = /^reasoning\.effort: The provider takes no effort/;

/** The members by which a body asks for thinking, whatever the platform calls them. */
function asked(body: JsonObject): JsonObject {
  const names = [
    'thinking',
    'reasoning_effort',
    'reasoning',
    'enable_thinking',
    'reasoning_split',
    'chat_template_kwargs',
  ];
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

const none = (request: JsonObject): JsonObject => ({ ...request, reasoning: { effort: 'none' } });

/** Effort and thinking. */
export const EFFORT_CASES: readonly EdgeCase[] = [
  {
    number: 23,
    title: 'DeepSeek: a switch with high and max beside it',
    outcome: 'carried',
    fixture: '23-effort-deepseek',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => assert.deepEqual(asked(body), { thinking: { type: 'enabled' }, reasoning_effort: 'high' }),
      },
      {
        to: 'deepseek/deepseek-v4-pro',
        edit: none,
        sent: (body) => assert.deepEqual(asked(body), { thinking: { type: 'disabled' } }),
      },
    ],
  },
  {
    number: 24,
    title: 'OpenRouter: an object with an effort, no max, and an explicit none',
    outcome: 'repaired',
    fixture: '24-effort-openrouter',
    trials: [
      {
        to: 'openrouter/qwen/qwen3-coder',
        sent: (body) => assert.deepEqual(asked(body), { reasoning: { effort: 'high' } }),
      },
      {
        to: 'openrouter/qwen/qwen3-coder',
        edit: none,
        sent: (body) => assert.deepEqual(asked(body), { reasoning: { effort: 'none' } }),
      },
      {
        to: 'openrouter/qwen/qwen3-coder',
        edit: (request) => ({ ...request, reasoning: { effort: 'max' } }),
        sent: (body) => assert.deepEqual(asked(body), { reasoning: { effort: 'xhigh' } }),
        loss: /does not take "max"; "xhigh" was sent/,
      },
    ],
  },
  {
    number: 25,
    title: 'Qwen, SiliconFlow, ModelScope, Novita: a switch of their own',
    outcome: 'carried',
    fixture: '25-effort-switch',
    trials: [
      'qwen/qwen3.5-plus',
      'siliconflow/Qwen/Qwen3-32B',
      'modelscope/Qwen/Qwen3-32B',
      'novita/zai-org/glm-4.5',
    ].map((to) => ({ to, sent: (body) => assert.deepEqual(asked(body), { enable_thinking: true }) })),
  },
  {
    number: 26,
    title: 'MiniMax: thinking apart from the text is asked for; it takes no level',
    outcome: 'repaired',
    fixture: '26-effort-split',
    trials: [
      {
        to: 'minimax/MiniMax-M2.7',
        sent: (body) => assert.deepEqual(asked(body), { reasoning_split: true }),
        loss: NO_EFFORT,
      },
    ],
  },
  {
    number: 27,
    title: 'NVIDIA NIM refuses members that it does not know: none is sent',
    outcome: 'repaired',
    fixture: '27-effort-unknown-fields',
    trials: [
      {
        to: 'nvidia/meta/llama-4',
        sent: (body) => assert.deepEqual(Object.keys(body).sort(), ['messages', 'model', 'stream', 'stream_options']),
        loss: NO_EFFORT,
      },
    ],
  },
  {
    number: 28,
    title: 'StepFun: what is taken depends on the model',
    outcome: 'repaired',
    fixture: '28-effort-by-model',
    trials: [
      { to: 'stepfun/step-3.7-flash', sent: (body) => assert.deepEqual(asked(body), { reasoning_effort: 'medium' }) },
      { to: 'stepfun/step-2-16k', sent: (body) => assert.deepEqual(asked(body), {}), loss: NO_EFFORT },
    ],
  },
  {
    number: 29,
    title: 'A level that is not known becomes the nearest; it never vanishes',
    outcome: 'repaired',
    fixture: '29-effort-clamped',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        sent: (body) => assert.equal(body['reasoning_effort'], 'max'),
        loss: /does not take "ultra"; "max" was sent/,
      },
      {
        to: 'anthropic/claude-opus-4-6',
        sent: (body) => assert.equal(at(body, 'output_config.effort'), 'max'),
        loss: /does not take "ultra"; "max" was sent/,
      },
    ],
  },
  {
    number: 30,
    title: 'The words follow the platform, not the name of the model',
    outcome: 'carried',
    fixture: '30-effort-by-platform',
    trials: [
      {
        to: 'openrouter/z-ai/glm-4.6',
        sent: (body) => assert.deepEqual(asked(body), { reasoning: { effort: 'high' } }),
      },
      { to: 'zai/glm-4.6', sent: (body) => assert.deepEqual(asked(body), { thinking: { type: 'enabled' } }) },
    ],
  },
  {
    number: 31,
    title: 'GLM streams the arguments of calls only where that is asked for, and only its own platform knows the word',
    outcome: 'carried',
    fixture: '31-tool-stream',
    trials: [
      { to: 'zai/glm-4.6', sent: (body) => assert.equal(body['tool_stream'], true) },
      { to: 'openrouter/z-ai/glm-4.6', sent: (body) => assert.ok(!('tool_stream' in body)) },
    ],
  },
];
