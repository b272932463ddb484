import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DiscoveredModel } from '../../config/snapshot.ts';
import type { Json } from '../../ir/json.ts';
import { demoScenario } from '../../simulator/demo.ts';
import { type SimulatorOptions, startSimulator } from '../../simulator/server.ts';
import { bench, type TestBench } from '../testing/context.ts';
import type { LiveReport } from './live-report.ts';

async function simulator(t: TestContext, options: Partial<SimulatorOptions>): Promise<string> {
  const started = await startSimulator({ scenario: demoScenario(), ...options });
  t.after(() => started.close());
  return started.url;
}

function configured(t: TestContext, yaml: readonly string[]): TestBench {
  const made = bench(t);
  mkdirSync(made.home, { recursive: true });
  writeFileSync(join(made.home, 'config.yaml'), yaml.join('\n'));
  return made;
}

async function reports(made: TestBench): Promise<readonly LiveReport[]> {
  assert.equal(await made.run('models', '--live', '--json'), 0, made.said.err);
  return JSON.parse(made.said.out).providers;
}

/** Each form of list that a preset speaks of: where it stands behind the base URL `/PRESET`, and what it tells of its one
 *  model. Prices are nano-USD per token: USD per million times 1,000. */
const SHAPES: {
  readonly [preset: string]: { readonly at?: string; readonly list: Json; readonly told: DiscoveredModel };
} = {
  openrouter: {
    list: {
      data: [
        {
          id: 'z-ai/glm-5.3',
          context_length: 202_752,
          architecture: { input_modalities: ['text', 'image'] },
          top_provider: { max_completion_tokens: 65_536 },
          pricing: { prompt: '0.0000006', completion: '0.0000022', input_cache_read: '0.00000011' },
        },
      ],
    },
    told: {
      id: 'z-ai/glm-5.3',
      facts: { contextWindow: 202_752, maxOutputTokens: 65_536, inputModalities: ['text', 'image'] },
      price: { input: 600, output: 2_200, cacheRead: 110 },
    },
  },
  together: {
    list: [{ id: 'Qwen/Coder', context_length: 131_072, pricing: { hourly: 0, input: 0.3, output: 0.9 } }],
    told: { id: 'Qwen/Coder', facts: { contextWindow: 131_072 }, price: { input: 300, output: 900 } },
  },
  huggingface: {
    list: {
      object: 'list',
      data: [
        {
          id: 'zai-org/GLM-5.2',
          architecture: { input_modalities: ['text'] },
          providers: [{ provider: 'a', context_length: 200_000, pricing: { input: 0.5, output: 2 } }],
        },
      ],
    },
    told: {
      id: 'zai-org/GLM-5.2',
      facts: { contextWindow: 200_000, inputModalities: ['text'] },
      price: { input: 500, output: 2_000 },
    },
  },
  anthropic: {
    list: { data: [{ type: 'model', id: 'claude-opus-5', max_input_tokens: 1_000_000, max_tokens: 128_000 }] },
    told: { id: 'claude-opus-5', facts: { contextWindow: 1_000_000, maxOutputTokens: 128_000 } },
  },
  groq: {
    list: { data: [{ id: 'openai/gpt-oss-120b', context_window: 131_072, max_completion_tokens: 65_536 }] },
    told: { id: 'openai/gpt-oss-120b', facts: { contextWindow: 131_072, maxOutputTokens: 65_536 } },
  },
  mistral: {
    list: { data: [{ id: 'devstral', max_context_length: 262_144, capabilities: { vision: false } }] },
    told: { id: 'devstral', facts: { contextWindow: 262_144, inputModalities: ['text'] } },
  },
  xai: {
    at: '/language-models',
    list: {
      models: [
        {
          id: 'grok-4.7',
          input_modalities: ['text', 'image'],
          prompt_text_token_price: 20_000,
          completion_text_token_price: 60_000,
          cached_prompt_text_token_price: 5_000,
        },
      ],
    },
    told: {
      id: 'grok-4.7',
      facts: { inputModalities: ['text', 'image'] },
      price: { input: 2_000, output: 6_000, cacheRead: 500 },
    },
  },
  venice: {
    list: {
      data: [
        {
          id: 'qwen-coder',
          model_spec: {
            availableContextTokens: 65_536,
            maxCompletionTokens: 16_384,
            capabilities: { supportsVision: true },
            pricing: { input: { usd: 0.5 }, output: { usd: 2 } },
          },
        },
      ],
    },
    told: {
      id: 'qwen-coder',
      facts: { contextWindow: 65_536, maxOutputTokens: 16_384, inputModalities: ['text', 'image'] },
      price: { input: 500, output: 2_000 },
    },
  },
  vercel: {
    list: {
      data: [
        {
          id: 'zai/glm-5.3',
          context_window: 200_000,
          max_tokens: 96_000,
          pricing: { input: '0.000001', output: '0.000003' },
        },
      ],
    },
    told: {
      id: 'zai/glm-5.3',
      facts: { contextWindow: 200_000, maxOutputTokens: 96_000 },
      price: { input: 1_000, output: 3_000 },
    },
  },
  aihubmix: {
    at: '//api/v1/models',
    list: {
      success: true,
      data: [
        {
          model_id: 'glm-5.3',
          context_length: 200_000,
          max_output: 128_000,
          input_modalities: 'text,image',
          pricing: { input: 1, output: 3, cache_read: 0.2 },
        },
      ],
    },
    told: {
      id: 'glm-5.3',
      facts: { contextWindow: 200_000, maxOutputTokens: 128_000, inputModalities: ['text', 'image'] },
      price: { input: 1_000, output: 3_000, cacheRead: 200 },
    },
  },
  'github-models': {
    at: '//catalog/models',
    list: [
      {
        id: 'openai/gpt-5',
        name: 'GPT-5',
        limits: { max_input_tokens: 200_000, max_output_tokens: 100_000 },
        supported_input_modalities: ['text', 'image'],
      },
    ],
    told: {
      id: 'openai/gpt-5',
      facts: { contextWindow: 200_000, maxOutputTokens: 100_000, inputModalities: ['text', 'image'] },
    },
  },
  lmstudio: {
    at: '//api/v0/models',
    list: { data: [{ id: 'qwen3-coder', loaded_context_length: 32_768, max_context_length: 262_144 }] },
    told: { id: 'qwen3-coder', facts: { contextWindow: 32_768 } },
  },
};

test('each form of list tells what its preset says that it tells', async (t) => {
  const lists = Object.entries(SHAPES).map(([preset, { at = '/models', list }]): [string, Json] => [
    at.startsWith('//') ? at.slice(1) : `/${preset}${at}`,
    list,
  ]);
  const url = await simulator(t, { lists: Object.fromEntries(lists) });
  const entries = Object.keys(SHAPES).map((id) => `  ${id}: { preset: ${id}, base_url: "${url}/${id}", api_key: k }`);
  const found = await reports(configured(t, ['providers:', ...entries]));
  assert.equal(found.length, Object.keys(SHAPES).length);
  for (const { provider, state, fresh } of found) {
    assert.equal(state, 'listed', provider);
    assert.deepEqual(fresh.map(rounded), [SHAPES[provider]?.told], provider);
  }
});

/** Prices are products of decimal fractions. */
function rounded(model: DiscoveredModel): DiscoveredModel {
  if (model.price === undefined) return model;
  const entries = Object.entries(model.price).map(([name, value]): [string, number] => [name, Math.round(value)]);
  return { ...model, price: { input: 0, output: 0, ...Object.fromEntries(entries) } };
}

test('Ollama: what is in memory tells its real window, else what is called the window that it was made for', async (t) => {
  const told = async (options: Partial<SimulatorOptions>): Promise<LiveReport | undefined> => {
    const ollama = { version: '0.14.0' };
    const url = await simulator(t, { models: ['qwen3:8b', 'spare:1b'], ollama, contextWindow: 40_960, ...options });
    const made = configured(t, [
      `providers: { ollama: { preset: ollama, base_url: "${url}/v1" } }`,
      'models: [{ slug: q, provider: ollama, model: "qwen3:8b", context_window: 32768 }]',
    ]);
    return (await reports(made))[0];
  };
  const asleep = { lists: { '/api/ps': { models: [] } } };
  const made = await told({ ...asleep, contextWindow: 16_384 });
  assert.deepEqual(made?.windows, [{ slug: 'q', model: 'qwen3:8b', here: 32_768, told: 16_384 }]);
  assert.deepEqual((await told(asleep))?.windows, [], 'it was made for more than it is given');
  assert.deepEqual(made?.fresh, [{ id: 'spare:1b', facts: {} }], 'neither in memory nor called');
  const loaded = await told({ lists: { '/api/ps': { models: [{ name: 'qwen3:8b', context_length: 4_096 }] } } });
  assert.deepEqual(loaded?.windows, [{ slug: 'q', model: 'qwen3:8b', here: 32_768, told: 4_096 }]);
});

test('new, missing, another window, a refused key, no list and no answer, each in a line with its mend', async (t) => {
  const url = await simulator(t, {
    models: ['here', 'fresh'],
    lists: {
      '/router/models': { data: [{ id: 'a/b', context_length: 128_000 }, { id: 'c/d' }] },
      '/page/models': 'hello',
    },
  });
  const locked = await simulator(t, { key: 'another', lists: { '/locked/models': { data: [] } } });
  const made = configured(t, [
    'providers:',
    `  near: { protocol: openai-chat, base_url: "${url}/v1" }`,
    `  router: { preset: openrouter, base_url: "${url}/router", api_key: k }`,
    `  page: { protocol: openai-chat, base_url: "${url}/page" }`,
    `  locked: { protocol: openai-chat, base_url: "${locked}/locked", api_key: k }`,
    '  gone: { protocol: openai-chat, base_url: "http://127.0.0.1:1/v1" }',
    'models:',
    '  - { slug: one, provider: near, model: here }',
    '  - { slug: two, provider: near, model: lost }',
    '  - { slug: three, provider: router, model: a/b, context_window: 256000 }',
  ]);
  assert.equal(await made.run('models', '--live'), 0, made.said.err);
  const lines = made.said.out.split('\n');
  assert.ok(lines.includes('near has 2 models, not configured: fresh'), made.said.out);
  assert.ok(lines.includes('near has no lost: the entry two cannot be served'));
  assert.ok(lines.includes('router has 2 models, not configured: c/d'));
  assert.ok(lines.includes('three has a window of 128k there, 256k here: set context_window: 128000'));
  assert.ok(lines.includes('page gives no list of its models (HTTP 200, no list)'));
  assert.ok(lines.includes('locked refuses the key (HTTP 401). Put a valid one under providers.locked.api_key'));
  assert.ok(lines.some((line) => line.startsWith('gone does not answer: ')));
});

test('all presets in a table, one with its sources, one as JSON to start another from', async (t) => {
  const made = configured(t, []);
  mkdirSync(join(made.home, 'presets'));
  assert.equal(await made.run('models', '--presets', 'deepseek', '--json'), 0, made.said.err);
  const copy = { ...JSON.parse(made.said.out), id: 'mine' };
  writeFileSync(join(made.home, 'presets', 'mine.json'), JSON.stringify(copy));
  made.said.out = '';
  assert.equal(await made.run('models', '--presets'), 0, made.said.err);
  assert.match(made.said.out, /^deepseek +openai-chat +https:\/\/api\.deepseek\.com +DEEPSEEK_API_KEY$/m);
  assert.match(made.said.out, /^mine \* +openai-chat +/m);
  assert.equal(await made.run('models', '--presets', 'mine'), 0, made.said.err);
  assert.match(made.said.out, /^- It takes at most 128 tools {2}https:\/\/api-docs\.deepseek\.com/m);
  assert.equal(await made.run('models', '--presets', 'deepsek'), 2);
  assert.match(made.said.err, /there is no preset "deepsek"\n {2}mend: plugboard models --presets deepseek/);
});
