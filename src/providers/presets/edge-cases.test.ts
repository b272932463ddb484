import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clampEffort } from '../../ir/dialect.ts';
import { applyEffort } from '../../protocols/effort.ts';
import { errorInside } from '../../protocols/openai-chat/decode-error.ts';
import { usageReader } from '../../protocols/openai-chat/decode-usage.ts';
import { decodeOpenAiError } from '../../protocols/openai-error.ts';
import { PRESET_IDS } from './preset-files.ts';
import { dialectOf, presetOf } from './testing/dialect.ts';

/** The members that ask a model to think, as the provider takes them. */
function asked(preset: string, model: string, effort: string): object {
  return applyEffort({}, dialectOf(preset, model).effort, { effort }).value;
}

test('case 1: thinking goes back where a turn is refused without it, and nowhere else', () => {
  const required = { field: 'reasoning_content', when: 'tool-turns', required: true };
  assert.deepEqual(dialectOf('deepseek', 'deepseek-v4-pro').reasoning.echo, required);
  assert.deepEqual(dialectOf('mimo', 'mimo-v2.6-pro').reasoning.echo, required);
  assert.deepEqual(dialectOf('bigmodel', 'glm-4.6').reasoning.echo, { field: 'none' });
  assert.deepEqual(dialectOf('zai', 'glm-4.5-air').reasoning.echo, { field: 'none' });
});

test('case 8: one system message, at index 0', () => {
  const { roles } = dialectOf('minimax', 'MiniMax-M2.7');
  assert.deepEqual([roles.instructions, roles.placement, roles.laterAs], ['system', 'first', 'user']);
});

test('case 15: the limit of tokens under the name that is taken', () => {
  assert.equal(dialectOf('groq', 'openai/gpt-oss-120b').tokenLimitField, 'max_completion_tokens');
  assert.equal(dialectOf('mimo', 'mimo-v2.6-pro').tokenLimitField, 'max_completion_tokens');
  assert.equal(dialectOf('deepseek', 'deepseek-v4-pro').tokenLimitField, 'max_tokens');
});

test('case 16: usage in a stream is asked for, but not where that is refused', () => {
  assert.equal(dialectOf('deepseek', 'deepseek-v4-pro').streamUsage, true);
  assert.equal(dialectOf('mistral', 'devstral-2512').streamUsage, false);
  assert.equal(dialectOf('zai', 'glm-5.3').streamUsage, false);
});

test('case 17: a cache key goes only where one is understood', () => {
  const taking = PRESET_IDS.filter((id) => dialectOf(id, 'any').cacheKeyField !== undefined);
  const native = PRESET_IDS.filter((id) => presetOf(id).native);
  const sourced = PRESET_IDS.filter((id) => presetOf(id).quirks.some((quirk) => quirk.kind === 'cache-key'));
  for (const id of taking) assert.ok(native.includes(id) || sourced.includes(id), id);
  assert.ok(taking.includes('moonshot') && taking.includes('fireworks') && !taking.includes('kimi-coding'));
});

test('cases 23 to 28: each platform is told to think in its own words', () => {
  assert.deepEqual(asked('deepseek', 'deepseek-v4-pro', 'max'), {
    thinking: { type: 'enabled' },
    reasoning_effort: 'max',
  });
  assert.deepEqual(asked('deepseek', 'deepseek-v4-pro', 'none'), { thinking: { type: 'disabled' } });
  assert.deepEqual(asked('openrouter', 'qwen/qwen3-coder', 'none'), { reasoning: { effort: 'none' } });
  assert.deepEqual(asked('openrouter', 'qwen/qwen3-coder', 'max'), { reasoning: { effort: 'xhigh' } });
  for (const [preset, model] of [
    ['qwen', 'qwen3.5-plus'],
    ['siliconflow', 'Qwen/Qwen3-32B'],
    ['modelscope', 'Qwen/Qwen3-32B'],
    ['novita', 'zai-org/glm-4.5'],
  ] as const) {
    assert.deepEqual(asked(preset, model, 'high'), { enable_thinking: true }, preset);
    assert.deepEqual(asked(preset, model, 'none'), { enable_thinking: false }, preset);
  }
  assert.deepEqual(dialectOf('minimax', 'MiniMax-M2.7').defaults, { reasoning_split: true });
  assert.deepEqual(asked('nvidia', 'meta/llama-4', 'high'), {}, 'NIM refuses members that it does not know');
  assert.deepEqual(dialectOf('nvidia', 'meta/llama-4').defaults, {});
  assert.deepEqual(asked('stepfun', 'step-3.7-flash', 'medium'), { reasoning_effort: 'medium' });
  assert.deepEqual(asked('stepfun', 'step-3.5-flash-2603', 'medium'), { reasoning_effort: 'high' });
  assert.deepEqual(asked('stepfun', 'step-2-16k', 'medium'), {});
});

test('case 29: an effort that is not known is clamped to the nearest, at every provider', () => {
  for (const id of PRESET_IDS) {
    const { effort } = dialectOf(id, 'any');
    const levels = effort.kind === 'field' || effort.kind === 'adaptive' ? effort.levels : [];
    if (levels.length === 0) continue;
    for (const word of ['xhigh', 'max', 'ultra']) assert.ok(levels.includes(clampEffort(word, levels) ?? ''), id);
  }
});

test('case 30: the dialect follows the platform, not the name of the model', () => {
  assert.deepEqual(asked('openrouter', 'z-ai/glm-5.3', 'high'), { reasoning: { effort: 'high' } });
  assert.deepEqual(asked('zai', 'glm-5.3', 'high'), { reasoning_effort: 'high' });
  assert.deepEqual(asked('wandb', 'zai-org/GLM-5.2', 'high'), { chat_template_kwargs: { enable_thinking: true } });
  assert.deepEqual(asked('baseten', 'zai-org/GLM-5.2', 'high'), { chat_template_args: { enable_thinking: true } });
});

test('case 31: GLM is asked to stream its calls, on each of its maker’s doors', () => {
  for (const id of ['zai', 'zai-coding', 'bigmodel', 'bigmodel-coding']) {
    assert.equal(dialectOf(id, 'glm-5.3').defaults['tool_stream'], true, id);
  }
});

test('case 40: cached tokens under the names of each provider', () => {
  const read = (id: string, usage: object): number | undefined =>
    usageReader(dialectOf(id, 'any').usage).read({ prompt_tokens: 100, completion_tokens: 1, ...usage })?.cacheRead;
  assert.equal(read('deepseek', { prompt_cache_hit_tokens: 64 }), 64);
  assert.equal(read('moonshot', { cached_tokens: 32 }), 32);
  assert.equal(read('openrouter', { prompt_tokens_details: { cached_tokens: 16 } }), 16);
  const { find } = usageReader(dialectOf('moonshot', 'any').usage);
  assert.deepEqual(find({ choices: [{ usage: { prompt_tokens: 3 } }] }), { prompt_tokens: 3 });
});

test('case 49: an error inside a 200 is one, and its code says which', () => {
  const { errors } = dialectOf('minimax', 'MiniMax-M2.7');
  const inside = (code: number, words: string) =>
    errorInside({ choices: null, base_resp: { status_code: code, status_msg: words } }, errors);
  assert.equal(inside(0, 'success'), undefined);
  assert.equal(inside(1008, 'nothing left')?.kind, 'quota');
  assert.equal(inside(2013, 'invalid params, role is wrong')?.kind, 'invalid-request');
  assert.equal(inside(2013, 'invalid params, context window exceeds limit')?.kind, 'context-overflow');
});

test('case 65: who refuses the hosted search is offered none', () => {
  for (const id of PRESET_IDS.filter((preset) => /^(mimo|longcat|minimax)/.test(preset))) {
    assert.deepEqual(dialectOf(id, 'any').tools.hosted, [], id);
    assert.ok(
      presetOf(id).quirks.some((quirk) => quirk.kind === 'hosted-tools'),
      `${id} says so with a source`,
    );
  }
});

test('a prompt that is too long is known by the words of each provider', () => {
  const kind = (id: string, status: number, body: string): string =>
    decodeOpenAiError(status, {}, body, 0, dialectOf(id, 'any').errors).kind;
  const said = (message: string, code?: string): string => JSON.stringify({ error: { message, code } });
  assert.equal(kind('zai', 400, said('Too much.', '1261')), 'context-overflow');
  assert.equal(kind('zai', 429, said('Insufficient balance.', '1113')), 'quota');
  assert.equal(kind('cerebras', 400, ''), 'context-overflow');
  assert.equal(kind('groq', 400, ''), 'invalid-request');
  assert.equal(kind('lmstudio', 500, said('tokens to keep is greater than the context length')), 'context-overflow');
});
