import { type Preset, presetSchema } from '../preset.ts';
import anthropic from './anthropic.json' with { type: 'json' };
import azureOpenai from './azure-openai.json' with { type: 'json' };
import cerebras from './cerebras.json' with { type: 'json' };
import chatgpt from './chatgpt.json' with { type: 'json' };
import deepseek from './deepseek.json' with { type: 'json' };
import fireworks from './fireworks.json' with { type: 'json' };
import gemini from './gemini.json' with { type: 'json' };
import groq from './groq.json' with { type: 'json' };
import huggingface from './huggingface.json' with { type: 'json' };
import litellm from './litellm.json' with { type: 'json' };
import llamacpp from './llamacpp.json' with { type: 'json' };
import lmstudio from './lmstudio.json' with { type: 'json' };
import minimax from './minimax.json' with { type: 'json' };
import mistral from './mistral.json' with { type: 'json' };
import moonshot from './moonshot.json' with { type: 'json' };
import nvidia from './nvidia.json' with { type: 'json' };
import ollama from './ollama.json' with { type: 'json' };
import openai from './openai.json' with { type: 'json' };
import openrouter from './openrouter.json' with { type: 'json' };
import qwen from './qwen.json' with { type: 'json' };
import siliconflow from './siliconflow.json' with { type: 'json' };
import together from './together.json' with { type: 'json' };
import vllm from './vllm.json' with { type: 'json' };
import xai from './xai.json' with { type: 'json' };
import zai from './zai.json' with { type: 'json' };

/** Every preset's JSON, by its id. */
const files: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['anthropic', anthropic],
  ['azure-openai', azureOpenai],
  ['cerebras', cerebras],
  ['chatgpt', chatgpt],
  ['deepseek', deepseek],
  ['fireworks', fireworks],
  ['gemini', gemini],
  ['groq', groq],
  ['huggingface', huggingface],
  ['litellm', litellm],
  ['llamacpp', llamacpp],
  ['lmstudio', lmstudio],
  ['minimax', minimax],
  ['mistral', mistral],
  ['moonshot', moonshot],
  ['nvidia', nvidia],
  ['ollama', ollama],
  ['openai', openai],
  ['openrouter', openrouter],
  ['qwen', qwen],
  ['siliconflow', siliconflow],
  ['together', together],
  ['vllm', vllm],
  ['xai', xai],
  ['zai', zai],
]);

/** The ids that `preset:` takes, in alphabetical order. */
export const PRESET_IDS: readonly string[] = [...files.keys()];

const parsed = new Map<string, Preset>();

/** Parsed when it is first asked for, so that a start pays only for the presets in use. */
export function findPreset(id: string): Preset | undefined {
  const known = parsed.get(id);
  if (known !== undefined) return known;
  const file = files.get(id);
  if (file === undefined) return undefined;
  const preset = presetSchema.parse(file);
  parsed.set(id, preset);
  return preset;
}
