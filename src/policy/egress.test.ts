import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup, snapshotOf } from '../config/testing/setup.ts';
import { fixedView } from '../config/view.ts';
import { planRoute } from '../routing/plan-route.ts';
import { testQuery } from '../routing/testing/view.ts';
import type { Fence } from './egress.ts';
import { fenceOf } from './egress.ts';

const PROVIDERS = `
providers:
  near: { preset: ollama }
  box: { protocol: openai-chat, base_url: "http://gpu.lan:8000/v1" }
  lan: { protocol: openai-chat, base_url: "http://192.168.7.9:8000/v1" }
  loop: { protocol: openai-chat, base_url: "http://127.0.0.1:11434/v1" }
  tunnel: { preset: deepseek, base_url: "http://127.0.0.1:9000", api_key: k }
  far: { preset: deepseek, api_key: k }
  maker: { preset: openai, api_key: k }
  azure: { preset: azure-openai, base_url: "https://x.openai.azure.com/openai/v1", api_key: k }
  bare: { protocol: openai-chat, base_url: "https://api.openai.com/v1", api_key: k }
  many: { preset: openrouter, api_key: k }
  work: { protocol: openai-chat, base_url: "https://llm.example.com/v1", api_key: k }
  vouched: { protocol: openai-chat, base_url: "https://llm.example.com/v1", api_key: k, openai: false }
  lite: { preset: litellm }
models:
  - { slug: qwen, provider: near, model: "qwen2.5-coder:3b" }
  - { slug: cloud, provider: near, model: "gpt-oss:120b-cloud" }
  - { slug: cloud2, provider: near, model: "minimax-m2:cloud" }
  - { slug: boxed, provider: box, model: some-model }
  - { slug: lanned, provider: lan, model: some-model }
  - { slug: bare-ollama, provider: loop, model: "gpt-oss:120b-cloud" }
  - { slug: bare-here, provider: loop, model: "gpt-oss:20b" }
  - { slug: tunnelled, provider: tunnel, model: deepseek-chat }
  - { slug: far, provider: far, model: deepseek-chat }
  - { slug: gpt, provider: maker, model: gpt-5.5 }
  - { slug: deployed, provider: azure, model: my-deployment }
  - { slug: bare, provider: bare, model: mystery }
  - { slug: routed-gpt, provider: many, model: openai/gpt-5.5 }
  - { slug: routed-oss, provider: many, model: openai/gpt-oss-120b }
  - { slug: routed-auto, provider: many, model: openrouter/auto }
  - { slug: routed-claude, provider: many, model: anthropic/claude-opus-5 }
  - { slug: routed-qwen, provider: many, model: qwen/qwen3-coder-480b-a35b-instruct }
  - { slug: routed-max, provider: many, model: qwen/qwen3-max }
  - { slug: mystery, provider: work, model: team-model }
  - { slug: mystery-vouched, provider: vouched, model: team-model }
  - { slug: mystery-open, provider: work, model: team-model, open_weights: true }
  - { slug: proxied, provider: lite, model: whatever }
  - { slug: proxied-vouched, provider: lite, model: whatever, forwarded: false }
`;

test('local_only admits this machine and what is listed, and nothing that is forwarded', (t) => {
  assert.deepEqual(admitted(t, 'local_only: true'), ['qwen', 'bare-here', 'proxied-vouched']);
  assert.deepEqual(admitted(t, 'local_only: true\n  private_networks: [192.168.0.0/16, gpu.lan]'), [
    'qwen',
    'boxed',
    'lanned',
    'bare-here',
    'proxied-vouched',
  ]);
});

test('a proxy on the way must be inside as well', (t) => {
  const { fence, model } = fenced(t, 'local_only: true');
  assert.equal(fence.refuses(model('qwen'), 'http://127.0.0.1:3128'), undefined);
  assert.match(fence.refuses(model('qwen'), 'http://proxy.example:3128')?.message ?? '', /proxy proxy\.example/);
  assert.match(fence.refuses(model('qwen'), 'no url')?.message ?? '', /proxy of this provider/);
});

test('a name must lead inside when it is connected to', (t) => {
  const { fence } = fenced(t, 'local_only: true\n  private_networks: [gpu.lan, 10.1.0.0/16]');
  const admits = fence.guard?.admits ?? (() => false);
  assert.ok(admits('localhost', '127.0.0.1') && admits('localhost', '::1'));
  assert.ok(admits('gpu.lan', '192.168.7.9') && admits('other.lan', '10.1.2.3'));
  assert.ok(!admits('gpu.lan', '93.184.216.34'), 'a listed name that leads to the Internet');
  assert.ok(!admits('localhost', '192.168.7.9') && !admits('localhost', '8.8.8.8'));
});

test("avoid_openai keeps away from OpenAI's services, whoever passes on, and from what is not known", (t) => {
  assert.deepEqual(refused(t, 'avoid_openai: true'), [
    'boxed',
    'lanned',
    'gpt',
    'deployed',
    'bare',
    'routed-gpt',
    'routed-auto',
    'mystery',
    'mystery-open',
    'proxied',
  ]);
});

test('open_models_only takes what is known to be open', (t) => {
  assert.deepEqual(admitted(t, 'open_models_only: true'), [
    'qwen',
    'cloud',
    'cloud2',
    'bare-ollama',
    'bare-here',
    'tunnelled',
    'far',
    'routed-oss',
    'routed-qwen',
    'mystery-open',
  ]);
});

test('allowed_models are globs over slugs and ids', (t) => {
  assert.deepEqual(admitted(t, 'allowed_models: ["routed-*", "deepseek-chat", "near/qwen*"]'), [
    'qwen',
    'tunnelled',
    'far',
    'routed-gpt',
    'routed-oss',
    'routed-auto',
    'routed-claude',
    'routed-qwen',
    'routed-max',
  ]);
});

test('a refusal names the limit and the place where it was set', (t) => {
  const { load } = setup(t, `${PROVIDERS}policy: { avoid_openai: true }\n`);
  const view = { ...fixedView(snapshotOf(load({ PLUGBOARD_LOCAL_ONLY: '1' }))), now: 0, draw: 0, health: new Map() };
  const planned = planRoute(testQuery('far'), { ...view, priceOf: () => undefined });
  assert.ok(!planned.ok);
  assert.equal(planned.failure.kind, 'policy');
  assert.match(planned.failure.message, /"far" is kept out by PLUGBOARD_LOCAL_ONLY: api\.deepseek\.com is neither/);
  const { fence, model } = fenced(t, 'avoid_openai: true');
  assert.match(fence.refuses(model('gpt'))?.message ?? '', /policy\.avoid_openai \(config\.yaml, line \d+\)/);
});

test('without a limit nothing is refused, and nobody is asked', (t) => {
  const { fence, slugs } = fenced(t, 'local_only: false');
  assert.equal(admitted(t, 'local_only: false').length, slugs.length);
  assert.equal(fence.guard, undefined);
  assert.equal(fence.mustRunHere, false);
});

function fenced(t: Parameters<typeof setup>[0], policy: string) {
  const snapshot = snapshotOf(setup(t, `${PROVIDERS}policy:\n  ${policy}\n`).load());
  const fence: Fence = fenceOf(snapshot.policy);
  const model = (slug: string) => {
    const found = snapshot.models.find((one) => one.slug === slug);
    assert.ok(found !== undefined, slug);
    return found;
  };
  return { fence, model, slugs: snapshot.models.map((one) => one.slug) };
}

function admitted(t: Parameters<typeof setup>[0], policy: string): readonly string[] {
  const { fence, model, slugs } = fenced(t, policy);
  return slugs.filter((slug) => fence.refuses(model(slug)) === undefined);
}

function refused(t: Parameters<typeof setup>[0], policy: string): readonly string[] {
  const { fence, model, slugs } = fenced(t, policy);
  return slugs.filter((slug) => fence.refuses(model(slug)) !== undefined);
}
