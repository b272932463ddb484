import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Snapshot } from '../../config/snapshot.ts';
import { setup, snapshotOf } from '../../config/testing/setup.ts';
import type { Model } from '../../providers/provider.ts';
import { CliError } from '../cli-error.ts';
import { chooseModel, type ModelWish } from './choose-model.ts';

const CONFIG = `providers:
  openai: { preset: openai, api_key: k }
  google: { preset: gemini, api_key: k }
  near: { preset: ollama }
  away: { preset: deepseek, api_key: "\${NOT_SET}" }
  open: { preset: openrouter, api_key: k }
models:
  - { slug: big, provider: openai, model: gpt-5.5 }
  - { slug: flash, provider: google, model: gemini-3.8-flash }
  - { slug: small, provider: near, model: "qwen2.5-coder:3b" }
  - { slug: deep, provider: away, model: deepseek-chat }
  - { provider: open, match: "*" }
routes:
  codex-hf-cheap: { strategy: fallback, targets: [small] }
default_model: big
`;

function snapshot(t: TestContext, more = ''): Snapshot {
  return snapshotOf(setup(t, CONFIG + more).load());
}

const any = (_model: Model): boolean => true;
const said = (word: string): ModelWish => ({ provider: { word, by: '--provider' } });

test('a model by name, a word, a provider, the default', (t) => {
  const at = snapshot(t);
  const slug = (wish: ModelWish, mayServe = any): string => chooseModel(wish, at, mayServe).slug;
  assert.equal(slug({}), 'big');
  assert.equal(slug({ model: 'flash' }), 'flash');
  assert.equal(slug({ model: 'open/z-ai/glm' }), 'open/z-ai/glm');
  assert.equal(slug(said('openai')), 'big');
  assert.equal(slug(said('gemini')), 'flash');
  assert.equal(slug(said('google')), 'flash');
  assert.equal(slug(said('local')), 'small');
  assert.equal(slug(said('qwen')), 'small');
  assert.equal(slug(said('huggingface')), 'codex-hf-cheap');
  assert.equal(
    slug(said('no-openai'), ({ provider }) => provider.openai !== true),
    'flash',
  );
  assert.match(chooseModel(said('local'), at, any).why, /--provider says local, and small is at Ollama/);
});

test('what answers to nothing is refused with what is there', (t) => {
  const at = snapshot(t);
  const refused = (wish: ModelWish, mayServe = any): CliError => {
    try {
      chooseModel(wish, at, mayServe);
    } catch (error) {
      if (error instanceof CliError) return error;
      throw error;
    }
    throw new assert.AssertionError({ message: 'it chose a model' });
  };
  assert.match(refused({ model: 'flsh' }).mend ?? '', /flash/);
  assert.match(refused(said('gemni')).mend ?? '', /Did you mean gemini\?/);
  assert.match(refused(said('away')).message, /off: .*NOT_SET/);
  const fenced = refused(said('local'), (model) => !model.provider.local);
  assert.match(fenced.message, /no model that may be used/);
});
