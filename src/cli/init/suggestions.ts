/** What a model is good for beside its provider's others. `default`: everyday work. `light`: titles, summaries, small
 *  changes. `strong`: what must be right. `deep`: hard problems, at any length. `long`: a million tokens or so.
 *  `hf-groq`, `hf-together`: who of a broker's providers serves it. */
export type Role = 'default' | 'light' | 'strong' | 'deep' | 'long' | 'hf-groq' | 'hf-together';

/** @property contextWindow  tokens, where neither preset nor provider tells it. */
export type SuggestedModel = {
  readonly slug: string;
  readonly id: string;
  readonly roles: readonly Role[];
  readonly contextWindow?: number;
};

/** Models that `init` writes for a provider whose key it finds: good at tools, in the order of the fallback route.
 *  Model ids are those of the price table's providers (`@pydantic/genai-prices`) where it knows them.
 *  @property models  `id` at the provider; the slug is the id's last part unless that is taken.
 *  @property pick    the provider's whole list is served, and these globs fill the picker. */
export type Suggestion = {
  readonly preset: string;
  readonly models: readonly SuggestedModel[];
  readonly pick?: readonly string[];
};

/** In the order in which they become the default: what a direct key buys before what a broker resells. */
export const SUGGESTIONS: readonly Suggestion[] = [
  {
    preset: 'anthropic',
    models: [
      { slug: 'claude-sonnet-5', id: 'claude-sonnet-5', roles: ['default', 'long'] },
      { slug: 'claude-haiku-4-5', id: 'claude-haiku-4-5', roles: ['light'] },
      { slug: 'claude-opus-5-5', id: 'claude-opus-5-5', roles: ['strong', 'deep'] },
    ],
  },
  {
    preset: 'openai',
    models: [
      { slug: 'gpt-5.5', id: 'gpt-5.5', roles: ['default', 'long'] },
      { slug: 'gpt-5.4-mini', id: 'gpt-5.4-mini', roles: ['light'] },
      { slug: 'gpt-6-sol', id: 'gpt-6-sol', roles: ['strong', 'deep'] },
    ],
  },
  {
    preset: 'deepseek',
    models: [
      { slug: 'deepseek-v4-pro', id: 'deepseek-v4-pro', roles: ['default', 'strong', 'deep', 'long'] },
      { slug: 'deepseek-v4-flash', id: 'deepseek-v4-flash', roles: ['light'] },
    ],
  },
  {
    preset: 'zai',
    models: [
      { slug: 'glm-5.3', id: 'glm-5.3', roles: ['default', 'strong', 'deep', 'long'] },
      { slug: 'glm-5.3-flash', id: 'glm-5.3-flash', roles: ['light'] },
    ],
  },
  {
    preset: 'moonshot',
    models: [
      { slug: 'kimi-k2.7-code', id: 'kimi-k2.7-code', roles: ['default'] },
      { slug: 'moonshot-kimi-k3', id: 'kimi-k3', roles: ['strong', 'deep', 'long'] },
    ],
  },
  {
    preset: 'qwen',
    models: [
      { slug: 'qwen3-coder-plus', id: 'qwen3-coder-plus', roles: ['default', 'long'] },
      { slug: 'qwen3-coder-flash', id: 'qwen3-coder-flash', roles: ['light'] },
    ],
  },
  {
    preset: 'minimax',
    models: [
      { slug: 'minimax-m2.7', id: 'MiniMax-M2.7', roles: ['default'] },
      { slug: 'minimax-m3', id: 'MiniMax-M3', roles: ['long'] },
    ],
  },
  { preset: 'mistral', models: [{ slug: 'devstral', id: 'devstral-2512', roles: ['default'] }] },
  {
    preset: 'xai',
    models: [
      { slug: 'grok-4.6', id: 'grok-4.6', roles: ['default', 'strong', 'deep'] },
      { slug: 'grok-code-fast-1', id: 'grok-code-fast-1', roles: ['light'] },
    ],
  },
  {
    preset: 'gemini',
    models: [
      { slug: 'gemini-3.8-flash', id: 'gemini-3.8-flash', roles: ['default', 'long'] },
      { slug: 'gemini-3.1-flash-lite', id: 'gemini-3.1-flash-lite', roles: ['light'] },
      { slug: 'gemini-3.1-pro', id: 'gemini-3.1-pro-preview', roles: ['strong', 'deep'] },
    ],
  },
  {
    preset: 'cerebras',
    models: [{ slug: 'cerebras-gpt-oss-120b', id: 'gpt-oss-120b', roles: ['default', 'light'] }],
  },
  {
    preset: 'groq',
    models: [
      { slug: 'groq-gpt-oss-120b', id: 'openai/gpt-oss-120b', roles: ['default'] },
      { slug: 'groq-gpt-oss-20b', id: 'openai/gpt-oss-20b', roles: ['light'] },
    ],
  },
  {
    preset: 'openrouter',
    models: [
      { slug: 'openrouter-glm-5.3', id: 'z-ai/glm-5.3', roles: ['default', 'strong', 'deep', 'long'] },
      { slug: 'openrouter-glm-5.3-flash', id: 'z-ai/glm-5.3-flash', roles: ['light'] },
    ],
    pick: ['z-ai/*', 'moonshotai/*', 'qwen/*coder*', 'deepseek/*'],
  },
  {
    preset: 'fireworks',
    models: [{ slug: 'fireworks-kimi-k2.7-code', id: 'accounts/fireworks/models/kimi-k2p7-code', roles: ['default'] }],
  },
  { preset: 'kimi-coding', models: [{ slug: 'kimi-k3', id: 'k3', roles: ['default'] }] },
  { preset: 'mimo', models: [{ slug: 'mimo-v2.6-pro', id: 'mimo-v2.6-pro', roles: ['default'] }] },
  { preset: 'longcat', models: [{ slug: 'longcat-2.0', id: 'LongCat-2.0', roles: ['default'] }] },
  { preset: 'stepfun', models: [{ slug: 'step-3.7-flash', id: 'step-3.7-flash', roles: ['default'] }] },
  { preset: 'tencent-tokenhub', models: [{ slug: 'hy3', id: 'hy3', roles: ['default'] }] },
  { preset: 'inception', models: [{ slug: 'mercury-2', id: 'mercury-2', roles: ['default'] }] },
  { preset: 'qwen-coding', models: [{ slug: 'plan-qwen3-coder-plus', id: 'qwen3-coder-plus', roles: ['default'] }] },
  { preset: 'ollama-cloud', models: [], pick: ['*coder*', 'gpt-oss*'] },
  { preset: 'vercel', models: [], pick: ['zai/*', 'moonshotai/*', 'deepseek/*'] },
  { preset: 'deepinfra', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'novita', models: [], pick: ['*coder*', '*glm*', '*kimi*'] },
  { preset: 'nebius', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'baseten', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'chutes', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  {
    preset: 'huggingface',
    // Who serves it stands behind the model's name: https://huggingface.co/docs/inference-providers/index
    models: [
      {
        slug: 'hf-gpt-oss-120b-groq',
        id: 'openai/gpt-oss-120b:groq',
        roles: ['hf-groq'],
        contextWindow: 131_072,
      },
      {
        slug: 'hf-gpt-oss-120b-together',
        id: 'openai/gpt-oss-120b:together',
        roles: ['hf-together'],
        contextWindow: 131_072,
      },
    ],
    pick: ['*Coder*', '*GLM*', '*Kimi*'],
  },
  { preset: 'together', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'siliconflow', models: [], pick: ['*Coder*', '*GLM*', '*Kimi*'] },
  { preset: 'nvidia', models: [], pick: ['*coder*', '*glm*', '*kimi*'] },
];

/** A small model that is good at code, for a machine that has none. Its page: https://ollama.com/library/qwen2.5-coder */
export const SMALL_CODING_MODEL = 'qwen2.5-coder:3b';

/** The window that a server which we start gives its models: its own default is too small for Codex's first prompt.
 *  https://docs.ollama.com/context-length */
export const LOCAL_CONTEXT_LENGTH = '32768';
