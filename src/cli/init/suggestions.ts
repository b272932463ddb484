/** Models that `init` writes for a provider whose key it finds: good at tools, in the order of the fallback route.
 *  Model ids are those of the price table's providers (`@pydantic/genai-prices`) where it knows them.
 *  @property models  `id` at the provider; the slug is the id's last part unless that is taken.
 *  @property pick    the provider's whole list is served, and these globs fill the picker. */
export type Suggestion = {
  readonly preset: string;
  readonly models: readonly { readonly slug: string; readonly id: string }[];
  readonly pick?: readonly string[];
};

/** In the order in which they become the default: what a direct key buys before what a broker resells. */
export const SUGGESTIONS: readonly Suggestion[] = [
  { preset: 'anthropic', models: [{ slug: 'claude-sonnet-5', id: 'claude-sonnet-5' }] },
  { preset: 'openai', models: [{ slug: 'gpt-5.5', id: 'gpt-5.5' }] },
  {
    preset: 'deepseek',
    models: [
      { slug: 'deepseek-v4-pro', id: 'deepseek-v4-pro' },
      { slug: 'deepseek-v4-flash', id: 'deepseek-v4-flash' },
    ],
  },
  { preset: 'zai', models: [{ slug: 'glm-5.3', id: 'glm-5.3' }] },
  { preset: 'moonshot', models: [{ slug: 'kimi-k2.7-code', id: 'kimi-k2.7-code' }] },
  { preset: 'qwen', models: [{ slug: 'qwen3-coder-plus', id: 'qwen3-coder-plus' }] },
  { preset: 'minimax', models: [{ slug: 'minimax-m2.7', id: 'MiniMax-M2.7' }] },
  { preset: 'mistral', models: [{ slug: 'devstral', id: 'devstral-2512' }] },
  { preset: 'xai', models: [{ slug: 'grok-4.6', id: 'grok-4.6' }] },
  { preset: 'gemini', models: [{ slug: 'gemini-3.8-flash', id: 'gemini-3.8-flash' }] },
  { preset: 'cerebras', models: [{ slug: 'cerebras-gpt-oss-120b', id: 'gpt-oss-120b' }] },
  { preset: 'groq', models: [{ slug: 'groq-gpt-oss-120b', id: 'openai/gpt-oss-120b' }] },
  {
    preset: 'openrouter',
    models: [{ slug: 'openrouter-glm-5.3', id: 'z-ai/glm-5.3' }],
    pick: ['z-ai/*', 'moonshotai/*', 'qwen/*coder*', 'deepseek/*'],
  },
  {
    preset: 'fireworks',
    models: [{ slug: 'fireworks-kimi-k2.7-code', id: 'accounts/fireworks/models/kimi-k2p7-code' }],
  },
  { preset: 'kimi-coding', models: [{ slug: 'kimi-k3', id: 'k3' }] },
  { preset: 'mimo', models: [{ slug: 'mimo-v2.6-pro', id: 'mimo-v2.6-pro' }] },
  { preset: 'longcat', models: [{ slug: 'longcat-2.0', id: 'LongCat-2.0' }] },
  { preset: 'stepfun', models: [{ slug: 'step-3.7-flash', id: 'step-3.7-flash' }] },
  { preset: 'tencent-tokenhub', models: [{ slug: 'hy3', id: 'hy3' }] },
  { preset: 'inception', models: [{ slug: 'mercury-2', id: 'mercury-2' }] },
  { preset: 'qwen-coding', models: [{ slug: 'plan-qwen3-coder-plus', id: 'qwen3-coder-plus' }] },
  { preset: 'ollama-cloud', models: [], pick: ['*coder*', 'gpt-oss*'] },
  { preset: 'vercel', models: [], pick: ['zai/*', 'moonshotai/*', 'deepseek/*'] },
  { preset: 'deepinfra', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'novita', models: [], pick: ['*coder*', '*glm*', '*kimi*'] },
  { preset: 'nebius', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'baseten', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'chutes', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'huggingface', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'together', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'siliconflow', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'nvidia', models: [], pick: ['*coder*', '*glm*', '*kimi*'] },
];

/** A small model that is good at code, for a machine that has none. Its page: https://ollama.com/library/qwen2.5-coder */
export const SMALL_CODING_MODEL = 'qwen2.5-coder:3b';

/** The window that a server which we start gives its models: its own default is too small for Codex's first prompt.
 *  https://docs.ollama.com/context-length */
export const LOCAL_CONTEXT_LENGTH = '32768';
